"""How calls fail: one exception for all of them, read from gRPC's status and the gateway's details."""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from ._reasons import ErrorReason, NextStep, Predicates
from ._value import value

DOMAIN = "flinks-gateway"
Metadata = Iterable[tuple[str, str | bytes]]
UNREADABLE = (DecodeError, UnicodeDecodeError)
"""What messages raise that cannot be decoded; the latter those of protobuf in pure Python, and it quotes."""


@value
class FieldViolation:
    """A field of the request that breaks a rule of the contract."""

    field: str
    """Its path, such as `credentials.password`."""
    description: str
    """How to keep the rule."""
    reason: str
    """The rule's name."""


class GatewayError(Predicates, Exception):
    """A call failed. `next_step` says who must do what; holds and prints nothing of the request.

    For each `ErrorReason` there is a question such as `is_credentials_rejected()`.
    """

    code: grpc.StatusCode
    """gRPC's status code."""
    message: str
    """gRPC's status message, a fixed sentence."""
    reason: ErrorReason
    """What went wrong; `UNSPECIFIED` when it is newer than this package."""
    reason_name: str
    """Its name as it came, `ERROR_REASON_…`."""
    next_step: NextStep
    """Who must do what; `UNSPECIFIED` when it is newer than this package."""
    retryable: bool
    """Whether a program may repeat this very call, after `retry_delay`. A repeated live call is otherwise a new attempt
    at the bank."""
    retry_delay: timedelta | None
    field_violations: tuple[FieldViolation, ...]
    flinks_code: str
    """Flinks' own code, such as `INVALID_PASSWORD`; empty when Flinks gave none."""
    http_status: int
    """Of Flinks' reply; 0 when there was none."""
    request_id: str
    """Flinks' name for the session; empty when it is not known."""
    metadata: Mapping[str, str]
    """All of `ErrorInfo.metadata`."""
    call_id: str
    """The gateway's `x-request-id`: the call's line in its log. Empty when no gateway answered."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        reason: ErrorReason = ErrorReason.UNSPECIFIED,
        next_step: NextStep = NextStep.UNSPECIFIED,
        *,
        reason_name: str | None = None,
        retryable: bool = False,
        retry_delay: timedelta | None = None,
        field_violations: Iterable[FieldViolation] = (),
        metadata: Mapping[str, str] | None = None,
        call_id: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.reason_name = reason.value if reason_name is None else reason_name
        self.next_step = next_step
        self.retryable = retryable
        self.retry_delay = retry_delay
        self.field_violations = tuple(field_violations)
        self.metadata = dict(metadata or {})
        self.flinks_code = self.metadata.get("flinks_code", "")
        status = self.metadata.get("http_status", "")
        self.http_status = int(status) if status.isascii() and status.isdigit() and len(status) < 10 else 0
        self.request_id = self.metadata.get("request_id", "")
        self.call_id = call_id

    def __str__(self) -> str:
        return (
            f"{self.reason_name.removeprefix('ERROR_REASON_')} ({self.code.name}): {self.message}"
            f" [next step {self.next_step.name}, {'' if self.retryable else 'not '}retryable"
            f"{', call ' + self.call_id if self.call_id else ''}]"
        )

    def __repr__(self) -> str:
        return f"GatewayError({self})"

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.__newobj__, (type(self), self.message), vars(self)  # type: ignore[attr-defined]


class UnansweredChallengeError(Exception):
    """`by_kind` was given no function for a kind of challenge that the bank asks."""

    kind: str
    """The contract's name of the kind, such as `text_or_call`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"there is no function that answers {self.kind}"


def failed(code: grpc.StatusCode, message: str | None, metadata: Metadata, *, cached: bool) -> GatewayError:
    """Reads what a call ended with. `cached` is whether a repetition asks no bank."""
    values = dict(reversed([*metadata]))
    call_id = values.get("x-request-id", "")
    known: dict[str, Any] = {"call_id": call_id if isinstance(call_id, str) else ""}
    details = values.get("grpc-status-details-bin", b"")
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    for detail in _details(details if isinstance(details, bytes) else b""):
        for kind in (info, bad_request, retry):
            if detail.Is(kind.DESCRIPTOR):
                _merge(kind, detail.value)
    if info.domain != DOMAIN:
        return _without_details(code, message or "", cached=cached, **known)
    return GatewayError(
        code,
        message or "",
        _named(ErrorReason, info.reason),
        _named(NextStep, info.metadata.get("next_step", "")),
        reason_name=info.reason,
        retryable=info.metadata.get("retryable") == "true",
        retry_delay=_delay(retry) if retry.HasField("retry_delay") else None,
        field_violations=(FieldViolation(v.field, v.description, v.reason) for v in bad_request.field_violations),
        metadata=info.metadata,
        **known,
    )


def _without_details(code: grpc.StatusCode, message: str, *, cached: bool, call_id: str) -> GatewayError:
    """An error that the gateway did not make says no more than its code."""
    match code:
        case grpc.StatusCode.UNAUTHENTICATED | grpc.StatusCode.PERMISSION_DENIED | grpc.StatusCode.UNIMPLEMENTED:
            return GatewayError(code, message, next_step=NextStep.CONTACT_OPERATOR, call_id=call_id)
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            reason = ErrorReason.DEADLINE_EXCEEDED
        case _:
            reason = ErrorReason.OUTCOME_UNKNOWN
    return GatewayError(code, message, reason, NextStep.CHECK_OUTCOME, retryable=cached, call_id=call_id)


def expired(request_id: str) -> GatewayError:
    """The round's answers came too late, and were not sent. As the gateway would say it."""
    return GatewayError(
        grpc.StatusCode.NOT_FOUND,
        "the round's answers were not there by its expire_time; nothing was sent",
        ErrorReason.SESSION_EXPIRED,
        NextStep.START_OVER,
        metadata={"next_step": NextStep.START_OVER.value, "retryable": "false", "request_id": request_id},
    )


def _details(serialized: bytes) -> Iterable[Any]:
    status: Any = status_pb2.Status()
    _merge(status, serialized)
    return tuple(status.details)


def _merge(message: Any, serialized: bytes) -> None:
    try:
        message.MergeFromString(serialized)
    except UNREADABLE:
        message.Clear()


def _named(names: Any, name: str) -> Any:
    try:
        return names(name)
    except ValueError:
        return names.UNSPECIFIED


def _delay(retry: Any) -> timedelta | None:
    try:
        return timedelta(seconds=retry.retry_delay.seconds, microseconds=retry.retry_delay.nanos // 1000)
    except OverflowError:
        return None
