"""The gateway's three calls, from a request to what it has come to.

Messages print secrets, so none of them leaves this file: callers get bytes, sealed, and give bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import grpc

from . import _convert
from . import _types as t
from ._errors import UNREADABLE, GatewayError, Metadata, failed
from ._support import check
from ._value import Sealed, secret, value
from .v1 import authorization_service_pb2 as pb

Request = TypeVar("Request")
Result = TypeVar("Result")


@value
class AnswerRequest:
    """A round's answers, on their way."""

    continuation: str = secret()
    answers: Iterable[t.Answer] = secret()


@dataclass(frozen=True)
class Method(Generic[Request, Result]):
    """An RPC, from our request to our outcome."""

    name: str
    cached: bool
    write: Callable[[Request], Any]
    read: Callable[[bytes], Result | None]
    """`None` is an outcome newer than this package. Raises `UNREADABLE`."""

    @property
    def path(self) -> str:
        return f"/{pb.DESCRIPTOR.services_by_name['AuthorizationService'].full_name}/{self.name}"

    def sealed(self, request: Request) -> Sealed[bytes]:
        return Sealed(self.write(request).SerializeToString())

    def ended(
        self, code: grpc.StatusCode, message: str | None, metadata: Metadata = (), body: Sealed[bytes] | None = None
    ) -> Result | GatewayError:
        """What a call has come to, given its status, all metadata of the reply, and its body where it has one."""
        if body:
            try:
                outcome = self.read(body.open())
            except UNREADABLE:
                code, message = grpc.StatusCode.INTERNAL, "the reply cannot be decoded"
            else:
                if outcome is not None:
                    return outcome
                code, message = grpc.StatusCode.UNKNOWN, "the outcome is newer than this client"
        return failed(code, message, metadata, cached=self.cached)


def _write_answers(request: AnswerRequest) -> pb.AnswerChallengesRequest:
    check(request, AnswerRequest, continuation=str)
    written = map(_convert.write_answer, tuple(request.answers))
    return pb.AnswerChallengesRequest(continuation=request.continuation, answers=[*written])


AUTHORIZE = Method[t.AuthorizeRequest, t.Outcome](
    "Authorize",
    False,
    _convert.write_authorize_request,
    lambda body: _convert.read_outcome(pb.AuthorizeResponse.FromString(body)),
)
ANSWER = Method[AnswerRequest, t.Outcome](
    "AnswerChallenges",
    False,
    _write_answers,
    lambda body: _convert.read_outcome(pb.AnswerChallengesResponse.FromString(body)),
)
CACHED_AUTHORIZE = Method[t.CachedAuthorizeRequest, t.FinalOutcome](
    "CachedAuthorize",
    True,
    _convert.write_cached_authorize_request,
    lambda body: _convert.read_final_outcome(pb.CachedAuthorizeResponse.FromString(body)),
)
