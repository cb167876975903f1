"""The same client for asyncio: `aio.connect(…)` gives an `aio.Client`. All other names are those of the package."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

import grpc
from grpc import aio

from . import _connect, _convert
from ._errors import GatewayError, expired
from ._sign_in import paired, remaining
from ._types import (
    Answer,
    AuthorizeRequest,
    CachedAuthorizeRequest,
    ChallengeRound,
    FinalOutcome,
    ImageSelection,
    MultipleChoice,
    MultipleSelection,
    Outcome,
    QuestionAndAnswer,
    QuestionSelection,
    TextOrCall,
    UnrecognizedChallenge,
)
from ._value import Sealed, opened

__all__ = ["Answerer", "Client", "by_kind", "connect"]

T = TypeVar("T")
Request = TypeVar("Request")
Result = TypeVar("Result")
MaybeAwaitable: TypeAlias = Awaitable[T] | T
Answerer: TypeAlias = Callable[[ChallengeRound], MaybeAwaitable[Iterable[Answer]]]
"""Given a round, gives its answers; usually an `async` function."""


def connect(
    address: str,
    *,
    ca: str | bytes | None = None,
    certificate: str | bytes | None = None,
    private_key: str | bytes | None = None,
    bearer_token: str | Callable[[], str] | None = None,
    plaintext: bool = False,
    dangerously_allow_plaintext_beyond_loopback: bool = False,
    live_timeout: float = _connect.LIVE_TIMEOUT,
    cached_timeout: float = _connect.CACHED_TIMEOUT,
) -> Client:
    """As `flinks_gateway.connect`, for the event loop that runs. `bearer_token` is asked on that loop, and must not
    block."""
    asyncio.get_running_loop()
    key, token = Sealed(private_key), Sealed(bearer_token)
    del private_key, bearer_token
    settings = _connect.settings(
        address,
        ca=ca,
        certificate=certificate,
        private_key=key,
        bearer_token=token,
        plaintext=plaintext,
        beyond_loopback=dangerously_allow_plaintext_beyond_loopback,
        timeouts=(live_timeout, cached_timeout),
    )
    return Client(address, settings, live_timeout, cached_timeout)


class Client:
    """As `flinks_gateway.Client`, for the tasks of one event loop. Made by `connect`.

    Cancelling a task cancels its call, which the gateway sees, and raises `asyncio.CancelledError` as ever. A call that
    `close` ends raises `GatewayError` with code `CANCELLED`.
    """

    __slots__ = ("__weakref__", "_address", "_cached_timeout", "_channel", "_closed", "_live_timeout", "_metadata")

    def __init__(self, address: str, settings: _connect.Settings, live_timeout: float, cached_timeout: float) -> None:
        """Use `connect`."""
        self._address = address
        self._live_timeout = live_timeout
        self._cached_timeout = cached_timeout
        self._metadata = settings.metadata
        self._closed = False
        if settings.credentials is None:
            self._channel = aio.insecure_channel(settings.target, settings.options)
        else:
            self._channel = aio.secure_channel(settings.target, settings.credentials, settings.options)

    async def authorize(self, request: AuthorizeRequest, *, timeout: float | None = None) -> Outcome:
        """See `flinks_gateway.Client.authorize`."""
        return await self._run(_convert.AUTHORIZE, request, timeout)

    async def answer(self, continuation: str, answers: Iterable[Answer], *, timeout: float | None = None) -> Outcome:
        """See `flinks_gateway.Client.answer`."""
        request = _convert.AnswerRequest(continuation, answers)
        del continuation
        return await self._run(_convert.ANSWER, request, timeout)

    async def cached_authorize(self, request: CachedAuthorizeRequest, *, timeout: float | None = None) -> FinalOutcome:
        """See `flinks_gateway.Client.cached_authorize`."""
        return await self._run(_convert.CACHED_AUTHORIZE, request, timeout)

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
        self._closed = True
        await self._channel.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<flinks_gateway.aio.Client of {self._address}>"

    async def _run(self, method: _convert.Method[Request, Result], request: Request, timeout: float | None) -> Result:
        if self._closed:
            raise ValueError("the client is closed")
        if timeout is None:
            timeout = self._cached_timeout if method.cached else self._live_timeout
        ended = await self._call(method, request, _connect.seconds(timeout))
        # Raised here, outside of gRPC's frames and of its exception: neither is part of the traceback.
        if isinstance(ended, GatewayError):
            raise ended
        return ended

    async def _call(
        self, method: _convert.Method[Request, Result], request: Request, timeout: float
    ) -> Result | GatewayError:
        invoke: aio.UnaryUnaryMultiCallable[Sealed[bytes], Sealed[bytes]] = self._channel.unary_unary(
            method.path, request_serializer=opened, response_deserializer=Sealed
        )
        call = invoke(method.write(request), timeout=timeout, metadata=aio.Metadata(*self._metadata()))
        try:
            body = await call
            metadata = (*await call.initial_metadata(), *await call.trailing_metadata())
            return method.ended(grpc.StatusCode.OK, "", metadata, body)
        except aio.AioRpcError as error:
            metadata = (*error.initial_metadata(), *error.trailing_metadata())
            return method.ended(error.code(), error.details(), metadata)
        except asyncio.CancelledError:
            task: Any = asyncio.current_task()
            # gRPC says the same when the channel was closed, but then nobody has cancelled this task. Before Python
            # 3.11 that cannot be told.
            if self._closed and hasattr(task, "cancelling") and not task.cancelling():
                return method.ended(grpc.StatusCode.CANCELLED, "the client was closed")
            raise


async def _in_time(round: ChallengeRound, answerer: Answerer) -> tuple[Answer, ...] | None:
    """The answers, or `None` when the round expired first; then the answerer has been cancelled."""
    answers = answerer(round)
    if isinstance(answers, Awaitable):
        task = asyncio.ensure_future(answers)
        try:
            await asyncio.wait({task}, timeout=max(0.0, remaining(round)))
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        if task.cancel():
            await asyncio.wait({task})
            if task.cancelled() or task.exception() is None:
                return None
        answers = task.result()
    return tuple(answers) if remaining(round) > 0 else None


def by_kind(
    *,
    question_and_answer: Callable[[QuestionAndAnswer], MaybeAwaitable[Answer]] | None = None,
    question_selection: Callable[[QuestionSelection], MaybeAwaitable[Answer]] | None = None,
    multiple_choice: Callable[[MultipleChoice], MaybeAwaitable[Answer]] | None = None,
    multiple_selection: Callable[[MultipleSelection], MaybeAwaitable[Answer]] | None = None,
    image_selection: Callable[[ImageSelection], MaybeAwaitable[Answer]] | None = None,
    text_or_call: Callable[[TextOrCall], MaybeAwaitable[Answer]] | None = None,
    unrecognized: Callable[[UnrecognizedChallenge], MaybeAwaitable[Answer]] | None = None,
) -> Answerer:
    """See `flinks_gateway.by_kind`; the functions may be `async`, and are asked one after another."""
    functions = dict(locals())

    async def answerer(round: ChallengeRound) -> list[Answer]:
        answers: list[Answer] = []
        for function, challenge in paired(round, functions):
            answer: Awaitable[Answer] | Answer = function(challenge)
            answers.append(await answer if isinstance(answer, Awaitable) else answer)
        return answers

    return answerer
