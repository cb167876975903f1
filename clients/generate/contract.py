"""What generators need to know: the contract as a descriptor set, its reasons, and the version of all packages."""

import dataclasses
import json
import pathlib
import re
import tomllib

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
class Contract:
    version: str
    """Of every package: the workspace's."""
    image: pathlib.Path
    """The contract and its imports as a `FileDescriptorSet`, for `protoc --descriptor_set_in`: so that generators which
    are too old for `debug_redact` keep to the same contract."""
    files: list[str]
    """The contract's own files, as their imports name them."""
    enums: dict[str, list[Value]]
    """By the name of each enum, all its values, zero included."""

    @property
    def reasons(self) -> list[Value]:
        return self.enums["ErrorReason"]

    @property
    def next_steps(self) -> list[Value]:
        return self.enums["NextStep"]


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
        enums={
            enum["name"]: values(file, index)
            for file in ours
            for index, enum in enumerate(file.get("enumType", []))
        },
    )


def camel(name: str) -> str:
    """A name of the contract's constants in the casing of types: `RateLimited` for `RATE_LIMITED`."""
    return "".join(word.capitalize() for word in name.split("_"))


def prefix(enum: str) -> str:
    """What the names of an enum's values begin with."""
    return re.sub(r"\B([A-Z])", r"_\1", enum).upper() + "_"


def values(file: dict, index: int) -> list[Value]:
    """The values of the enum at this place in a file."""
    enum = file["enumType"][index]
    # The path of a value's comment: the file's fifth field, the enum, its second field, the value.
    comments = {
        tuple(location.get("path", [])): location.get("leadingComments", "")
        for location in file["sourceCodeInfo"]["location"]
    }
    return [
        Value(
            name=value["name"].removeprefix(prefix(enum["name"])),
            full_name=value["name"],
            number=value.get("number", 0),
            doc="\n".join(line.strip() for line in comments[(5, index, 2, place)].strip("\n").split("\n")),
        )
        for place, value in enumerate(enum["value"])
    ]
