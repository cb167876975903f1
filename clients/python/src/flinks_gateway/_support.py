"""What the generated conversions call: checks of what is sent, and readers of what is more than its field."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, TypeVar, get_args, get_origin

from google.protobuf import struct_pb2, timestamp_pb2

T = TypeVar("T")
NEVER = datetime.max.replace(tzinfo=timezone.utc)
INT32 = range(-(2**31), 2**31)


def check(given: object, whole: type, /, **kinds: object) -> None:
    """Refuses what the generated messages would refuse with an error that shows the value."""
    if not isinstance(given, whole):
        raise TypeError(f"{whole.__name__} is wanted, not {type(given).__name__}")
    for name, kind in kinds.items():
        if fault := _fault(getattr(given, name), kind):
            raise fault[0](f"{whole.__name__}.{name} {fault[1]}")


def check_content(answer: Any, *kinds: object) -> None:
    if len(answer.content) != len(kinds):
        raise TypeError("an answer must be made with one of Answer's functions")
    for place, kind in enumerate(kinds):
        if fault := _fault(answer.content[place], kind):
            raise fault[0](f"Answer.{answer.kind}: {fault[1]}")


def _fault(given: object, kind: Any) -> tuple[type[Exception], str] | None:
    """Gives the error for others to raise: in a frame of this one the secret lies bare."""
    if get_origin(kind) is tuple:
        items: Any = given
        item = get_args(kind)[0]
        return _fault(given, tuple) or next(filter(None, (_fault(each, item) for each in items)), None)
    if not isinstance(given, kind):
        names = " or ".join(one.__name__ for one in get_args(kind) or (kind,))
        return TypeError, f"must be {names}, not {type(given).__name__}"
    if isinstance(given, str) and any("\ud800" <= letter <= "\udfff" for letter in given):
        return ValueError, "holds a lone surrogate, which is no Unicode text"
    if isinstance(given, int) and given not in INT32:
        return ValueError, "does not fit into 32 bits"
    return None


def alternative(given: object, kind: type[T], write: Callable[[T], Any]) -> Any:
    """One of a oneof's fields: `None` leaves it unset."""
    return write(given) if isinstance(given, kind) else None


def number(given: enum.Enum | None) -> Any:
    return given and given.value


def known(names: Callable[[Any], T], value: object, unknown: T) -> T:
    try:
        return names(value)
    except ValueError:
        return unknown


def read_timestamp(message: timestamp_pb2.Timestamp) -> datetime | None:
    """`None` when it is beyond Python's calendar."""
    try:
        return message.ToDatetime(timezone.utc)
    except (OverflowError, ValueError):
        return None


def read_struct(message: struct_pb2.Struct) -> dict[str, Any]:
    """As `json` would read it. The library's own conversion raises at what JSON cannot hold, such as NaN."""
    return {name: _json(value) for name, value in message.fields.items()}


def _json(message: struct_pb2.Value) -> Any:
    match message.WhichOneof("kind"):
        case "struct_value":
            return read_struct(message.struct_value)
        case "list_value":
            return [_json(item) for item in message.list_value.values]
        case "number_value":
            number = message.number_value
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
        case "string_value" | "bool_value" as kind:
            return getattr(message, kind)
        case _:
            return None
