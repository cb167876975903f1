"""The client for threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grpc

from ._base import Base
from ._errors import expired
from ._methods import ANSWER, AUTHORIZE, CACHED_AUTHORIZE, AnswerRequest, Method, Request, Result
from ._sign_in import Answerer, remaining
from ._types import Answer, AuthorizeRequest, CachedAuthorizeRequest, ChallengeRound, FinalOutcome, Outcome


class Cancellation:
    """Cancels calls from another thread, or from a signal handler: give it to the calls, then `cancel()` it.

    For once: calls that are given a cancelled one fail at once, and nothing is sent.
    """

    __slots__ = ("_calls", "_cancelled")

    def __init__(self) -> None:
        self._calls: set[grpc.Future[Any]] = set()
        self._cancelled = False

    def cancel(self) -> None:
        """Cancels the calls that have this and have not ended; they raise `GatewayError` with code `CANCELLED`."""
        # No lock: a signal handler may interrupt whoever holds it. Either this sees a call, or that call sees this.
        self._cancelled = True
        for call in tuple(self._calls):
            call.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called. Says nothing of how calls ended: one may have been done before."""
        return self._cancelled

    def _add(self, call: grpc.Future[Any]) -> None:
        self._calls.add(call)
        if self._cancelled:
            call.cancel()

    def _remove(self, call: grpc.Future[Any]) -> None:
        self._calls.discard(call)


class Client(Base):
    """Signs bank customers in through one gateway. Made by `connect`; one is enough for all threads of a process.

    All calls raise `GatewayError` when they fail, and `TypeError` or `ValueError` for a request that cannot be sent.
    `timeout` is a deadline in seconds, in place of the client's. `cancellation` cancels from another thread; so does an
    exception that interrupts the waiting thread, such as `KeyboardInterrupt`, and `close`.

    A context manager: leaving it closes the client.
    """

    __slots__ = ()

    def authorize(
        self, request: AuthorizeRequest, *, timeout: float | None = None, cancellation: Cancellation | None = None
    ) -> Outcome:
        """Signs a customer in at their bank now, which takes seconds to minutes.

        Never repeated by the client. Calling again is another attempt at the bank, and banks lock customers out, unless
        the error says `retryable`.
        """
        return self._run(AUTHORIZE, request, timeout, cancellation)

    def answer(
        self,
        continuation: str,
        answers: Iterable[Answer],
        *,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Answers a round, one answer for each challenge, in any order, and goes on with the sign-in.

        A missing answer, or one of the wrong kind, is refused before the bank sees anything: the round can be answered
        again. Otherwise as careful as `authorize`.
        """
        request = AnswerRequest(continuation, answers)
        del continuation
        return self._run(ANSWER, request, timeout, cancellation)

    def cached_authorize(
        self, request: CachedAuthorizeRequest, *, timeout: float | None = None, cancellation: Cancellation | None = None
    ) -> FinalOutcome:
        """Reopens a saved login from Flinks' cache, without asking the bank. Safe to repeat; repeated by the client
        where no gateway was reached."""
        return self._run(CACHED_AUTHORIZE, request, timeout, cancellation)

    def sign_in(
        self,
        request: AuthorizeRequest,
        answerer: Answerer,
        *,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> FinalOutcome:
        """`authorize`, then `answerer(round)` and `answer` until the customer is signed in.

        What the answerer raises ends the sign-in and is raised unchanged. Answers that are not there by the round's
        `expire_time` are not sent: the sign-in ends with `SESSION_EXPIRED`, once the answerer returns. `timeout` is the
        deadline of each call.
        """
        outcome = self.authorize(request, timeout=timeout, cancellation=cancellation)
        while isinstance(outcome, ChallengeRound):
            answers = tuple(answerer(outcome))
            if remaining(outcome) <= 0:
                raise expired(outcome.request_id)
            outcome = self.answer(outcome.continuation, answers, timeout=timeout, cancellation=cancellation)
        return outcome

    def close(self) -> None:
        """Closes the connection, and cancels the calls that have not ended. A closed client refuses calls with
        `ValueError`."""
        self._close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(
        self, method: Method[Request, Result], request: Request, timeout: float | None, given: Cancellation | None
    ) -> Result:
        cancellation = given or Cancellation()
        if cancellation.cancelled:
            return method.ended(grpc.StatusCode.CANCELLED, "cancelled before anything was sent")
        call = self._begin(method, request, timeout)
        cancellation._add(call)
        try:
            return method.outcome(call)
        finally:
            # Without effect on a call that has ended: this one may have been interrupted.
            call.cancel()
            cancellation._remove(call)


connect = Client
"""The name that making a client has in every language."""
