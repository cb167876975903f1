"""Rust: the stubs by tonic-prost-build; the value types, `ByKind`, the errors' enums and the retry policy; the version.

The enums of values are the stubs' own, but for those that answers take: nothing is unspecified there. Code is written
loosely here, and rustfmt puts it in form.
"""

import dataclasses
import json
import pathlib
import re
import shutil
from collections.abc import Callable

import contract as source
import tools
import values as model
from contract import Contract, Enum, Field, Value, camel, snake
from values import Alternative, Record, Sum, Values

HOME = tools.ROOT / "clients" / "rust"
GENERATED = HOME / "src" / "generated"
PREDICATES = HOME / "conformance" / "predicates.rs"
HEADER = "// Written by clients/generate from the contract. Do not edit.\n\n"
MODULES = """
pub(crate) mod by_kind;
pub(crate) mod errors;
pub(crate) mod retries;
#[rustfmt::skip]
#[allow(missing_debug_implementations, missing_docs, clippy::all)]
pub mod v1;
pub(crate) mod values;
"""
KEYWORDS = (
    "as async await box break const continue do dyn else enum extern false final fn for gen if impl in let loop macro match "
    "mod move mut override priv pub ref return static struct trait true try type typeof unsafe use virtual where while yield"
).split()
TYPES = {
    "string": "String", "bool": "bool", "int32": "i32", "bytes": "Bytes", "timestamp": "SystemTime", "struct": "Json",
}  # fmt: skip


def generate(contract: Contract) -> None:
    values = model.read(contract)
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    files = {
        GENERATED / "mod.rs": MODULES,
        GENERATED / "v1.rs": stubs(contract.image),
        GENERATED / "values.rs": value_types(values),
        GENERATED / "by_kind.rs": by_kind(values.challenge),
        GENERATED / "errors.rs": errors(values),
        GENERATED / "retries.rs": retries(),
        PREDICATES: predicates(values.errors[0]),
    }
    for path, text in files.items():
        path.write_text(HEADER + text)
    tools.run("rustfmt", "--edition", "2024", "--config-path", HOME, GENERATED / "mod.rs", PREDICATES)
    shutil.copyfile(source.LICENSE, HOME / "LICENSE")
    shutil.copyfile(source.SERVICE_CONFIG, HOME / "service_config.json")
    tools.stamp(HOME / "Cargo.toml", r'^version = "([^"]*)"', contract.version)
    tools.stamp(HOME / "Cargo.lock", r'^name = "flinks-gateway-client"\nversion = "([^"]*)"', contract.version)


def stubs(image: pathlib.Path) -> str:
    out = tools.TOOLS / "rust" / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tools.run(
        "cargo", "run", "--quiet", "--locked",
        "--manifest-path", HOME / "generate" / "Cargo.toml",
        "--target-dir", tools.TOOLS / "rust" / "target",
        "--", image, out,
    )  # fmt: skip
    return out.joinpath(f"{source.PACKAGE}.rs").read_text()


# The value types


def value_types(values: Values) -> str:
    unrecognized = values.kinds[-1]
    parts = [
        "use std::time::SystemTime;\n",
        "use bytes::Bytes;\nuse derive_more::{Debug, From};\n",
        "use crate::{json::Json, stubs::v1};\n",
        f"pub use v1::{{{', '.join(enum.name for enum in values.enums if not values.is_of_answers(enum))}}};\n",
        *(sent(record) for record in values.sent if record.name != "LoginId"),
        subject(values.subject),
        *(outcome(sum) for sum in values.outcomes),
        *(received(record) for record in values.received),
        received(model.split(values.challenge)),
        kinds(values.challenge),
        received(dataclasses.replace(unrecognized.record, fields=unrecognized.own), "Default"),
        answers(values.answer),
        *(sent_enum(enum) for enum in values.enums if values.is_of_answers(enum)),
        *(received_enum(enum) for enum in values.enums if values.is_received(enum)),
    ]
    return linked("\n".join(parts), values)


def sent(record: Record) -> str:
    """A request or a part of one, with a function that takes what it must be made with."""
    made = [f"{name(field)}: {argument_value(field)}" for field in record.required]
    made += [f"{name(field)}: Default::default()" for field in record.others]
    return f"""{structure(record)}
impl {record.name} {{
    /// With what has no default.
    #[must_use]
    pub fn new({arguments(record.required)}) -> Self {{ Self {{ {", ".join(made)} }} }}
}}

{conversion(record.name, f"v1::{record.name}", to_wire, record)}"""


def received(record: Record, derive: str = "") -> str:
    return f"{structure(record, derive)}\n{conversion(f'v1::{record.name}', record.name, from_wire, record)}"


def structure(record: Record, derive: str = "") -> str:
    # JSON has numbers with fractions, and there is JSON in challenges.
    exact = all(field.kind != "struct" and not field.type.startswith("Challenge") for field in record.fields)
    derives = ", ".join(filter(None, ["Clone", "Debug", derive, "PartialEq", "Eq" if exact else ""]))
    return f"""{comment(record.doc)}#[derive({derives})]
#[non_exhaustive]
pub struct {record.name} {{
{members(record, record.fields, "pub ")}}}
"""


def members(record: Record, fields: list[Field], visibility: str = "") -> str:
    return "".join(
        f"{comment(field.doc)}{redaction(field)}{visibility}{name(field)}: {type_of(record, field)},\n" for field in fields
    )


def subject(sum: Sum) -> str:
    stub = oneof(sum.message, sum)
    arms = "".join(
        f"{sum.name}::{variant(kind)}(it) => Self::{variant(kind)}(it{'.into()' if kind.field.type else ''}),"
        for kind in sum.alternatives
    )
    return f"""{comment(sum.doc)}#[derive(Clone, Debug, From, PartialEq, Eq)]
pub enum {sum.name} {{
{variants(sum, "#[from] ")}}}

{into(sum.name, stub, f"match value {{ {arms} }}")}"""


def outcome(sum: Sum) -> str:
    def reading(response: str) -> str:
        stub = oneof(response, sum)
        arms = "".join(f"{stub}::{variant(kind)}(it) => {sum.name}::{variant(kind)}(it.into())," for kind in sum.alternatives)
        made = into(f"v1::{response}", f"Option<{sum.name}>", f"Some(match value.{sum.oneof}? {{ {arms} }})")
        return f"\n/// None for an outcome that this client does not know.\n{made}"

    return f"""{comment(sum.doc)}#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum {sum.name} {{
{variants(sum)}}}
{"".join(map(reading, sum.messages))}"""


def oneof(message: str, sum: Sum) -> str:
    """The stubs' enum of a oneof."""
    return f"v1::{snake(message)}::{camel(sum.oneof)}"


def variants(sum: Sum, attribute: str = "") -> str:
    """A variant for each alternative; with the attribute for those that have a type of their own."""
    lines = ""
    for kind in sum.alternatives:
        own, type = (attribute, kind.record.name) if kind.field.type else ("", TYPES[kind.field.kind])
        lines += f"{comment(kind.field.doc)}{own}{variant(kind)}({redaction(kind.field)}{type}),\n"
    return lines


def kinds(sum: Sum) -> str:
    """Users write `..` in patterns of kinds, so that a new field is none of their concern."""
    *known, unrecognized = sum.alternatives
    other = variant(unrecognized)
    stub = oneof(sum.message, sum)
    lines = names = ""
    arms = f"None => Self::{other}(Default::default()), Some(Kind::{other}(it)) => Self::{other}(it.into()),"
    for kind in known:
        taken = ", ".join(name(field) for field in kind.own)
        made = ", ".join(f"{name(field)}: {from_wire(kind.record, field, name(field))}" for field in kind.own)
        lines += comment(f"{kind.record.doc}\n\n{kind.field.doc}")
        lines += f"#[non_exhaustive]\n{variant(kind)} {{ {members(kind.record, kind.own)} }},\n"
        arms += f"Some(Kind::{variant(kind)}(v1::{kind.field.type} {{ {taken} }})) => Self::{variant(kind)} {{ {made} }},"
        names += f'Self::{variant(kind)} {{ .. }} => "{kind.field.name}",'
    return f"""/// How a challenge is answered. A kind newer than this client is `{other}`.
#[derive(Clone, Debug, PartialEq)]
pub enum ChallengeKind {{
{lines}{comment(unrecognized.field.doc)}{other}({unrecognized.record.name}),
}}

impl ChallengeKind {{
    /// The contract's name of the kind, such as `{known[0].field.name}`.
    #[must_use]
    pub const fn name(&self) -> &'static str {{
        match self {{ {names} Self::{other}(_) => "{unrecognized.field.name}" }}
    }}
}}

{into(f"Option<{stub}>", "ChallengeKind", f"use {stub}; match value {{ {arms} }}")}"""


def answers(sum: Sum) -> str:
    stub = oneof(sum.message, sum)

    def function(kind: Alternative) -> str:
        """What it must be made with are arguments; a method sets what came later."""
        taken = kind.record.required
        doc = "\n\n".join([kind.field.doc, *(f"`{field.name}`: {field.doc}" for field in taken if kind.own)])
        content = [f"{name(field)}: {argument_value(field)}" for field in taken]
        content += ["..Default::default()"] if kind.record.others else []
        made = f"v1::{kind.field.type} {{ {', '.join(content)} }}" if kind.own else argument_value(kind.field)
        return f"""{comment(doc)}pub fn {kind.field.name}(challenge_id: impl Into<String>, {arguments(taken)}) -> Self {{
    let {sum.oneof} = {stub}::{variant(kind)}({made});
    Self {{ challenge_id: challenge_id.into(), {sum.oneof} }}
}}

{"".join(method(kind, field) for field in kind.record.others)}"""

    def method(kind: Alternative, field: Field) -> str:
        doc = f"{field.doc}\n\n# Panics\n\nWhen the answer is not one of `{kind.field.name}`."
        value = argument_value(field)
        return f"""{comment(doc)}pub fn with_{kind.field.name}_{field.name}(mut self, {arguments([field])}) -> Self {{
    let {stub}::{variant(kind)}({sum.oneof}) = &mut self.{sum.oneof} else {{ panic!("no answer of `{kind.field.name}`") }};
    {sum.oneof}.{name(field)} = {f"Some({value})" if field.optional else value};
    self
}}

"""

    made = f"Self {{ challenge_id: value.challenge_id, {sum.oneof}: Some(value.{sum.oneof}) }}"
    functions = "".join(map(function, sum.alternatives)).rstrip("\n") + "\n"
    return f"""/// The answer to one challenge, made by the function for its kind. Texts are sent byte for byte.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct {sum.name} {{
    challenge_id: String,
    #[debug("[redacted]")]
    {sum.oneof}: {stub},
}}

impl {sum.name} {{
{functions}}}

{into(sum.name, f"v1::{sum.message}", made)}"""


def sent_enum(enum: Enum) -> str:
    """An enum without a value for "unspecified"."""
    arms = "".join(f"{enum.name}::{camel(value.name)} => v1::{enum.name}::{camel(value.name)}," for value in enum.said)
    return f"""{comment(enum.doc)}#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum {enum.name} {{
{constants(enum.said)}}}

{into(enum.name, "i32", f"Self::from(match value {{ {arms} }})")}"""


def received_enum(enum: Enum) -> str:
    unknown = camel(model.unknown(enum).name)
    value = f"{enum.name}::try_from(number).unwrap_or({enum.name}::{unknown})"
    return f"fn {snake(enum.name)}(number: i32) -> {enum.name} {{ {value} }}\n"


# An answerer


def by_kind(sum: Sum) -> str:
    lines = nothing = setters = known = calls = ""
    for kind in sum.alternatives:
        function = kind.field.name
        pattern, taken, types = given(kind, kind is sum.alternatives[-1])
        lines += f"{function}: Option<Function<'a, ({types}), E>>,"
        nothing += f"{function}: None,"
        known += f"ChallengeKind::{variant(kind)} {{ .. }} => self.{function}.is_some(),"
        calls += f"ChallengeKind::{variant(kind)} {pattern} => self.{function}.as_mut()?(({taken})),"
        setters += f"""{comment(kind.record.doc)}pub fn {function}<F>(mut self, mut function: impl FnMut({types}) -> F + Send + 'a)
    -> Self
where
    F: Future<Output = Result<Answer, E>> + Send + 'a,
{{
    self.{function} = Some(Box::new(move |({taken})| Box::pin(function({taken}))));
    self
}}

"""
    return f"""use std::future::Future;

use super::values::*;
use crate::by_kind::{{Answered, Function}};

/// An answerer for [`Client::sign_in`](crate::Client::sign_in), from a function for each kind of challenge.
#[must_use]
pub struct ByKind<'a, E> {{ {lines} }}

impl<E> Default for ByKind<'_, E> {{
    fn default() -> Self {{ Self {{ {nothing} }} }}
}}

impl<'a, E> ByKind<'a, E> {{
{setters}
    /// Whether there is a function for a kind.
    pub(crate) fn answers(&self, kind: &ChallengeKind) -> bool {{ match kind {{ {known} }} }}

    /// Calls the function for a challenge.
    pub(crate) fn answer(&mut self, challenge: Challenge) -> Option<Answered<'a, E>> {{
        Some(match challenge.kind.clone() {{ {calls} }})
    }}
}}
"""


def given(kind: Alternative, is_last: bool) -> tuple[str, str, str]:
    """What a kind's function takes: the challenge, and what there is to pick from, or all there is of what nobody knows.
    As a pattern of the kind that finds it, as values and as types. Other fields are in the challenge's kind."""
    if is_last:
        return f"({kind.field.name})", f"challenge, {kind.field.name}", f"Challenge, {kind.field.type}"
    for field in kind.own:
        if field.repeated:
            return f"{{ {name(field)}, .. }}", f"challenge, {name(field)}", f"Challenge, {type_of(kind.record, field)}"
    return "{ .. }", "challenge,", "Challenge,"


# Names, types and conversions


def name(field: Field) -> str:
    return f"r#{field.name}" if field.name in KEYWORDS else field.name


def variant(kind: Alternative) -> str:
    return camel(kind.field.name)


def type_of(record: Record, field: Field) -> str:
    one = field.type or TYPES[field.kind]
    if field.repeated:
        return f"Vec<{one}>"
    return f"Option<{one}>" if record.absent(field) else one


def redaction(field: Field) -> str:
    return '#[debug("[redacted]")] ' if field.secret else ""


def arguments(fields: list[Field]) -> str:
    return ", ".join(f"{name(field)}: {argument(field)}" for field in fields)


def argument(field: Field) -> str:
    one = field.type or TYPES[field.kind]
    if field.repeated:
        return f"impl IntoIterator<Item = {one if field.kind == 'enum' else f'impl Into<{one}>'}>"
    return {"string": f"impl Into<{one}>", "sum": f"impl Into<{one}>", "int32": "usize"}.get(field.kind, one)


def argument_value(field: Field) -> str:
    if field.repeated:
        return f"{name(field)}.into_iter().map({'i32::from' if field.kind == 'enum' else 'Into::into'}).collect()"
    if field.kind == "int32":
        # What the wire cannot count is beyond the last of anything, and refused as such.
        return f"i32::try_from({name(field)}).unwrap_or(i32::MAX)"
    return f"{name(field)}.into()" if field.kind in ("string", "sum", "enum") else name(field)


def into(given: str, made: str, body: str) -> str:
    return f"impl From<{given}> for {made} {{ fn from(value: {given}) -> Self {{ {body} }} }}\n"


def conversion(given: str, made: str, convert: Callable[[Record, Field, str], str], record: Record) -> str:
    fields = (f"{name(field)}: {convert(record, field, f'value.{name(field)}')}" for field in record.fields)
    return into(given, made, f"Self {{ {', '.join(fields)} }}")


def to_wire(record: Record, field: Field, value: str) -> str:
    if field.kind == "sum":
        return f"Some({value}.into())"
    if field.kind == "enum":
        return each(record, field, value, "i32::from")
    return f"Some({value})" if field.optional and field in record.required else value


def from_wire(record: Record, field: Field, value: str) -> str:
    if field.kind == "sum":
        return f"{value}.into()"
    if field.kind == "enum":
        return each(record, field, value, snake(field.type))
    if field.kind == "timestamp":
        return f"{value}.and_then(|time| time.try_into().ok())"
    return each(record, field, value, "Into::into") if field.kind in ("message", "struct") else value


def each(record: Record, field: Field, value: str, convert: str) -> str:
    """A value converted: whatever is in it, where it is a list or may be absent."""
    if field.repeated:
        return f"{value}.into_iter().map({convert}).collect()"
    return f"{value}.map({convert})" if record.absent(field) else f"{convert}({value})"


# Documentation


def comment(doc: str) -> str:
    """The contract's words as a comment. In Rust's, brackets outside of code are links."""
    escaped = re.sub(r"(`[^`]*`)|([][<>])", lambda part: part[1] or f"\\{part[2]}", doc)
    return "".join(f"/// {line}".rstrip() + "\n" for line in escaped.split("\n"))


def linked(text: str, values: Values) -> str:
    """Makes links where the contract names what users see."""
    records = [*values.sent, *values.received, model.split(values.challenge)]
    links = {f"{record.name}.{field.name}": f"{record.name}::{field.name}" for record in records for field in record.fields}
    links |= {f"{values.answer.message}.{kind.field.name}": f"Answer::{kind.field.name}" for kind in values.answers}
    kinds = {kind.field.name: variant(kind) for kind in values.kinds}
    text = re.sub(r"`(\w+\.\w+)`", lambda span: f"[`{links[span[1]]}`]" if span[1] in links else span[0], text)
    text = re.sub(r"/// Answered with `(\w+)`", r"/// Answered with [`Answer::\1`]", text)
    return re.sub(r"/// To `(\w+)`", lambda span: f"/// To [`{kinds[span[1]]}`](ChallengeKind::{kinds[span[1]]})", text)


def constants(values: list[Value]) -> str:
    return "".join(f"{comment(value.doc)}{camel(value.name)},\n" for value in values)


# Errors and retries


def errors(values: Values) -> str:
    reasons, steps = values.errors
    predicates = "\n".join(
        f"""/// Whether the reason is [`{value.name}`](ErrorReason::{camel(value.name)}).
#[must_use]
pub fn is_{value.name.lower()}(&self) -> bool {{ self.reason() == ErrorReason::{camel(value.name)} }}
"""
        for value in reasons.said
    )
    return f"""use crate::GatewayError;

{growing_enum(reasons, "What went wrong")}
{growing_enum(steps, "Who must do what after an error")}
/// A predicate for each reason.
impl GatewayError {{
{predicates}}}
"""


def growing_enum(enum: Enum, doc: str) -> str:
    name = enum.name

    def arms(template: str) -> str:
        forms = ({"camel": camel(value.name), "name": value.name, "full": value.full_name} for value in enum.values)
        return ",".join(template.format(**form) for form in forms)

    return f"""/// {doc}: the `{name}` of the contract. The list grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum {name} {{
#[default]
{constants(enum.values)}}}

impl {name} {{
    /// All of them, in the contract's order.
    pub const ALL: &[Self] = &[{arms("Self::{camel}")}];

    /// The name in the contract, without the enum's prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {{ match self {{ {arms('Self::{camel} => "{name}"')} }} }}

    /// The name on the wire, with the enum's prefix.
    #[must_use]
    pub const fn full_name(self) -> &'static str {{ match self {{ {arms('Self::{camel} => "{full}"')} }} }}

    /// The value of a name as it is on the wire: unspecified when this client does not know it.
    #[must_use]
    pub fn from_full_name(name: &str) -> Self {{ match name {{ {arms('"{full}" => Self::{camel}')}, _ => Self::default() }} }}
}}

impl std::fmt::Display for {name} {{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{ f.pad(self.as_str()) }}
}}
"""


def predicates(reasons: Enum) -> str:
    """For the conformance runner, which asks all of them."""
    names = (f"is_{value.name.lower()}" for value in reasons.said)
    rows = ",".join(f'("{name}", error.{name}())' for name in names)
    return f"""use flinks_gateway_client::GatewayError;

/// The names of all predicates that are true.
pub fn predicates(error: &GatewayError) -> Vec<&'static str> {{
    let all = [{rows}];
    all.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect()
}}
"""


def retries() -> str:
    """The service config as a table. What it may say beyond a retry policy for one method is refused, not dropped."""
    methods = []
    (config,) = json.loads(source.SERVICE_CONFIG.read_text()).items()
    assert config[0] == "methodConfig", config[0]
    for entry in config[1]:
        assert entry.keys() == {"name", "retryPolicy"}, entry
        policy = dict(entry["retryPolicy"])
        arm = " | ".join(f'"{name["method"]}"' for name in entry["name"])
        codes = ", ".join(f"Code::{camel(code)}" for code in policy.pop("retryableStatusCodes"))
        methods.append(f"""        {arm} => Some(RetryPolicy {{
            max_attempts: {policy.pop("maxAttempts")},
            initial_backoff: {duration(policy.pop("initialBackoff"))},
            max_backoff: {duration(policy.pop("maxBackoff"))},
            backoff_multiplier: {float(policy.pop("backoffMultiplier"))},
            codes: &[{codes}],
        }}),""")
        assert not policy, policy
    return f"""use std::time::Duration;

use tonic::Code;

use crate::call::RetryPolicy;

/// What `service_config.json` says of a method of the service.
pub(crate) fn policy(method: &str) -> Option<RetryPolicy> {{
    match method {{
{chr(10).join(methods)}
        _ => None,
    }}
}}
"""


def duration(text: str) -> str:
    return f"Duration::from_millis({round(float(text.removesuffix('s')) * 1000)})"
