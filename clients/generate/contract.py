"""What generators need to know: the contract as a descriptor set, its enums and messages, and the version of all packages."""

import dataclasses
import json
import pathlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator

import tools

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "flinks.gateway.v1"
SERVICE_CONFIG = ROOT / "clients" / "service_config.json"
LICENSE = ROOT / "LICENSE"


@dataclasses.dataclass(frozen=True)
class Value:
    """A value of an enum."""

    name: str
    """Without the enum's prefix: `CREDENTIALS_REJECTED`."""
    full_name: str
    """As it is on the wire: `ERROR_REASON_CREDENTIALS_REJECTED`."""
    number: int
    doc: str
    """The contract's comment: lines without leading space, no newline at the end."""


@dataclasses.dataclass(frozen=True)
class Enum:
    name: str
    doc: str
    values: list[Value]
    """Zero included."""

    @property
    def said(self) -> list[Value]:
        """The values that say something: all but zero, which is "unspecified"."""
        return [value for value in self.values if value.number]


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of a message."""

    name: str
    kind: str
    """`string`, `bool`, `int32`, `bytes`, `enum`, `message`, `timestamp` or `struct`."""
    type: str
    """The name of the enum or message; empty for all other kinds."""
    number: int
    repeated: bool
    optional: bool
    """Whether the contract says `optional`: not set differs from empty. Messages, times and structs can be absent anyway."""
    secret: bool
    """Whether the contract marks it `debug_redact`."""
    oneof: str
    """The oneof it is an alternative of, or empty."""
    doc: str


@dataclasses.dataclass(frozen=True)
class Message:
    name: str
    file: str
    """The contract's file that holds it."""
    doc: str
    fields: list[Field]
    oneofs: dict[str, str]
    """The comment of each of its oneofs."""

    @property
    def common(self) -> list[Field]:
        """The fields that are in no oneof."""
        return [field for field in self.fields if not field.oneof]

    def alternatives(self, oneof: str) -> list[Field]:
        return [field for field in self.fields if field.oneof == oneof]


@dataclasses.dataclass(frozen=True)
class Contract:
    version: str
    """Of every package: the workspace's."""
    image: pathlib.Path
    """The contract and its imports as a `FileDescriptorSet`, for `protoc --descriptor_set_in`: so that generators which
    are too old for `debug_redact` keep to the same contract."""
    files: list[str]
    """The contract's own files, as their imports name them."""
    enums: dict[str, Enum]
    messages: dict[str, Message]


def read() -> Contract:
    image = ROOT / "target" / "clients" / "contract.binpb"
    image.parent.mkdir(parents=True, exist_ok=True)
    tools.buf("build", "-o", str(image))
    files = json.loads(tools.buf("build", "-o", "-#format=json").stdout)["file"]
    ours = [file for file in files if file.get("package") == PACKAGE]
    with open(ROOT / "Cargo.toml", "rb") as manifest:
        version = tomllib.load(manifest)["workspace"]["package"]["version"]
    return Contract(
        version=version,
        image=image,
        files=sorted(file["name"] for file in ours),
        enums={made.name: made for file in ours for made in enums(file)},
        messages={made.name: made for file in ours for made in messages(file)},
    )


def camel(name: str) -> str:
    """A name of the contract's fields or constants in the casing of types: `RateLimited` for `RATE_LIMITED`."""
    return "".join(word.capitalize() for word in name.split("_"))


def lower_camel(name: str) -> str:
    """Such a name in the casing of many languages' fields: `rateLimited`. A type's name, too."""
    upper = name if "_" not in name and name[0].isupper() else camel(name)
    return upper[0].lower() + upper[1:]


def snake(name: str) -> str:
    """A type's name in the casing of the contract's fields: `error_reason` for `ErrorReason`."""
    return re.sub(r"\B([A-Z])", r"_\1", name).lower()


def prefix(enum: str) -> str:
    """What the names of an enum's values begin with."""
    return snake(enum).upper() + "_"


def enums(file: dict) -> Iterator[Enum]:
    doc = docs(file)
    # A comment's path: the file's fifth field, the enum, its second field, the value.
    for at, enum in enumerate(file.get("enumType", [])):
        values = [
            Value(
                name=value["name"].removeprefix(prefix(enum["name"])),
                full_name=value["name"],
                number=value.get("number", 0),
                doc=doc(5, at, 2, place),
            )
            for place, value in enumerate(enum["value"])
        ]
        yield Enum(name=enum["name"], doc=doc(5, at), values=values)


def messages(file: dict) -> Iterator[Message]:
    doc = docs(file)
    # A comment's path: the file's fourth field, the message, its second field, the field; its eighth field, the oneof.
    for at, message in enumerate(file.get("messageType", [])):
        fields = [
            Field(
                name=field["name"],
                **type_of(field),
                number=field["number"],
                repeated=field["label"] == "LABEL_REPEATED",
                optional=field.get("proto3Optional", False),
                secret=field.get("options", {}).get("debugRedact", False),
                oneof=""
                if "oneofIndex" not in field or field.get("proto3Optional")
                else message["oneofDecl"][field["oneofIndex"]]["name"],
                doc=doc(4, at, 2, place),
            )
            for place, field in enumerate(message.get("field", []))
        ]
        # The oneofs that the compiler makes up for `optional` have no comment, and are none.
        oneofs = {
            oneof["name"]: doc(4, at, 8, place)
            for place, oneof in enumerate(message.get("oneofDecl", []))
            if any(field.oneof == oneof["name"] for field in fields)
        }
        yield Message(name=message["name"], file=file["name"], doc=doc(4, at), fields=fields, oneofs=oneofs)


def type_of(field: dict) -> dict[str, str]:
    """A field's kind and type. A scalar that no field had before stops the generators here: each must learn it first."""
    type = field.get("typeName", "").removeprefix(".")
    if type in WELL_KNOWN:
        return {"kind": WELL_KNOWN[type], "type": ""}
    kind = field["type"].removeprefix("TYPE_").lower()
    if kind not in ("string", "bool", "int32", "bytes", "enum", "message"):
        sys.exit(f"{field['name']}: the generators know no {kind}")
    return {"kind": kind, "type": type.removeprefix(PACKAGE + ".")}


WELL_KNOWN = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Struct": "struct"}


def docs(file: dict) -> Callable[..., str]:
    """Gives the contract's comment at a path: lines without leading space, no newline at the end."""
    comments = {
        tuple(location.get("path", [])): location.get("leadingComments", "")
        for location in file["sourceCodeInfo"]["location"]
    }
    return lambda *path: "\n".join(line.strip() for line in comments[path].strip("\n").split("\n"))
