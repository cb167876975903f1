"""TypeScript: protobuf-es messages, the value types and their conversions, the reasons, the retry policy, the version."""

import dataclasses
import json
import pathlib
import re
import shutil

import tools
import values as model
from contract import LICENSE, ROOT, SERVICE_CONFIG, Contract, Enum, Field, Value, camel, lower_camel
from values import Alternative, Record, Sum, Values

HOME = ROOT / "clients" / "typescript"
GENERATED = HOME / "src" / "generated"
TOOLS = ("@bufbuild/protoc-gen-es@2.17.0", "prettier@3.10.1")
GOOGLEAPIS = "googleapis-common-protos==1.76.0"
NOTICE = "// Generated from the contract by clients/generate. Do not edit.\n\n"
UNSPECIFIED = "Newer than this package, or not said. Its name, where it has one, is beside it or in the metadata."
NEWER = "\n\nAlso what a kind newer than this package becomes, with nothing but an id and a prompt."
TYPES = {
    "string": "string",
    "bool": "boolean",
    "int32": "number",
    "bytes": "Uint8Array",
    "timestamp": "Date",
    "struct": "JsonObject",
}
"""Of fields; messages, enums and sums have types of their own names."""
DEFAULTS = {"string": '""', "bool": "false", "int32": "0"}
"""Of what is sent."""


def generate(contract: Contract) -> None:
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    messages(str(contract.image))
    messages(str(google_rpc()), *(f"google.rpc.{name}" for name in ["Code", "Status", "ErrorInfo", "BadRequest", "RetryInfo"]))
    values = model.read(contract)
    write("stubs", stubs(contract))
    write("values", types(values))
    write("convert", conversions(values))
    write("reasons", reasons(*values.errors))
    write("service-config", service_config())
    write("version", f'/** The version of this package. */\nexport const VERSION = "{contract.version}";\n')
    prettier = tools.npm("typescript", *TOOLS) / "prettier"
    tools.run(prettier, "--log-level=warn", "--no-config", "--print-width=120", "--write", *sorted(GENERATED.glob("*.ts")))
    tools.stamp(HOME / "package.json", r'^  "version": "(.*)",$', contract.version)
    shutil.copyfile(LICENSE, HOME / "LICENSE")


def write(name: str, text: str) -> None:
    (GENERATED / f"{name}.ts").write_text(NOTICE + text)


# Messages, by protobuf-es.


def messages(image: str, *types: str) -> None:
    """Writes the messages and services of an image, or only these types of it."""
    plugin = tools.npm("typescript", *TOOLS) / "protoc-gen-es"
    plugins = [{"local": str(plugin), "out": str(GENERATED / "proto"), "opt": ["target=ts", "import_extension=js"]}]
    only = [argument for name in types for argument in ("--type", name)]
    tools.buf("generate", image, "--template", json.dumps({"version": "v2", "plugins": plugins}), *only)


def google_rpc() -> pathlib.Path:
    """A folder with the .proto files of google.rpc.

    No package on npm has these messages for protobuf-es: those of buf's registry are on no other. So this package has
    a private copy of those it reads, generated from the .proto files of a pinned package; npm's modules have no
    names in common, and nothing can clash.
    """
    environment = tools.python("typescript-googleapis", GOOGLEAPIS).parent
    (found,) = environment.glob("lib/python*/site-packages/google/rpc")
    folder = ROOT / "target" / "clients" / "typescript-googleapis"
    home = folder / "google" / "rpc"
    home.mkdir(parents=True, exist_ok=True)
    for name in ["code.proto", "status.proto", "error_details.proto"]:
        shutil.copyfile(found / name, home / name)
    return folder


def stubs(contract: Contract) -> str:
    files = [f'export * from "./proto/{file.removesuffix(".proto")}_pb.js";\n' for file in contract.files]
    about = """// The generated messages and service, for those who bring their own transport. Unlike the rest of this package
// they print what they hold, passwords included.\n\n"""
    return about + "".join(files)


# The value types.


def types(values: Values) -> str:
    base = Record("ChallengeBase", "What all challenges have.", values.challenge.common)
    return "\n".join(
        [
            'import type { MessageInitShape } from "@bufbuild/protobuf";\n',
            'import * as check from "../checks.js";\n'
            'import type { JsonObject } from "../received.js";\n'
            'import { hide, Redacting } from "../redaction.js";\n'
            'import * as stubs from "./stubs.js";\n',
            *(enum(each.name, each.doc, values.known(each)) for each in values.enums),
            *((wrapper if is_wrapper(values, record) else request)(values, record) for record in values.sent),
            union(values.subject),
            answer(values),
            *(interface(record, record.fields, kind_of(values, record)) for record in values.received),
            interface(base, base.fields),
            *(challenge(values.challenge, each, base) for each in values.kinds),
            *(union(each) for each in (values.challenge, *values.outcomes)),
        ]
    )


def kind_of(values: Values, record: Record) -> str:
    """What tells a record from the others of a sum; empty where it is in none."""
    sums = (values.subject, values.challenge, *values.outcomes)
    kinds = {each.record.name: lower_camel(each.field.name) for sum in sums for each in sum.alternatives}
    return kinds.get(record.name, "")


def union(sum: Sum) -> str:
    return comment(sum.doc) + f"export type {sum.name} = {' | '.join(sum.members)};\n"


def interface(record: Record, fields: list[Field], kind: str = "", extends: str = "") -> str:
    """What is received: plain data."""
    members = [property(field, type_of(field) + (" | null" if record.nullable(field) else "")) for field in fields]
    heritage = f" extends {extends}" if extends else ""
    return comment(record.doc) + block(f"export interface {record.name}{heritage}", kind_property(kind), *members)


def challenge(sum: Sum, kind: Alternative, base: Record) -> str:
    note = NEWER if kind is sum.alternatives[-1] else ""
    record = dataclasses.replace(kind.record, doc=kind.record.doc + note)
    return interface(record, kind.own, lower_camel(kind.field.name), extends=base.name)


def request(values: Values, record: Record) -> str:
    """What is sent: a class whose constructor checks what it is given."""
    given = f"{record.name}Fields"
    required = record.required
    members = [(field, checked(values, field, f"fields.{lower_camel(field.name)}", field in required)) for field in record.fields]
    shown = [f"this.{lower_camel(field.name)} = {value};\n" for field, value in members if not field.secret]
    hidden = literal([member for member in members if member[0].secret])
    return (
        f"/** What {{@link {record.name}}} is made with. */\n"
        + block(f"export interface {given}", *(given_property(record, field) for field in record.fields))
        + "\n"
        + comment(record.doc)
        + block(
            f"export class {record.name} extends Redacting implements {given}",
            kind_property(kind_of(values, record), "="),
            *(held_property(record, field) for field in record.fields),
            "\n/** @throws TypeError where a field is of a wrong type, or one without a default is left out. */\n",
            block(f"constructor(fields: {given})", "super();\n", *shown, f'hide(this, "{record.name}", {hidden});\n'),
        )
    )


def given_property(record: Record, field: Field) -> str:
    required = field in record.required
    return property(field, type_of(field) + ("" if required else " | undefined"), optional=not required)


def held_property(record: Record, field: Field) -> str:
    unset = " | undefined" if omissible(field, field in record.required) else ""
    return property(field, type_of(field) + unset, declared=field.secret)


def is_wrapper(values: Values, record: Record) -> bool:
    """Whether a record is a name for one scalar, and no message."""
    return any(each.record is record and not each.field.type for each in values.subject.alternatives)


def wrapper(values: Values, record: Record) -> str:
    """What is sent in place of a message: a class that holds one scalar."""
    (field,) = record.fields
    value = dataclasses.replace(field, name="value", doc="What it holds.")
    return comment(record.doc) + block(
        f"export class {record.name} extends Redacting",
        kind_property(kind_of(values, record), "="),
        property(value, type_of(value), declared=True),
        "\n/** @throws TypeError where the value is of a wrong type. */\n",
        block(
            f"constructor(value: {type_of(value)})",
            "super();\n",
            f'hide(this, "{record.name}", {{ value: {checked(values, field, "value", True)} }});\n',
        ),
    )


def answer(values: Values) -> str:
    """All that an answer says is hidden, whatever its kind."""
    sum = values.answer
    (id,) = sum.common
    name = lower_camel(id.name)
    content = f'NonNullable<MessageInitShape<typeof stubs.{sum.message}Schema>["{lower_camel(sum.oneof)}"]>'
    return (
        f"/** @internal */\ntype Content = {content};\n\n"
        + comment(sum.doc)
        + block(
            f"export class {sum.name} extends Redacting",
            property(id, type_of(id)),
            "/** @internal */\ndeclare readonly content: Content;\n\n",
            block(
                f"private constructor({name}: {type_of(id)}, content: Content)",
                "super();\n",
                f"this.{name} = {checked(values, id, name, True)};\n",
                f'hide(this, "{sum.name}", {{ content }});\n',
            ),
            *("\n" + answer_function(values, name, each) for each in sum.alternatives),
        )
    )


def answer_function(values: Values, id: str, kind: Alternative) -> str:
    name = lower_camel(kind.field.name)
    required = kind.record.required
    ordered = [*required, *kind.record.others]
    parameters = [f"{lower_camel(field.name)}{'' if field in required else '?'}: {type_of(field)}" for field in ordered]

    def content(field: Field) -> str:
        needed = field in required
        return to_wire(field, checked(values, field, lower_camel(field.name), needed), needed)

    members = [(field, content(field)) for field in ordered]
    value = literal(members) if kind.own else members[0][1]
    return comment(kind.record.doc) + block(
        f"static {name}({id}: string, {', '.join(parameters)}): Answer",
        f'return new Answer({id}, {{ case: "{name}", value: {value} }});\n',
    )


def checked(values: Values, field: Field, given: str, required: bool) -> str:
    """What a caller gave, or its default, or an error."""
    name = lower_camel(field.name)
    if omissible(field, required):
        return f"{given} === undefined ? undefined : {checked(values, field, given, True)}"
    if not required:
        given += f" ?? {'[]' if field.repeated else DEFAULTS[field.kind]}"
    check = rule(values, field)
    return f'check.list("{name}", {given}, {check})' if field.repeated else f'{check}("{name}", {given})'


def rule(values: Values, field: Field) -> str:
    """A function that takes the name of a field, and a value of it that it returns or refuses."""
    if field.kind == "sum":
        kinds = [f'"{lower_camel(each.field.name)}"' for each in values.subject.alternatives]
        return f"check.kind({', '.join(kinds)})"
    return f"check.oneOf({field.type})" if field.kind == "enum" else f"check.{field.kind}"


def omissible(field: Field, required: bool) -> bool:
    """Whether what was not given is not set, for want of a default."""
    return not required and (field.optional or field.kind == "enum" and not field.repeated)


# Between them and the messages.


def conversions(values: Values) -> str:
    return "\n".join(
        [
            'import { create } from "@bufbuild/protobuf";\n',
            'import { date, endOfTime } from "../received.js";\n'
            'import { redacting } from "../redaction.js";\n'
            'import * as stubs from "./stubs.js";\n'
            'import type * as values from "./values.js";\n',
            *(to_message(record) for record in values.sent if not is_wrapper(values, record)),
            to_oneof(values.subject),
            *(from_enum(enum) for enum in values.enums if values.is_received(enum)),
            *(from_message(record, kind_of(values, record)) for record in values.received),
            from_challenge(values.challenge),
            *(from_outcome(sum) for sum in values.outcomes),
        ]
    )


def to_message(record: Record) -> str:
    members = [(field, sent(record, field)) for field in record.fields]
    return block(
        f"export function to{record.name}(value: values.{record.name}): stubs.{record.name}",
        f"return create(stubs.{record.name}Schema, {literal(members)});\n",
    )


def sent(record: Record, field: Field) -> str:
    """A field of what a caller made, for the message."""
    value = f"value.{lower_camel(field.name)}"
    if field.kind == "sum":
        return f"to{field.type}({value})"
    return to_wire(field, f"[...{value}]" if field.repeated else value, field in record.required)


def to_wire(field: Field, value: str, required: bool) -> str:
    if field.kind != "enum":
        return value
    if field.repeated:
        return f"{value}.map((each) => stubs.{field.type}[each])"
    name = value if required else f'({value}) ?? "UNSPECIFIED"'
    return f"stubs.{field.type}[{name}]"


def to_oneof(sum: Sum) -> str:
    def case(each: Alternative) -> str:
        value = f"to{each.record.name}(value)" if each.field.type else "value.value"
        return f'case "{lower_camel(each.field.name)}":\nreturn {{ case: value.kind, value: {value} }};\n'

    return block(
        f'function to{sum.name}(value: values.{sum.name}): stubs.{sum.message}["{lower_camel(sum.oneof)}"]',
        block("switch (value.kind)", *(case(each) for each in sum.alternatives)),
    )


def from_enum(enum: Enum) -> str:
    return block(
        f"function from{enum.name}(value: stubs.{enum.name}): values.{enum.name}",
        f'return (stubs.{enum.name}[value] as values.{enum.name} | undefined) ?? "{model.unknown(enum).name}";\n',
    )


def from_message(record: Record, kind: str) -> str:
    members = [(field, from_wire(record, field, "message")) for field in record.fields]
    return block(
        f"function from{record.name}(message: stubs.{record.name}): values.{record.name}",
        f"return {plain(record, kind, members)};\n",
    )


def from_challenge(sum: Sum) -> str:
    """Its last kind is also what a newer one becomes, with nothing of its own."""
    *kinds, other = sum.alternatives
    one = f"message.{lower_camel(sum.oneof)}"
    return block(
        f"function from{sum.name}(message: stubs.{sum.name}): values.{sum.name}",
        block(
            f"switch ({one}.case)",
            *(f'case "{lower_camel(each.field.name)}":\n{of_kind(sum, each, one + ".value")}' for each in kinds),
            block(
                "default:",
                f"const own = {one}.value ?? create(stubs.{other.field.type}Schema);\n",
                of_kind(sum, other, "own"),
            ),
        ),
    )


def of_kind(sum: Sum, kind: Alternative, own: str) -> str:
    members = [(field, from_wire(kind.record, field, "message")) for field in sum.common]
    members += [(field, from_wire(kind.record, field, own)) for field in kind.own]
    return f"return {plain(kind.record, lower_camel(kind.field.name), members)};\n"


def from_outcome(sum: Sum) -> str:
    name = lower_camel(sum.oneof)

    def case(each: Alternative) -> str:
        return f'case "{lower_camel(each.field.name)}":\nreturn from{each.record.name}({name}.value);\n'

    return "/** Undefined where the outcome is newer than this package. */\n" + block(
        f'export function from{sum.name}({{ {name} }}: Pick<stubs.{sum.message}, "{name}">): values.{sum.name} | undefined',
        block(f"switch ({name}.case)", *(case(each) for each in sum.alternatives), "default:\nreturn undefined;\n"),
    )


def from_wire(record: Record, field: Field, message: str) -> str:
    """A field of a message, for its value."""
    value = f"{message}.{lower_camel(field.name)}"
    convert = "date" if field.kind == "timestamp" else f"from{field.type}" if field.type else ""
    if field.repeated:
        return f"{value}.map({convert})" if convert else value
    absent = "endOfTime()" if record.always_set(field) else "null" if record.nullable(field) else ""
    if not convert:
        return f"{value} ?? {absent}" if absent else value
    return f"{value} === undefined ? {absent} : {convert}({value})" if absent else f"{convert}({value})"


def plain(record: Record, kind: str, members: list[tuple[Field, str]]) -> str:
    """A value of a record, with its kind where it has one."""
    shown = literal([member for member in members if not member[0].secret], f'kind: "{kind}", ' if kind else "")
    secrets = [member for member in members if member[0].secret]
    return f'redacting("{record.name}", {literal(secrets)}, {shown})' if secrets else shown


# The words of both.


def type_of(field: Field) -> str:
    type = field.type or TYPES[field.kind]
    return f"readonly {type}[]" if field.repeated else type


def property(field: Field, type: str, *, optional: bool = False, declared: bool = False) -> str:
    """A field of an interface, or of a class; one that is `declared` the class gets by other means."""
    doc = field.doc + ("\n\nSecret: prints as `[redacted]`." if field.secret else "")
    return f"{comment(doc)}{'declare ' * declared}readonly {lower_camel(field.name)}{'?' * optional}: {type};\n"


def kind_property(kind: str, sign: str = ":") -> str:
    return f'/** Tells it from its alternatives. */\nreadonly kind{sign} "{kind}";\n' if kind else ""


def block(head: str, *body: str) -> str:
    return f"{head} {{\n{''.join(body)}}}\n"


def literal(members: list[tuple[Field, str]], first: str = "") -> str:
    return f"{{ {first}{', '.join(f'{lower_camel(field.name)}: {value}' for field, value in members)} }}"


def comment(doc: str) -> str:
    """A comment that tools read. A line that began with `@` would be a tag to them."""
    lines = re.sub(r"^@", r"\\@", doc.replace("*/", "* /"), flags=re.MULTILINE).split("\n")
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


# What errors say, and the rest.


def reasons(reasons: Enum, steps: Enum) -> str:
    return "\n".join(
        [
            enum(reasons.name, "Why a call failed, in words that a program can act on.", newer(reasons)),
            enum(steps.name, "Who must do what after an error.", newer(steps)),
            "/** A predicate for each {@link ErrorReason}. */\n"
            + block(
                "export abstract class ReasonedError extends Error",
                "/** Why the call failed. `UNSPECIFIED` when newer than this package. */\n",
                "abstract readonly reason: ErrorReason;\n",
                *("\n" + predicate(reason) for reason in reasons.said),
            ),
        ]
    )


def newer(enum: Enum) -> list[Value]:
    """The values of an enum whose zero is never sent, but is what a newer value becomes."""
    return [dataclasses.replace(enum.values[0], doc=UNSPECIFIED), *enum.said]


def enum(name: str, doc: str, values: list[Value]) -> str:
    members = "".join(f'{comment(value.doc)}{value.name}: "{value.name}",\n' for value in values)
    return (
        f"{comment(doc)}export const {name} = {{\n{members}}} as const;\n\n"
        f"{comment(doc)}export type {name} = (typeof {name})[keyof typeof {name}];\n"
    )


def predicate(reason: Value) -> str:
    return comment(reason.doc) + block(f"is{camel(reason.name)}(): boolean", f'return this.reason === "{reason.name}";\n')


def service_config() -> str:
    return (
        "/** gRPC's service config: which calls may be repeated, and how. */\n"
        f"export const serviceConfig = {json.dumps(json.loads(SERVICE_CONFIG.read_text()))} as const;\n"
    )
