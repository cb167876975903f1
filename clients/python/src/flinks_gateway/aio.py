"""The same client for asyncio: `aio.connect(…)` gives an `aio.Client`. All other names are those of the package."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from ._base import Base
from ._by_kind import async_by_kind as by_kind
from ._errors import expired
from ._methods import ANSWER, AUTHORIZE, CACHED_AUTHORIZE, AnswerRequest, Method, Request, Result
from ._sign_in import AsyncAnswerer as Answerer
from ._sign_in import awaited, remaining
from ._types import Answer, AuthorizeRequest, CachedAuthorizeRequest, ChallengeRound, FinalOutcome, Outcome

__all__ = ["Answerer", "Client", "by_kind", "connect"]


class Client(Base):
    """As `flinks_gateway.Client`, for tasks. Made by `connect`.

    Cancelling a task cancels its call, which the gateway sees, and raises `asyncio.CancelledError` as ever. A call that
    `close` ends raises `GatewayError` with code `CANCELLED`.
    """

    __slots__ = ()

    async def authorize(self, request: AuthorizeRequest, *, timeout: float | None = None) -> Outcome:
        """See `flinks_gateway.Client.authorize`."""
        return await self._run(AUTHORIZE, request, timeout)

    async def answer(self, continuation: str, answers: Iterable[Answer], *, timeout: float | None = None) -> Outcome:
        """See `flinks_gateway.Client.answer`."""
        request = AnswerRequest(continuation, answers)
        del continuation
        return await self._run(ANSWER, request, timeout)

    async def cached_authorize(self, request: CachedAuthorizeRequest, *, timeout: float | None = None) -> FinalOutcome:
        """See `flinks_gateway.Client.cached_authorize`."""
        return await self._run(CACHED_AUTHORIZE, request, timeout)

    async def sign_in(
        self, request: AuthorizeRequest, answerer: Answerer, *, timeout: float | None = None
    ) -> FinalOutcome:
        """`authorize`, then `answerer(round)` and `answer` until the customer is signed in.

        What the answerer raises ends the sign-in and is raised unchanged. An answerer that is still at it at the
        round's `expire_time` is cancelled, and the sign-in ends with `SESSION_EXPIRED`. `timeout` is the deadline of
        each call.
        """
        outcome = await self.authorize(request, timeout=timeout)
        while isinstance(outcome, ChallengeRound):
            answers = await _in_time(outcome, answerer)
            if answers is None:
                raise expired(outcome.request_id)
            outcome = await self.answer(outcome.continuation, answers, timeout=timeout)
        return outcome

    async def close(self) -> None:
        """Closes the connection, and cancels the calls that have not ended. A closed client refuses calls with
        `ValueError`."""
        self._close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _run(self, method: Method[Request, Result], request: Request, timeout: float | None) -> Result:
        call = self._begin(method, request, timeout)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def wake(_: object) -> None:
            with suppress(RuntimeError):  # The loop is closed: nobody waits.
                loop.call_soon_threadsafe(ended.set)

        call.add_done_callback(wake)
        try:
            await ended.wait()
            return method.outcome(call)
        finally:
            # Without effect on a call that has ended: this task may have been cancelled.
            call.cancel()


async def _in_time(round: ChallengeRound, answerer: Answerer) -> tuple[Answer, ...] | None:
    """The answers, or `None` when the round expired first; then the answerer has been cancelled."""
    task: asyncio.Task[Iterable[Answer]] = asyncio.ensure_future(awaited(answerer(round)))
    try:
        await asyncio.wait({task}, timeout=max(0.0, remaining(round)))
    finally:
        if late := task.cancel():
            await asyncio.wait({task})
    if (late or remaining(round) <= 0) and (task.cancelled() or not task.exception()):
        return None
    return tuple(task.result())


connect = Client
