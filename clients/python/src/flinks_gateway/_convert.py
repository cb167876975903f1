"""The one place where the package's own types and the generated messages meet. Shared by both clients.

Messages print secrets, so none of them leaves this file: callers get bytes, sealed, and give bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Generic, NamedTuple, TypeVar, cast

import grpc
from google.protobuf import struct_pb2, timestamp_pb2

from . import _types as t
from ._errors import UNREADABLE, GatewayError, Metadata, failed
from ._value import Sealed, secret, value
from .v1 import authorization_service_pb2, challenge_pb2, session_pb2

T = TypeVar("T")
Request = TypeVar("Request")
Result = TypeVar("Result")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
INT32 = range(-(2**31), 2**31)
CONTENTS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "selected_question": (str, str),
    "choice": (str,),
    "choices": (tuple,),
    "image_index": (int,),
    "code_delivery": (str, t.DeliveryMethod),
    "raw": (str, tuple),
}
"""What each kind of answer consists of."""


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
    write: Callable[[Request], Sealed[bytes]]
    read: Callable[[bytes], Result | None]
    """`None` is an outcome newer than this package. Raises `UNREADABLE`."""

    @property
    def path(self) -> str:
        service = authorization_service_pb2.DESCRIPTOR.services_by_name["AuthorizationService"]
        return f"/{service.full_name}/{self.name}"

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


def _authorize(request: t.AuthorizeRequest) -> Sealed[bytes]:
    _check(request, str, "tag", "instance")
    _check(request, bool, "save", "schedule_refresh", "with_mfa_questions")
    if request.language is not None:
        _check(request, t.Language, "language")
    subject = getattr(request, "subject", None)
    if isinstance(subject, t.Credentials):
        _check(subject, str, "institution", "username", "password")
    elif isinstance(subject, t.LoginId):
        _check(subject, str, "login_id")
    else:
        raise TypeError("AuthorizeRequest.subject must be Credentials or LoginId")
    # From here on nothing raises: a message must not be among the local variables of a traceback.
    message = authorization_service_pb2.AuthorizeRequest(
        save=request.save,
        tag=request.tag,
        schedule_refresh=request.schedule_refresh,
        with_mfa_questions=request.with_mfa_questions,
        instance=request.instance,
    )
    if request.language is not None:
        message.language = authorization_service_pb2.Language.ValueType(request.language.value)
    if isinstance(subject, t.Credentials):
        message.credentials.institution = subject.institution
        message.credentials.username = subject.username
        message.credentials.password = subject.password
    else:
        message.login_id = subject.login_id
    return Sealed(message.SerializeToString())


def _cached_authorize(request: t.CachedAuthorizeRequest) -> Sealed[bytes]:
    _check(request, str, "login_id", "tag", "instance")
    message = authorization_service_pb2.CachedAuthorizeRequest(
        login_id=request.login_id, tag=request.tag, instance=request.instance
    )
    return Sealed(message.SerializeToString())


def _answer(request: AnswerRequest) -> Sealed[bytes]:
    _check(request, str, "continuation")
    answers = tuple(request.answers)
    for answer in answers:
        _check_answer(answer)
    message = authorization_service_pb2.AnswerChallengesRequest(
        continuation=request.continuation, answers=map(_write_answer, answers)
    )
    return Sealed(message.SerializeToString())


def _check_answer(answer: t.Answer) -> None:
    if not isinstance(answer, t.Answer):
        raise TypeError(f"an answer must be an Answer, not {type(answer).__name__}")
    _check(answer, str, "challenge_id")
    kinds = CONTENTS.get(answer.kind, ())
    if not kinds or len(kinds) != len(answer.content):
        raise TypeError("an answer must be made with one of Answer's functions")
    for place, kind in enumerate(kinds):
        if fault := _fault(answer.content[place], kind):
            raise fault.error(f"Answer.{answer.kind}: {fault.says}")


def _write_answer(answer: t.Answer) -> challenge_pb2.ChallengeAnswer:
    message = challenge_pb2.ChallengeAnswer(challenge_id=answer.challenge_id)
    match answer.kind, answer.content:
        case "text", (text,):
            message.text = text
        case "selected_question", (question, text):
            message.selected_question.question = question
            message.selected_question.text = text
        case "choice", (choice,):
            message.choice = choice
        case "choices", (values,):
            message.choices.SetInParent()
            message.choices.values.extend(values)
        case "image_index", (index,):
            message.image_index = index
        case "code_delivery", (phone_number, method):
            message.code_delivery.phone_number = phone_number
            message.code_delivery.method = method.value
        case "raw", (key, values):
            message.raw.key = key
            message.raw.values.extend(values)
        case _:  # Refused by `_check_answer`.
            pass
    return message


def _check(owner: object, kind: type, *names: str) -> None:
    """Refuses what the generated messages would refuse with an error that shows the value."""
    for name in names:
        if fault := _fault(getattr(owner, name, None), kind):
            raise fault.error(f"{type(owner).__name__}.{name} {fault.says}")


def _fault(given: object, kind: type) -> _Fault | None:
    """Gives the fault for `_check` to raise: in a frame of this one the secret lies bare."""
    if not isinstance(given, kind):
        return _Fault(TypeError, f"must be {kind.__name__}, not {type(given).__name__}")
    if isinstance(given, str) and any("\ud800" <= letter <= "\udfff" for letter in given):
        return _Fault(ValueError, "holds a lone surrogate, which is no Unicode text")
    if kind is int and given not in INT32:
        return _Fault(ValueError, "does not fit into 32 bits")
    if isinstance(given, tuple):
        items = cast("tuple[object, ...]", given)
        return next(filter(None, (_fault(item, str) for item in items)), None)
    return None


class _Fault(NamedTuple):
    error: type[Exception]
    says: str


def _read_live(
    response: authorization_service_pb2.AuthorizeResponse | authorization_service_pb2.AnswerChallengesResponse,
) -> t.Outcome | None:
    match response.WhichOneof("outcome"):
        case "session":
            return _session(response.session)
        case "challenge_round":
            return _round(response.challenge_round)
        case "pending":
            return _pending(response.pending)
        case _:
            return None


def _read_cached(response: authorization_service_pb2.CachedAuthorizeResponse) -> t.FinalOutcome | None:
    match response.WhichOneof("outcome"):
        case "session":
            return _session(response.session)
        case "pending":
            return _pending(response.pending)
        case _:
            return None


AUTHORIZE = Method[t.AuthorizeRequest, t.Outcome](
    "Authorize",
    False,
    _authorize,
    lambda body: _read_live(authorization_service_pb2.AuthorizeResponse.FromString(body)),
)
ANSWER = Method[AnswerRequest, t.Outcome](
    "AnswerChallenges",
    False,
    _answer,
    lambda body: _read_live(authorization_service_pb2.AnswerChallengesResponse.FromString(body)),
)
CACHED_AUTHORIZE = Method[t.CachedAuthorizeRequest, t.FinalOutcome](
    "CachedAuthorize",
    True,
    _cached_authorize,
    lambda body: _read_cached(authorization_service_pb2.CachedAuthorizeResponse.FromString(body)),
)


def _session(message: session_pb2.Session) -> t.Session:
    return t.Session(
        request_id=message.request_id,
        login=_login(message.login) if message.HasField("login") else None,
        institution=_institution(message.institution) if message.HasField("institution") else None,
        links=tuple(map(_link, message.links)),
        tag=message.tag,
    )


def _pending(message: session_pb2.PendingOperation) -> t.PendingOperation:
    return t.PendingOperation(
        request_id=message.request_id, flinks_code=message.flinks_code, links=tuple(map(_link, message.links))
    )


def _round(message: challenge_pb2.ChallengeRound) -> t.ChallengeRound:
    return t.ChallengeRound(
        continuation=message.continuation,
        request_id=message.request_id,
        challenges=tuple(map(_challenge, message.challenges)),
        round=message.round,
        previous_answers_rejected=message.previous_answers_rejected,
        # The contract always sets it. Without it only the gateway can tell that a round has expired.
        expire_time=(_time(message.expire_time) if message.HasField("expire_time") else None) or NEVER,
        institution=_institution(message.institution) if message.HasField("institution") else None,
        tag=message.tag,
    )


def _challenge(message: challenge_pb2.Challenge) -> t.Challenge:
    id, prompt = message.id, message.prompt
    match message.WhichOneof("kind"):
        case "question_and_answer":
            return t.QuestionAndAnswer(id=id, prompt=prompt)
        case "question_selection":
            return t.QuestionSelection(id=id, prompt=prompt, questions=tuple(message.question_selection.questions))
        case "multiple_choice":
            return t.MultipleChoice(id=id, prompt=prompt, choices=tuple(message.multiple_choice.choices))
        case "multiple_selection":
            return t.MultipleSelection(id=id, prompt=prompt, choices=tuple(message.multiple_selection.choices))
        case "image_selection":
            images = (t.Image(content=i.content, media_type=i.media_type) for i in message.image_selection.images)
            return t.ImageSelection(id=id, prompt=prompt, images=tuple(images))
        case "text_or_call":
            return t.TextOrCall(id=id, prompt=prompt, phone_numbers=tuple(message.text_or_call.phone_numbers))
        case _:
            it = message.unrecognized
            raw = _struct(it.raw) if it.HasField("raw") else None
            return t.UnrecognizedChallenge(id=id, prompt=prompt, type=it.type, iterables=tuple(it.iterables), raw=raw)


def _login(message: session_pb2.Login) -> t.Login:
    return t.Login(
        login_id=message.login_id,
        username=message.username,
        type=_enum(t.LoginType, message.type, t.LoginType.OTHER),
        scheduled_refresh=message.scheduled_refresh,
        last_refresh_time=_time(message.last_refresh_time) if message.HasField("last_refresh_time") else None,
        type_name=message.type_name,
    )


def _institution(message: session_pb2.Institution) -> t.Institution:
    return t.Institution(name=message.name, display_name=message.display_name, id=message.id)


def _link(message: session_pb2.Link) -> t.Link:
    resource = _enum(t.Resource, message.resource, t.Resource.UNSPECIFIED)
    return t.Link(resource=resource, rel=message.rel, href=message.href, example=message.example)


def _enum(kind: Callable[[int], T], number: int, unknown: T) -> T:
    try:
        return kind(number)
    except ValueError:
        return unknown


def _time(message: timestamp_pb2.Timestamp) -> datetime | None:
    try:
        return EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)
    except OverflowError:
        return None


def _struct(message: struct_pb2.Struct) -> dict[str, Any]:
    return {name: _json(value) for name, value in message.fields.items()}


def _json(message: struct_pb2.Value) -> Any:
    """As `json` would read it. The library's own conversion raises at what JSON cannot hold, such as NaN."""
    match message.WhichOneof("kind"):
        case "struct_value":
            return _struct(message.struct_value)
        case "list_value":
            return [_json(item) for item in message.list_value.values]
        case "number_value":
            number = message.number_value
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
        case "string_value":
            return message.string_value
        case "bool_value":
            return message.bool_value
        case _:
            return None
