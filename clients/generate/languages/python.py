"""The Python package: stubs by grpcio-tools, reasons and next steps, the version."""

import pathlib
import re
import shutil
import textwrap

import contract as source
import tools

# The generated code refuses to run below the versions of protobuf and grpcio that belong to this generator: 6.30.0 and
# 1.72.2, the floors in pyproject.toml. A newer generator asks users for newer ones.
GENERATORS = ("grpcio-tools==1.72.2", "grpcio==1.72.2", "mypy-protobuf==5.1.0", "protobuf==6.33.6", "types-protobuf==6.32.1.20260221")
HOME = source.ROOT / "clients" / "python"
PACKAGE = HOME / "src" / "flinks_gateway"
STUBS = PACKAGE / "v1"


def generate(contract: source.Contract) -> None:
    stubs(contract)
    (PACKAGE / "_reasons.py").write_text(reasons(contract))
    (PACKAGE / "_version.py").write_text(f'"""Generated: the version of this package."""\n\n__version__ = "{contract.version}"\n')
    tools.stamp(HOME / "pyproject.toml", r'^version = "(.*)"$', contract.version)
    shutil.copyfile(source.LICENSE, HOME / "LICENSE")
    shutil.copyfile(source.SERVICE_CONFIG, PACKAGE / "service_config.json")


def stubs(contract: source.Contract) -> None:
    """The stubs live below `flinks_gateway`, while their descriptors keep the contract's file names: whoever has stubs of
    the same contract in the same process shares the descriptors with us."""
    for old in STUBS.glob("*_pb2*"):
        old.unlink()
    bin = tools.python("python-stubs", *GENERATORS)
    made = source.ROOT / "target" / "clients" / "python-stubs"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    tools.run(
        bin / "python",
        "-m",
        "grpc_tools.protoc",
        f"--descriptor_set_in={contract.image}",
        f"--plugin=protoc-gen-mypy={bin / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={bin / 'protoc-gen-mypy_grpc'}",
        f"--python_out={made}",
        f"--grpc_python_out={made}",
        f"--mypy_out=quiet:{made}",
        f"--mypy_grpc_out=quiet:{made}",
        *contract.files,
    )
    for file in contract.files:
        path = made / pathlib.PurePath(file).with_suffix("")
        service = "Stub" in path.with_name(path.name + "_pb2_grpc.py").read_text()
        for suffix in ["_pb2.py", "_pb2.pyi", *(["_pb2_grpc.py", "_pb2_grpc.pyi"] if service else [])]:
            text = path.with_name(path.name + suffix).read_text()
            text = re.sub(r"^from flinks\.gateway\.v1 import", "from flinks_gateway.v1 import", text, flags=re.MULTILINE)
            # The module that the message classes say they are from.
            text = re.sub(r"'flinks\.gateway\.v1\.(\w+_pb2)'", r"'flinks_gateway.v1.\1'", text)
            (STUBS / (path.name + suffix)).write_text(text)


def reasons(contract: source.Contract) -> str:
    predicates = "\n".join(
        f"""
    def is_{value.name.lower()}(self) -> bool:
        \"\"\"Whether the reason is `ErrorReason.{value.name}`.\"\"\"
        return self.reason is ErrorReason.{value.name}"""
        for value in contract.reasons
        if value.number
    )
    return f'''"""Generated from the contract: why calls fail, and who must do what next. A value is the name on the wire."""

import enum


class ErrorReason(enum.Enum):
    """What went wrong, and who can fix it."""

{members(contract.reasons)}


class NextStep(enum.Enum):
    """Who must do what after an error."""

{members(contract.next_steps)}


class Predicates:
    """A question for each reason."""

    __slots__ = ()
    reason: ErrorReason
{predicates}
'''


def members(values: list[source.Value]) -> str:
    return "\n".join(f'    {value.name} = "{value.full_name}"\n{doc(unset(value))}' for value in values)


def unset(value: source.Value) -> str:
    """The contract's zero is never sent; here it is what this package does not know."""
    return value.doc if value.number else "Not said, or newer than this package."


def doc(text: str) -> str:
    return textwrap.indent(f'"""{text}"""', "    ")
