"""The client for threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

import grpc

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

Request = TypeVar("Request")
Result = TypeVar("Result")
Answerer: TypeAlias = Callable[[ChallengeRound], Iterable[Answer]]
"""Given a round, gives its answers, one for each challenge."""


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
    """A client of the gateway at `address`, which is `host:port`. The connection is made by the first call.

    Speaks TLS and trusts the system's certificate authorities, or those of `ca` instead. `certificate` and
    `private_key` are the client's own, for mTLS. All three are PEM, not paths.

    `bearer_token` is sent as `authorization: Bearer …` with each call; a function is asked before each call, from the
    thread that calls, so that tokens can rotate.

    `plaintext` is for loopback addresses only, unless `dangerously_allow_plaintext_beyond_loopback`: for a mesh that
    encrypts on its own.

    `live_timeout` is the deadline, in seconds, of `authorize` and `answer`, each; `cached_timeout` that of
    `cached_authorize`. Every call can be given another.

    Raises `ValueError` or `TypeError` for options that contradict each other.
    """
    # Rebound at once: a traceback that prints local variables must not find them.
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

    def _begin(self, begin: Callable[[], Any]) -> Any | None:
        if self._cancelled:
            return None
        call = begin()
        self._calls.add(call)
        if self._cancelled:
            call.cancel()
        return call

    def _end(self, call: Any) -> None:
        self._calls.discard(call)


class Client:
    """Signs bank customers in through one gateway. Made by `connect`; one is enough for all threads of a process.

    All calls raise `GatewayError` when they fail, and `TypeError` or `ValueError` for a request that cannot be sent.
    `timeout` is a deadline in seconds, in place of the client's. `cancellation` cancels from another thread; so does an
    exception that interrupts the waiting thread, such as `KeyboardInterrupt`, and `close`.

    A context manager: leaving it closes the client.
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
            self._channel = grpc.insecure_channel(settings.target, settings.options)
        else:
            self._channel = grpc.secure_channel(settings.target, settings.credentials, settings.options)

    def authorize(
        self, request: AuthorizeRequest, *, timeout: float | None = None, cancellation: Cancellation | None = None
    ) -> Outcome:
        """Signs a customer in at their bank now, which takes seconds to minutes.

        Never repeated by the client. Calling again is another attempt at the bank, and banks lock customers out, unless
        the error says `retryable`.
        """
        return self._run(_convert.AUTHORIZE, request, timeout, cancellation)

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
        request = _convert.AnswerRequest(continuation, answers)
        del continuation
        return self._run(_convert.ANSWER, request, timeout, cancellation)

    def cached_authorize(
        self, request: CachedAuthorizeRequest, *, timeout: float | None = None, cancellation: Cancellation | None = None
    ) -> FinalOutcome:
        """Reopens a saved login from Flinks' cache, without asking the bank. Safe to repeat; repeated by the client
        where no gateway was reached."""
        return self._run(_convert.CACHED_AUTHORIZE, request, timeout, cancellation)

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
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<flinks_gateway.Client of {self._address}>"

    def _run(
        self,
        method: _convert.Method[Request, Result],
        request: Request,
        timeout: float | None,
        cancellation: Cancellation | None,
    ) -> Result:
        if timeout is None:
            timeout = self._cached_timeout if method.cached else self._live_timeout
        ended = self._call(method, request, _connect.seconds(timeout), cancellation or Cancellation())
        # Raised here, outside of gRPC's frames and of its exception: neither is part of the traceback.
        if isinstance(ended, GatewayError):
            raise ended
        return ended

    def _call(
        self, method: _convert.Method[Request, Result], request: Request, timeout: float, cancellation: Cancellation
    ) -> Result | GatewayError:
        invoke: grpc.UnaryUnaryMultiCallable[Sealed[bytes], Sealed[bytes]] = self._channel.unary_unary(
            method.path, request_serializer=opened, response_deserializer=Sealed
        )
        body, metadata = method.write(request), Sealed(self._metadata())
        # Asked last: gRPC refuses calls on a closed channel from frames that show the metadata.
        if self._closed:
            raise ValueError("the client is closed")
        # A future, not the blocking call: that one could not be cancelled, and would show the metadata in tracebacks.
        call = cancellation._begin(lambda: invoke.future(body, timeout, metadata.open()))
        if call is None:
            return method.ended(grpc.StatusCode.CANCELLED, "cancelled before anything was sent")
        try:
            code = call.code()
            metadata_back = (*call.initial_metadata(), *call.trailing_metadata())
            reply = call.result() if code is grpc.StatusCode.OK else None
            return method.ended(code, call.details(), metadata_back, reply)
        except BaseException:
            call.cancel()
            raise
        finally:
            cancellation._end(call)


def by_kind(
    *,
    question_and_answer: Callable[[QuestionAndAnswer], Answer] | None = None,
    question_selection: Callable[[QuestionSelection], Answer] | None = None,
    multiple_choice: Callable[[MultipleChoice], Answer] | None = None,
    multiple_selection: Callable[[MultipleSelection], Answer] | None = None,
    image_selection: Callable[[ImageSelection], Answer] | None = None,
    text_or_call: Callable[[TextOrCall], Answer] | None = None,
    unrecognized: Callable[[UnrecognizedChallenge], Answer] | None = None,
) -> Answerer:
    """An answerer for `sign_in` from a function for each kind of challenge.

    A round with a kind that has none ends the sign-in with `UnansweredChallengeError`, before any function is asked.
    """
    functions = dict(locals())
    return lambda round: [function(challenge) for function, challenge in paired(round, functions)]
