"""The gateway's three calls, from a request to what it has come to.

Messages print secrets, so none of them leaves this file: callers get bytes, sealed, and give bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import grpc

from . import _convert
from ._errors import UNREADABLE, Metadata, failed
from ._support import check
from ._types import Answer, AuthorizeRequest, CachedAuthorizeRequest, FinalOutcome, Outcome
from ._value import Sealed, secret, value
from .v1 import authorization_service_pb2 as pb

Request = TypeVar("Request")
Result = TypeVar("Result")


@value
class AnswerRequest:
    """A round's answers, on their way."""

    continuation: str = secret()
    answers: Iterable[Answer] = secret()


@dataclass(frozen=True)
class Method(Generic[Request, Result]):
    """An RPC, from our request to our outcome."""

    name: str
    cached: bool
    write: Callable[[Request], Any]
    response: Any
    read: Callable[[Any], Result | None]
    """`None` is an outcome newer than this package."""

    @property
    def path(self) -> str:
        return f"/{pb.DESCRIPTOR.services_by_name['AuthorizationService'].full_name}/{self.name}"

    def body(self, request: Request) -> Sealed[bytes]:
        return Sealed(self.write(request).SerializeToString())

    def outcome(self, call: Any) -> Result:
        """What one of gRPC's calls has come to; waits for it."""
        code = call.code()
        reply = call.result() if code is grpc.StatusCode.OK else None
        return self.ended(code, call.details(), (*call.initial_metadata(), *call.trailing_metadata()), reply)

    def ended(
        self, code: grpc.StatusCode, message: str | None, metadata: Metadata = (), reply: Sealed[bytes] | None = None
    ) -> Result:
        """What a call has come to, given its status, all metadata of the reply, and its body where it has one."""
        if reply:
            try:
                outcome = self.read(self.response.FromString(reply.open()))
            except UNREADABLE:
                code, message = grpc.StatusCode.INTERNAL, "the reply cannot be decoded"
            else:
                if outcome is not None:
                    return outcome
                code, message = grpc.StatusCode.UNKNOWN, "the outcome is newer than this client"
        # Neither gRPC's frames and exceptions nor what else the other side said are part of the traceback.
        error = failed(code, message, metadata, cached=self.cached)
        del metadata
        raise error


def _write_answers(request: AnswerRequest) -> pb.AnswerChallengesRequest:
    check(request, AnswerRequest, continuation=str)
    written = [_convert.write_answer(answer) for answer in tuple(request.answers)]
    return pb.AnswerChallengesRequest(continuation=request.continuation, answers=written)


AUTHORIZE: Method[AuthorizeRequest, Outcome] = Method(
    "Authorize", False, _convert.write_authorize_request, pb.AuthorizeResponse, _convert.read_outcome
)
ANSWER: Method[AnswerRequest, Outcome] = Method(
    "AnswerChallenges", False, _write_answers, pb.AnswerChallengesResponse, _convert.read_outcome
)
CACHED_AUTHORIZE: Method[CachedAuthorizeRequest, FinalOutcome] = Method(
    "CachedAuthorize",
    True,
    _convert.write_cached_authorize_request,
    pb.CachedAuthorizeResponse,
    _convert.read_final_outcome,
)
