//! Every setting: its name, its default, its meaning, and how it is read.
//!
//! [`SETTINGS`] is the one list of them; flags, environment, `--help` and the README's table all come from it. A flag
//! is stronger than the environment, the environment than the TOML file. All faults are told at once, by name, and
//! never with the value at fault, which might be a secret.

mod instances;
mod parse;
mod reader;

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use tracing_subscriber::EnvFilter;

use self::reader::Reader;
use crate::{
    domain::names::InstanceName,
    grpc::{continuation::Keys, deadline::Timeouts, decode::Instances},
    server,
    telemetry::LogFormat,
    upstream::{self, InstanceConfig},
};

/// A setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the TOML file; in the environment it is upper-case behind [`PREFIX`], as a flag it has dashes.
    pub name: &'static str,
    /// What it is when nobody sets it; empty for nothing.
    pub default: &'static str,
    /// What it means, with units and format.
    pub meaning: &'static str,
    /// Whether it is a secret: it has no flag, since a command line is seen by all, but a `_file` sibling.
    pub secret: bool,
}

/// What environment variables begin with.
pub const PREFIX: &str = "FLINKS_GATEWAY_";

/// The name of the instance that settings outside `[instances.…]` describe.
pub const DEFAULT_INSTANCE: &str = "default";

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        default,
        meaning,
        secret: false,
    }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        default: "",
        meaning,
        secret: true,
    }
}

/// All settings.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:50051", "address and port to serve gRPC on; 0.0.0.0:50051 for all interfaces"),
    setting("grpc_web_origins", "", "origins of the web pages that may call by gRPC-Web, comma-separated, such as https://app.example.com; * for any; without it gRPC-Web is off"),
    setting("upstream_url", "", "Flinks' API, such as https://acme-ca-api.private.fin.ag; a path other than /v3 replaces it"),
    setting("customer_id", "", "the customer id that Flinks gave, a UUID"),
    secret("secret_key", "the secret key that mints authorize tokens; without it none are sent"),
    setting("secret_key_file", "", "file to read secret_key from"),
    secret("continuation_keys", "base64 of 32 bytes each, comma-separated: the first seals rounds of challenges, all open them; the same on all replicas; without it each process makes its own"),
    setting("continuation_keys_file", "", "file to read continuation_keys from"),
    setting("live_timeout", "240s", "how long Authorize and AnswerChallenges may take at most"),
    setting("cached_timeout", "30s", "how long CachedAuthorize may take at most"),
    setting("connect_timeout", "10s", "how long connecting to Flinks may take, TLS included"),
    setting("drain_timeout", "30s", "how long calls in flight may go on after SIGTERM or SIGINT; then each is told what is known of it"),
    setting("round_lifetime", "8m", "how long a round of challenges can be answered; Flinks allows 8 minutes"),
    setting("token_max_age", "14m", "how old an unused authorize token may be when it is used; Flinks allows 15 minutes"),
    setting("token_pool", "64", "how many unused authorize tokens are held at most for each instance; 0 mints each on demand"),
    setting("max_request_bytes", "16MiB", "size of a request message"),
    setting("max_response_bytes", "8MiB", "size of a reply of Flinks'"),
    setting("log_format", "auto", "text, json, or auto: text on a terminal, json elsewhere"),
    setting("log_level", "info", "error, warn, info, debug, trace, or a filter such as info,flinks_gateway=debug"),
];

impl Setting {
    /// Its environment variable.
    pub fn env(&self) -> String {
        format!("{PREFIX}{}", self.name.to_ascii_uppercase())
    }

    /// Its flag without dashes before it; none for a secret.
    pub fn flag(&self) -> Option<String> {
        (!self.secret).then(|| self.name.replace('_', "-"))
    }
}

/// Whether an environment variable looks like a setting and is none. Kubernetes sets variables of its own for a
/// Service named `flinks-gateway`: those are left in peace.
pub fn is_misspelt(variable: &str) -> bool {
    let Some(name) = variable.strip_prefix(PREFIX) else {
        return false;
    };
    let kubernetes = name.starts_with("SERVICE_") || name == "PORT" || name.starts_with("PORT_");
    let known = name == "CONFIG" || SETTINGS.iter().any(|setting| setting.env() == variable);
    !kubernetes && !known
}

/// Where settings come from.
pub struct Sources<'a> {
    /// Flags, by setting name.
    pub flags: BTreeMap<String, String>,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The TOML file.
    pub file: Option<PathBuf>,
    /// Whether the upstream is the embedded sandbox, so that none need be set.
    pub sandbox: bool,
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// All settings, read and checked.
#[derive(Debug)]
pub struct Config {
    /// Where to serve gRPC.
    pub listen: SocketAddr,
    /// The Flinks instances by name. Empty only for the sandbox.
    pub instances: BTreeMap<InstanceName, InstanceConfig>,
    /// What bounds calls to Flinks.
    pub upstream: upstream::Limits,
    /// The keys for continuations; none makes some.
    pub continuation_keys: Option<Keys>,
    /// What bounds the server.
    pub server: server::Limits,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written.
    pub log_filter: EnvFilter,
}

impl Config {
    /// The instances that calls may name.
    pub fn instance_names(&self) -> Instances {
        let names: Vec<InstanceName> = self.instances.keys().cloned().collect();
        let default = names
            .iter()
            .find(|name| name.0 == DEFAULT_INSTANCE || names.len() == 1)
            .cloned();
        Instances { names, default }
    }
}

/// The settings cannot be used. Its `Display` has a line for each fault.
#[derive(Debug)]
pub struct Misconfigured {
    /// At least one.
    pub faults: Vec<Fault>,
}

/// A setting at fault.
#[derive(Debug)]
pub struct Fault {
    /// Where it was set, such as `FLINKS_GATEWAY_LISTEN`.
    pub origin: String,
    /// What is wrong and how it must be.
    pub rule: String,
}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Fault { origin, rule }) in self.faults.iter().enumerate() {
            let end = if place + 1 < self.faults.len() {
                "\n"
            } else {
                ""
            };
            write!(f, "{origin}: {rule}{end}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Misconfigured {}

/// Reads all settings, or tells all their faults.
pub fn read(sources: Sources<'_>) -> Result<Config, Misconfigured> {
    let mut reader = Reader::new(sources);
    let listen = reader.value("listen", parse::address);
    let web_origins = reader.value("grpc_web_origins", parse::web_origins);
    let instances = instances::read(&mut reader);
    let continuation_keys = reader.secret("continuation_keys", parse::continuation_keys);
    let live_timeout = reader.value("live_timeout", parse::duration);
    let cached_timeout = reader.value("cached_timeout", parse::duration);
    let connect_timeout = reader.value("connect_timeout", parse::duration);
    let drain_timeout = reader.value("drain_timeout", parse::duration);
    let round_lifetime = reader.value("round_lifetime", parse::duration);
    let token_max_age = reader.value("token_max_age", parse::token_age);
    let max_tokens = reader.value("token_pool", parse::count);
    let max_request_bytes = reader.value("max_request_bytes", parse::bytes);
    let max_response_bytes = reader.value("max_response_bytes", parse::bytes);
    let log_format = reader.value("log_format", parse::log_format);
    let log_filter = reader.value("log_level", parse::log_filter);
    if let (Some(request), Some(response)) = (max_request_bytes, max_response_bytes)
        && request < response.saturating_mul(3) / 2
    {
        reader.fault(
            format!("{PREFIX}MAX_REQUEST_BYTES"),
            "must be at least one and a half times max_response_bytes, for answers to bring a round back",
        );
    }
    // A value is missing only where a fault was noted.
    let config = || {
        Some(Config {
            listen: listen?,
            instances,
            upstream: upstream::Limits {
                connect_timeout: connect_timeout?,
                max_response_bytes: max_response_bytes?,
                round_lifetime: round_lifetime?,
                token_max_age: token_max_age?,
                max_tokens: max_tokens?,
            },
            continuation_keys,
            server: server::Limits {
                timeouts: Timeouts {
                    live: live_timeout?,
                    cached: cached_timeout?,
                },
                max_request_bytes: max_request_bytes?,
                drain_timeout: drain_timeout?,
                web_origins: web_origins?,
            },
            log_format: log_format?,
            log_filter: log_filter?,
        })
    };
    let config = config();
    match (config, reader.into_faults()) {
        (Some(config), faults) if faults.is_empty() => Ok(config),
        (_, faults) => Err(Misconfigured { faults }),
    }
}

#[cfg(test)]
mod tests;
