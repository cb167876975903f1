"""What prints, and what refuses to."""

import copy
import dataclasses
import inspect
import io
import json
import pickle
import re

import grpc
import msgspec
import orjson
import pytest
import rich.console
import rich.pretty

import flinks_gateway
from flinks_gateway.v1 import authorization_service_pb2, challenge_pb2, session_pb2

MESSAGES = {
    name: message
    for file in (authorization_service_pb2, challenge_pb2, session_pb2)
    for name, message in file.DESCRIPTOR.message_types_by_name.items()
}
VALUES = [kind for name in MESSAGES if isinstance(kind := getattr(flinks_gateway, name, None), type)]
CANARY = "canary-4711"


def made(kind, content=CANARY):
    return kind(**dict.fromkeys(inspect.signature(kind).parameters, content))


def test_there_is_a_value_for_what_callers_see():
    assert {kind.__name__ for kind in VALUES} >= {"Credentials", "Login", "Session", "ChallengeRound", "Image"}


@pytest.mark.parametrize("kind", VALUES)
def test_what_the_contract_redacts_is_redacted(kind):
    fields = [*MESSAGES[kind.__name__].fields]
    if hasattr(kind, "kind"):
        fields += MESSAGES["Challenge"].fields
    secrets = {field.name for field in fields if field.GetOptions().debug_redact}
    hidden = set(re.findall(r"(\w+)=\[redacted\]", repr(made(kind))))
    assert hidden == secrets & set(inspect.signature(kind).parameters)


def test_a_login_id_has_nothing_else_to_print():
    assert repr(made(flinks_gateway.LoginId)) == "LoginId(login_id=[redacted])"


@pytest.mark.parametrize(
    "make", ["text", "selected_question", "choice", "choices", "image_index", "code_delivery", "raw"]
)
def test_answers_print_their_kind_only(make):
    answer = made(getattr(flinks_gateway.Answer, make))
    content = "content=[redacted]"
    assert repr(answer) == f"Answer(challenge_id='{CANARY}', kind='{make}', {content})"


@pytest.mark.parametrize(
    "write",
    [json.dumps, orjson.dumps, msgspec.json.encode, msgspec.to_builtins, dataclasses.asdict, dataclasses.astuple, vars],
)
@pytest.mark.parametrize("kind", VALUES)
def test_serializers_refuse_values(write, kind):
    with pytest.raises((TypeError, NotImplementedError)) as refusal:
        write(made(kind))
    assert CANARY not in str(refusal.value)


def test_rich_prints_as_repr_does():
    stream = io.StringIO()
    console = rich.console.Console(file=stream, width=200)
    login = made(flinks_gateway.LoginId)
    console.print([login], rich.pretty.Pretty(login))
    assert CANARY not in stream.getvalue()


@pytest.mark.parametrize("kind", VALUES)
def test_values_are_copied_and_pickled_whole(kind):
    value = made(kind)
    assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)  # noqa: S301
    assert hash(value) == hash(copy.copy(value))
    name = next(iter(inspect.signature(kind).parameters))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "other")


def test_errors_are_pickled_whole():
    error = flinks_gateway.GatewayError(
        grpc.StatusCode.NOT_FOUND,
        "gone",
        flinks_gateway.ErrorReason.SESSION_EXPIRED,
        metadata={"http_status": "401"},
    )
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(again), again.http_status, again.is_session_expired()) == (str(error), 401, True)
