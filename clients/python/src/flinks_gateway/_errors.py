"""How calls fail: one exception for all of them, read from gRPC's status and the gateway's details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from typing import Any, cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from ._reasons import ErrorReason, NextStep, Predicates
from ._support import known
from ._value import value

DOMAIN = "flinks-gateway"
REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED)
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


@dataclass(eq=False, repr=False)
class GatewayError(Predicates, Exception):
    """A call failed. `next_step` says who must do what; holds and prints nothing of the request.

    For each `ErrorReason` there is a question such as `is_credentials_rejected()`.
    """

    code: grpc.StatusCode
    """gRPC's status code."""
    message: str
    """gRPC's status message, a fixed sentence."""
    reason: ErrorReason = ErrorReason.UNSPECIFIED
    """What went wrong; `UNSPECIFIED` when it is newer than this package."""
    next_step: NextStep = NextStep.UNSPECIFIED
    """Who must do what; `UNSPECIFIED` when it is newer than this package."""
    _: KW_ONLY
    reason_name: str = ""
    """The reason's name as it came, `ERROR_REASON_…`."""
    retryable: bool = False
    """Whether a program may repeat this very call, after `retry_delay`. A repeated live call is otherwise a new attempt
    at the bank."""
    retry_delay: timedelta | None = None
    field_violations: tuple[FieldViolation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    """All of `ErrorInfo.metadata`."""
    call_id: str = ""
    """The gateway's `x-request-id`: the call's line in its log. Empty when no gateway answered."""
    flinks_code: str = field(init=False)
    """Flinks' own code, such as `INVALID_PASSWORD`; empty when Flinks gave none."""
    http_status: int = field(init=False)
    """Of Flinks' reply; 0 when there was none."""
    request_id: str = field(init=False)
    """Flinks' name for the session; empty when it is not known."""

    def __post_init__(self) -> None:
        # What an exception is made from again when it is copied or pickled; its other attributes follow.
        super().__init__(self.code, self.message)
        self.reason_name = self.reason_name or self.reason.value
        self.flinks_code = self.metadata.get("flinks_code", "")
        status = self.metadata.get("http_status", "")
        self.http_status = int(status) if status.isascii() and status.isdigit() and len(status) < 10 else 0
        self.request_id = self.metadata.get("request_id", "")

    def __str__(self) -> str:
        return (
            f"{self.reason_name.removeprefix('ERROR_REASON_')} ({self.code.name}): {self.message}"
            f" [next step {self.next_step.name}, {'' if self.retryable else 'not '}retryable"
            f"{', call ' + self.call_id if self.call_id else ''}]"
        )

    def __repr__(self) -> str:
        return f"GatewayError({self})"


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
    values: dict[str, Any] = dict(reversed([*metadata]))
    call_id = values.get("x-request-id", "")
    details = _decoded(status_pb2.Status, values.get("grpc-status-details-bin", b"")).details
    info = _detail(error_details_pb2.ErrorInfo, details)
    bad_request = _detail(error_details_pb2.BadRequest, details)
    retry = _detail(error_details_pb2.RetryInfo, details)
    if info.domain != DOMAIN:
        return _without_details(code, message or "", cached=cached, call_id=call_id)
    return GatewayError(
        code,
        message or "",
        known(ErrorReason, info.reason, ErrorReason.UNSPECIFIED),
        known(NextStep, info.metadata.get("next_step", ""), NextStep.UNSPECIFIED),
        reason_name=info.reason,
        retryable=info.metadata.get("retryable") == "true",
        retry_delay=_delay(retry) if retry.HasField("retry_delay") else None,
        field_violations=tuple(FieldViolation(v.field, v.description, v.reason) for v in bad_request.field_violations),
        metadata=dict(info.metadata),
        call_id=call_id,
    )


def _without_details(code: grpc.StatusCode, message: str, *, cached: bool, call_id: str) -> GatewayError:
    """An error that the gateway did not make says no more than its code."""
    if code in REFUSALS:
        return GatewayError(code, message, next_step=NextStep.CONTACT_OPERATOR, call_id=call_id)
    late = code is grpc.StatusCode.DEADLINE_EXCEEDED
    reason = ErrorReason.DEADLINE_EXCEEDED if late else ErrorReason.OUTCOME_UNKNOWN
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


def _detail(kind: Any, details: Iterable[Any]) -> Any:
    return next((_decoded(kind, it.value) for it in details if it.Is(kind.DESCRIPTOR)), kind())


def _decoded(kind: Any, serialized: bytes) -> Any:
    """Empty when it cannot be decoded."""
    try:
        return kind.FromString(serialized)
    except UNREADABLE:
        return kind()


def _delay(retry: Any) -> timedelta | None:
    try:
        return cast("timedelta", retry.retry_delay.ToTimedelta())
    except OverflowError:
        return None
