"""Rust: the stubs by tonic-prost-build; the value types, `ByKind`, the errors' enums and the retry policy; the version.

The enums of values are the stubs' own, but for those that only answers take: nothing is unspecified there. All texts
are written loosely, and rustfmt puts them in form.
"""

import dataclasses
import json
import pathlib
import re
import shutil

import contract as source
import tools
import values
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
    "as async await box break const continue do dyn else enum extern false fn for gen if impl in let loop macro match mod move "
    "mut override priv pub ref return static struct trait true try type unsafe use virtual where while yield"
).split()
TYPES = {
    "string": "String",
    "bool": "bool",
    "int32": "i32",
    "bytes": "Bytes",
    "timestamp": "SystemTime",
    "struct": "Json",
}
RESPONSES = {
    "Outcome": ["AuthorizeResponse", "AnswerChallengesResponse"],
    "FinalOutcome": ["CachedAuthorizeResponse"],
}


def generate(contract: source.Contract) -> None:
    types = values.read(contract)
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    stubs(contract.image)
    files = {
        GENERATED / "mod.rs": MODULES,
        GENERATED / "errors.rs": errors(contract),
        GENERATED / "retries.rs": retries(),
        GENERATED / "values.rs": value_types(types),
        GENERATED / "by_kind.rs": by_kind(types.challenge),
        PREDICATES: predicates(contract),
    }
    for path, text in files.items():
        path.write_text(HEADER + text)
    tools.run("rustfmt", "--edition", "2024", "--config-path", HOME, GENERATED / "mod.rs", PREDICATES)
    shutil.copyfile(source.LICENSE, HOME / "LICENSE")
    shutil.copyfile(source.SERVICE_CONFIG, HOME / "service_config.json")
    tools.stamp(HOME / "Cargo.toml", r'^version = "([^"]*)"', contract.version)
    tools.stamp(
        HOME / "Cargo.lock",
        r'^name = "flinks-gateway-client"\nversion = "([^"]*)"',
        contract.version,
    )


def stubs(image: pathlib.Path) -> None:
    out = tools.TOOLS / "rust" / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tools.run(
        "cargo", "run", "--quiet", "--locked",
        "--manifest-path", HOME / "generate" / "Cargo.toml",
        "--target-dir", tools.TOOLS / "rust" / "target",
        "--", image, out,
    )  # fmt: skip
    written = out.joinpath(f"{source.PACKAGE}.rs").read_text()
    GENERATED.joinpath("v1.rs").write_text(HEADER + written)


def value_types(types: Values) -> str:
    unrecognized = types.challenge.alternatives[-1]
    answered = {field.type for kind in types.answer.alternatives for field in kind.record.fields}
    parts = [
        "//! What calls take and give.\n",
        "use std::time::SystemTime;\n",
        "use bytes::Bytes;\nuse derive_more::{Debug, From};\n",
        "use crate::{json::Json, stubs::v1};\n",
        f"pub use v1::{{{', '.join(enum.name for enum in types.enums if enum.name not in answered)}}};\n",
        *(sent(record) for record in types.sent if record.name != "LoginId"),
        subject(types.subject),
        *(outcome(sum) for sum in types.outcomes),
        *(received(record) for record in types.received),
        received(challenge(types.challenge)),
        kinds(types.challenge),
        received(Record(unrecognized.record.name, unrecognized.record.doc, unrecognized.own), "Default"),
        answers(types.answer),
        *(only_sent(enum) for enum in types.enums if enum.name in answered),
        *(reader(enum) for enum in types.enums if not types.sends_only(enum.name)),
    ]
    return linked("\n".join(parts), types)


def sent(record: Record) -> str:
    """A request or a part of one, with a function that takes what it must be made with."""
    required = [field for field in record.fields if record.required(field)]
    arguments = ", ".join(f"{name(field)}: {argument(field)}" for field in required)
    values = "".join(f"{name(field)}: {argument_value(field)}," for field in required)
    values += "".join(f"{name(field)}: Default::default()," for field in record.fields if field not in required)
    converted = "".join(f"{name(field)}: {to_stub(record, field)}," for field in record.fields)
    return f"""{structure(record)}
impl {record.name} {{
    /// With what has no default.
    #[must_use]
    pub fn new({arguments}) -> Self {{
        Self {{ {values} }}
    }}
}}

impl From<{record.name}> for v1::{record.name} {{
    fn from(value: {record.name}) -> Self {{
        Self {{ {converted} }}
    }}
}}
"""


def received(record: Record, derive: str = "") -> str:
    converted = "".join(f"{name(field)}: {from_stub(record, field, f'value.{name(field)}')}," for field in record.fields)
    return f"""{structure(record, derive)}
impl From<v1::{record.name}> for {record.name} {{
    fn from(value: v1::{record.name}) -> Self {{
        Self {{ {converted} }}
    }}
}}
"""


def structure(record: Record, derive: str = "") -> str:
    # JSON has numbers with fractions, and there is JSON in challenges.
    comparable = all(field.kind != "struct" and not field.type.startswith("Challenge") for field in record.fields)
    derives = ", ".join(filter(None, ["Clone", "Debug", derive, "PartialEq", "Eq" if comparable else ""]))
    return f"""{comment(record.doc)}#[derive({derives})]
#[non_exhaustive]
pub struct {record.name} {{
{members(record, record.fields, "pub ")}}}
"""


def members(record: Record, fields: list[source.Field], visibility: str = "") -> str:
    return "".join(
        f"{comment(field.doc)}{redaction(field)}{visibility}{name(field)}: {type_of(record, field)},\n" for field in fields
    )


def subject(sum: Sum) -> str:
    stub = f"v1::{snake(sum.message)}::{source.camel(sum.oneof)}"
    arms = "".join(
        f"{sum.name}::{variant(kind)}(it) => Self::{variant(kind)}(it{'.into()' if kind.field.type else ''}),"
        for kind in sum.alternatives
    )
    return f"""/// Who signs in.
#[derive(Clone, Debug, From, PartialEq, Eq)]
pub enum {sum.name} {{
{variants(sum, "#[from]")}}}

impl From<{sum.name}> for {stub} {{
    fn from(value: {sum.name}) -> Self {{
        match value {{ {arms} }}
    }}
}}
"""


def outcome(sum: Sum) -> str:
    return f"""{comment(sum.doc)}#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum {sum.name} {{
{variants(sum)}}}
""" + "".join(outcome_of(sum, response) for response in RESPONSES[sum.name])


def outcome_of(sum: Sum, response: str) -> str:
    received = f"v1::{snake(response)}::{source.camel(sum.oneof)}"
    arms = "".join(f"{received}::{variant(kind)}(it) => {sum.name}::{variant(kind)}(it.into())," for kind in sum.alternatives)
    return f"""
/// None for an outcome that this client does not know.
impl From<v1::{response}> for Option<{sum.name}> {{
    fn from(value: v1::{response}) -> Self {{
        Some(match value.{sum.oneof}? {{ {arms} }})
    }}
}}
"""


def variants(sum: Sum, attribute: str = "") -> str:
    """Each alternative as a variant that holds it; those of a type of their own have the attribute."""
    lines = ""
    for kind in sum.alternatives:
        own, type = (attribute, kind.record.name) if kind.field.type else ("", TYPES[kind.field.kind])
        lines += f"{comment(kind.field.doc)}{own}{variant(kind)}({redaction(kind.field)}{type}),\n"
    return lines


def challenge(sum: Sum) -> Record:
    """What all challenges have, and their kind."""
    first = sum.alternatives[0]
    doc = "How it is answered, and what there is to pick from."
    kind = dataclasses.replace(first.field, name=sum.oneof, kind="sum", type="ChallengeKind", oneof="", doc=doc)
    return Record(sum.name, sum.doc, [*(field for field in first.record.fields if field not in first.own), kind])


def kinds(sum: Sum) -> str:
    *known, unrecognized = sum.alternatives
    other = variant(unrecognized)
    names = "".join(f'Self::{variant(kind)} {{ .. }} => "{kind.field.name}",' for kind in sum.alternatives)
    arms = "".join(kind_arm(kind) for kind in known)
    return f"""/// How a challenge is answered. A kind newer than this client is `{other}`.
#[derive(Clone, Debug, PartialEq)]
pub enum ChallengeKind {{
{"".join(map(kind_variant, known))}{comment(unrecognized.field.doc)}{other}({unrecognized.record.name}),
}}

impl ChallengeKind {{
    /// The contract's name of the kind, such as `{known[0].field.name}`.
    #[must_use]
    pub const fn name(&self) -> &'static str {{
        match self {{ {names} }}
    }}
}}

impl From<Option<v1::challenge::Kind>> for ChallengeKind {{
    fn from(kind: Option<v1::challenge::Kind>) -> Self {{
        use v1::challenge::Kind;
        match kind {{
            {arms}
            Some(Kind::{other}(value)) => Self::{other}(value.into()),
            None => Self::{other}(Default::default()),
        }}
    }}
}}
"""


def kind_arm(kind: Alternative) -> str:
    names = ", ".join(name(field) for field in kind.own)
    converted = ", ".join(f"{name(field)}: {from_stub(kind.record, field, name(field))}" for field in kind.own)
    return f"Some(Kind::{variant(kind)}(v1::{kind.field.type} {{ {names} }})) => Self::{variant(kind)} {{ {converted} }},"


def kind_variant(kind: Alternative) -> str:
    return f"{comment(kind_doc(kind))}#[non_exhaustive]\n{variant(kind)} {{ {members(kind.record, kind.own)} }},\n"


def kind_doc(kind: Alternative) -> str:
    return f"{kind.record.doc}\n\n{kind.field.doc}"


def answers(sum: Sum) -> str:
    stub = f"v1::{sum.message}"
    functions = "\n".join(answer(sum, kind) for kind in sum.alternatives)
    return f"""/// The answer to one challenge, made by the function for its kind. Texts are sent byte for byte.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct {sum.name} {{
    challenge_id: String,
    #[debug("[redacted]")]
    {sum.oneof}: v1::{snake(sum.message)}::{source.camel(sum.oneof)},
}}

impl {sum.name} {{
{functions}}}

impl From<{sum.name}> for {stub} {{
    fn from(value: {sum.name}) -> Self {{
        Self {{ challenge_id: value.challenge_id, {sum.oneof}: Some(value.{sum.oneof}) }}
    }}
}}
"""


def answer(sum: Sum, kind: Alternative) -> str:
    doc = "\n\n".join([kind.field.doc, *(f"`{field.name}`: {field.doc}" for field in kind.own)])
    arguments = ", ".join(f"{name(field)}: {argument(field)}" for field in kind.record.fields)
    made = ", ".join(f"{name(field)}: {argument_value(field)}" for field in kind.own)
    made = f"v1::{kind.field.type} {{ {made} }}" if made else argument_value(kind.field)
    return f"""{comment(doc)}pub fn {kind.field.name}(challenge_id: impl Into<String>, {arguments}) -> Self {{
    let {sum.oneof} = v1::{snake(sum.message)}::{source.camel(sum.oneof)}::{variant(kind)}({made});
    Self {{ challenge_id: challenge_id.into(), {sum.oneof} }}
}}
"""


def only_sent(enum: source.Enum) -> str:
    """An enum without a value for "unspecified"."""
    said = [value for value in enum.values if value.number]
    lines = "".join(f"{comment(value.doc)}{source.camel(value.name)},\n" for value in said)
    arms = "".join(f"{enum.name}::{each} => v1::{enum.name}::{each}," for each in (source.camel(value.name) for value in said))
    return f"""{comment(enum.doc)}#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum {enum.name} {{
{lines}}}

impl From<{enum.name}> for i32 {{
    fn from(value: {enum.name}) -> Self {{
        Self::from(match value {{ {arms} }})
    }}
}}
"""


def reader(enum: source.Enum) -> str:
    unknown = source.camel(values.unknown(enum).name)
    return f"""fn {snake(enum.name)}(number: i32) -> {enum.name} {{
    {enum.name}::try_from(number).unwrap_or({enum.name}::{unknown})
}}
"""


def by_kind(sum: Sum) -> str:
    kinds = [(kind, *given(sum, kind)) for kind in sum.alternatives]
    members = "".join(f"{kind.field.name}: Option<Function<'a, ({types}), E>>," for kind, _, _, types in kinds)
    nothing = "".join(f"{kind.field.name}: None," for kind in sum.alternatives)
    setters = "\n".join(setter(kind, values, types) for kind, _, values, types in kinds)
    known = "".join(f"ChallengeKind::{variant(kind)} {{ .. }} => self.{kind.field.name}.is_some()," for kind in sum.alternatives)
    calls = "".join(
        f"ChallengeKind::{variant(kind)} {pattern} => self.{kind.field.name}.as_mut()?(({values})),"
        for kind, pattern, values, _ in kinds
    )
    return f"""use std::future::Future;

use super::values::*;
use crate::by_kind::{{Answered, Function}};

/// An answerer for [`Client::sign_in`](crate::Client::sign_in), from a function for each kind of challenge.
#[must_use]
pub struct ByKind<'a, E> {{ {members} }}

impl<E> Default for ByKind<'_, E> {{
    fn default() -> Self {{
        Self {{ {nothing} }}
    }}
}}

impl<'a, E> ByKind<'a, E> {{
{setters}
    /// Whether there is a function for a kind.
    pub(crate) fn answers(&self, kind: &ChallengeKind) -> bool {{
        match kind {{ {known} }}
    }}

    /// Calls the function for a challenge.
    pub(crate) fn answer(&mut self, challenge: Challenge) -> Option<Answered<'a, E>> {{
        Some(match challenge.kind.clone() {{ {calls} }})
    }}
}}
"""


def given(sum: Sum, kind: Alternative) -> tuple[str, str, str]:
    """What a kind's function takes: the challenge, and what there is to pick from, or all that is there of what nobody
    knows. As a pattern of the kind that finds it, as values and as types."""
    if kind is sum.alternatives[-1]:
        return f"({kind.field.name})", f"challenge, {kind.field.name}", f"Challenge, {kind.field.type}"
    for field in kind.own:
        if field.repeated:
            return f"{{ {name(field)}, .. }}", f"challenge, {name(field)}", f"Challenge, {type_of(kind.record, field)}"
    return "{ .. }", "challenge,", "Challenge,"


def setter(kind: Alternative, values: str, types: str) -> str:
    return f"""{comment(kind.record.doc)}pub fn {kind.field.name}<F>(mut self, mut function: impl FnMut({types}) -> F + Send + 'a) -> Self
where
    F: Future<Output = Result<Answer, E>> + Send + 'a,
{{
    self.{kind.field.name} = Some(Box::new(move |({values})| Box::pin(function({values}))));
    self
}}
"""


# Names, types and conversions


def name(field: source.Field) -> str:
    return f"r#{field.name}" if field.name in KEYWORDS else field.name


def variant(kind: Alternative) -> str:
    return source.camel(kind.field.name)


def snake(name: str) -> str:
    return re.sub(r"\B([A-Z])", r"_\1", name).lower()


def is_option(record: Record, field: source.Field) -> bool:
    absent = field.optional or field.kind in ("message", "timestamp", "struct")
    return absent and not field.repeated and not record.required(field)


def type_of(record: Record, field: source.Field) -> str:
    one = field.type or TYPES[field.kind]
    if field.repeated:
        return f"Vec<{one}>"
    return f"Option<{one}>" if is_option(record, field) else one


def redaction(field: source.Field) -> str:
    return '#[debug("[redacted]")] ' if field.secret else ""


def argument(field: source.Field) -> str:
    """The type of a function's argument."""
    if field.repeated:
        return f"impl IntoIterator<Item = impl Into<{field.type or TYPES[field.kind]}>>"
    types = {"string": "impl Into<String>", "sum": f"impl Into<{field.type}>", "int32": "usize"}
    return types.get(field.kind) or field.type or TYPES[field.kind]


def argument_value(field: source.Field) -> str:
    if field.repeated:
        return f"{name(field)}.into_iter().map(Into::into).collect()"
    if field.kind == "int32":
        # What the wire cannot count is beyond the last of anything, and refused as such.
        return f"i32::try_from({name(field)}).unwrap_or(i32::MAX)"
    return f"{name(field)}.into()" if field.kind in ("string", "enum", "sum") else name(field)


def to_stub(record: Record, field: source.Field) -> str:
    value = f"value.{name(field)}"
    if field.kind == "sum":
        return f"Some({value}.into())"
    if field.kind == "enum":
        return each(record, field, value, "i32::from")
    return f"Some({value})" if field.optional and record.required(field) else value


def from_stub(record: Record, field: source.Field, value: str) -> str:
    if field.kind == "sum":
        return f"{value}.into()"
    if field.kind == "enum":
        return each(record, field, value, snake(field.type))
    if field.kind == "timestamp":
        return f"{value}.and_then(|time| time.try_into().ok())"
    return each(record, field, value, "Into::into") if field.kind in ("message", "struct") else value


def each(record: Record, field: source.Field, value: str, convert: str) -> str:
    if field.repeated:
        return f"{value}.into_iter().map({convert}).collect()"
    return f"{value}.map({convert})" if is_option(record, field) else f"{convert}({value})"


# Documentation


def comment(doc: str) -> str:
    """The contract's words as a comment. In Rust's, brackets outside of code are links."""
    escaped = re.sub(r"(`[^`]*`)|([][<>])", lambda part: part[1] or f"\\{part[2]}", doc)
    return "".join(f"/// {line}".rstrip() + "\n" for line in escaped.split("\n"))


def linked(text: str, types: Values) -> str:
    """Makes links where the contract names what users see."""
    links = {f"{record.name}.{field.name}": f"{record.name}::{field.name}" for record in types.sent + types.received for field in record.fields}
    links |= {f"{types.answer.message}.{kind.field.name}": f"Answer::{kind.field.name}" for kind in types.answer.alternatives}
    text = re.sub(r"`(\w+\.\w+)`", lambda span: f"[`{links[span[1]]}`]" if span[1] in links else span[0], text)
    text = re.sub(r"/// Answered with `(\w+)`", r"/// Answered with [`Answer::\1`]", text)
    kinds = {f"`{kind.field.name}`": f"[`{variant(kind)}`](ChallengeKind::{variant(kind)})" for kind in types.challenge.alternatives}
    return re.sub(r"(?<=/// To )`\w+`", lambda span: kinds[span[0]], text)


# Errors and retries


def errors(contract: source.Contract) -> str:
    reasons = enum(
        "ErrorReason",
        "What went wrong: the `ErrorReason` of the contract. The list grows.",
        contract.reasons,
    )
    steps = enum(
        "NextStep",
        "Who must do what after an error: the `NextStep` of the contract. The list grows.",
        contract.next_steps,
    )
    predicates = "\n".join(
        f"    /// Whether the reason is [`{value.name}`](ErrorReason::{source.camel(value.name)}).\n"
        f"    #[must_use]\n"
        f"    pub fn is_{value.name.lower()}(&self) -> bool {{\n"
        f"        self.reason() == ErrorReason::{source.camel(value.name)}\n"
        f"    }}\n"
        for value in contract.reasons
        if value.number
    )
    return (
        "use crate::GatewayError;\n\n"
        f"{reasons}\n{steps}\n"
        f"/// A predicate for each reason.\nimpl GatewayError {{\n{predicates}}}\n"
    )


def enum(name: str, doc: str, values: list[source.Value]) -> str:
    def lines(template: str) -> str:
        return "\n".join(
            template.format(camel=source.camel(value.name), name=value.name, full=value.full_name)
            for value in values
        )

    members = "".join(
        f"{comment(value.doc)}{'' if value.number else '#[default] '}{source.camel(value.name)},\n" for value in values
    )
    return f"""/// {doc}
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum {name} {{
{members}}}

impl {name} {{
    /// All of them, in the contract's order.
    pub const ALL: &[Self] = &[
{lines("        Self::{camel},")}
    ];

    /// The name in the contract, without the enum's prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {{
        match self {{
{lines('            Self::{camel} => "{name}",')}
        }}
    }}

    /// The name on the wire, with the enum's prefix.
    #[must_use]
    pub const fn full_name(self) -> &'static str {{
        match self {{
{lines('            Self::{camel} => "{full}",')}
        }}
    }}

    /// The value of a name as it is on the wire: unspecified when this client does not know it.
    #[must_use]
    pub fn from_full_name(name: &str) -> Self {{
        match name {{
{lines('            "{full}" => Self::{camel},')}
            _ => Self::default(),
        }}
    }}
}}

impl std::fmt::Display for {name} {{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
        f.pad(self.as_str())
    }}
}}
"""


def predicates(contract: source.Contract) -> str:
    """For the conformance runner, which asks all of them."""
    names = [f"is_{value.name.lower()}" for value in contract.reasons if value.number]
    rows = "\n".join(f'        ("{name}", error.{name}()),' for name in names)
    return f"""use flinks_gateway_client::GatewayError;

/// The names of all predicates that are true.
pub fn predicates(error: &GatewayError) -> Vec<&'static str> {{
    let all = [
{rows}
    ];
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
        codes = ", ".join(f"Code::{source.camel(code)}" for code in policy.pop("retryableStatusCodes"))
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
