"""Rust: the stubs by tonic-prost-build, the enums of errors, the retry policy, the version."""

import json
import pathlib
import shutil
import textwrap

import contract as source
import tools

HOME = tools.ROOT / "clients" / "rust"
GENERATED = HOME / "src" / "generated"
HEADER = "// Written by clients/generate from the contract. Do not edit.\n\n"


def generate(contract: source.Contract) -> None:
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    stubs(contract.image)
    GENERATED.joinpath("errors.rs").write_text(HEADER + errors(contract))
    GENERATED.joinpath("retries.rs").write_text(HEADER + retries())
    GENERATED.joinpath("mod.rs").write_text(
        HEADER + "pub(crate) mod errors;\npub(crate) mod retries;\n"
        "#[allow(missing_debug_implementations, missing_docs, clippy::all)]\npub mod v1;\n"
    )
    HOME.joinpath("conformance", "predicates.rs").write_text(HEADER + predicates(contract))
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

    members = "\n".join(
        f"{comment(value.doc)}\n{'    #[default]' + chr(10) if value.number == 0 else ''}    {source.camel(value.name)},"
        for value in values
    )
    return f"""/// {doc}
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum {name} {{
{members}
}}

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


def comment(doc: str) -> str:
    return textwrap.indent(doc, "    /// ", lambda line: True).replace("/// \n", "///\n")


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
