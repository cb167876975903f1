"""TypeScript: protobuf-es messages, the reasons and next steps, the retry policy, the version."""

import json
import pathlib
import shutil

import tools
from contract import LICENSE, ROOT, SERVICE_CONFIG, Contract, Value, camel

HOME = ROOT / "clients" / "typescript"
GENERATED = HOME / "src" / "generated"
PROTOC_GEN_ES = "@bufbuild/protoc-gen-es@2.17.0"
GOOGLEAPIS = "googleapis-common-protos==1.76.0"
UNSPECIFIED = "Newer than this package, or not said. Its name, where it has one, is beside it or in the metadata."
NOTICE = "// Generated from the contract by `make clients`. Do not edit.\n\n"


def generate(contract: Contract) -> None:
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    stubs(str(contract.image))
    stubs(str(google_rpc()), *(f"google.rpc.{name}" for name in ["Status", "ErrorInfo", "BadRequest", "RetryInfo"]))
    (GENERATED / "reasons.ts").write_text(reasons(contract))
    (GENERATED / "service-config.ts").write_text(
        NOTICE
        + "/** gRPC's service config: which calls may be repeated, and how. */\n"
        + f"export const serviceConfig = {json.dumps(json.loads(SERVICE_CONFIG.read_text()), indent=2)} as const;\n"
    )
    (GENERATED / "version.ts").write_text(
        NOTICE + f'/** The version of this package. */\nexport const VERSION = "{contract.version}";\n'
    )
    tools.stamp(HOME / "package.json", r'^  "version": "(.*)",$', contract.version)
    shutil.copyfile(LICENSE, HOME / "LICENSE")


def stubs(image: str, *types: str) -> None:
    """Writes the messages and services of an image, or only these types of it."""
    plugin = tools.npm("typescript", PROTOC_GEN_ES) / "protoc-gen-es"
    template = {
        "version": "v2",
        "plugins": [
            {"local": str(plugin), "out": str(GENERATED / "proto"), "opt": ["target=ts", "import_extension=js"]}
        ],
    }
    only = [argument for name in types for argument in ("--type", name)]
    tools.buf("generate", image, "--template", json.dumps(template), *only)


def google_rpc() -> pathlib.Path:
    """A folder with the .proto files of google.rpc.

    No package on npm has these messages for protobuf-es: those of buf's registry are on no other. So this package has
    a private copy of the four it reads, generated from the .proto files of a pinned package; npm's modules have no
    names in common, and nothing can clash.
    """
    environment = tools.python("typescript-googleapis", GOOGLEAPIS).parent
    (found,) = environment.glob("lib/python*/site-packages/google/rpc")
    folder = ROOT / "target" / "clients" / "typescript-googleapis"
    home = folder / "google" / "rpc"
    home.mkdir(parents=True, exist_ok=True)
    for name in ["status.proto", "error_details.proto"]:
        shutil.copyfile(found / name, home / name)
    return folder


def reasons(contract: Contract) -> str:
    return (
        NOTICE
        + enum("ErrorReason", "Why a call failed, in words that a program can act on.", contract.reasons)
        + "\n"
        + enum("NextStep", "Who must do what after an error.", contract.next_steps)
        + "\n"
        + "/** A predicate for each {@link ErrorReason}. */\n"
        + "export abstract class ReasonedError extends Error {\n"
        + "  /** Why the call failed. `UNSPECIFIED` when newer than this package. */\n"
        + "  abstract readonly reason: ErrorReason;\n"
        + "".join(predicate(reason) for reason in contract.reasons if reason.number != 0)
        + "}\n"
    )


def enum(name: str, doc: str, values: list[Value]) -> str:
    members = "".join(
        f"{comment(value.doc if value.number else UNSPECIFIED, '  ')}  {value.name}: \"{value.name}\",\n"
        for value in values
    )
    return (
        f"/** {doc} */\n"
        f"export const {name} = {{\n{members}}} as const;\n\n"
        f"/** {doc} */\n"
        f"export type {name} = (typeof {name})[keyof typeof {name}];\n"
    )


def predicate(reason: Value) -> str:
    name = "is" + camel(reason.name)
    return (
        f"\n{comment(reason.doc, '  ')}"
        f"  {name}(): boolean {{\n"
        f'    return this.reason === "{reason.name}";\n'
        "  }\n"
    )


def comment(doc: str, indent: str) -> str:
    lines = "".join(f"{indent} * {line}".rstrip() + "\n" for line in doc.replace("*/", "* /").split("\n"))
    return f"{indent}/**\n{lines}{indent} */\n"
