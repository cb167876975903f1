//! Every setting: its name, its default, its meaning, and how it is read.
//!
//! [`SETTINGS`] is the one list of them. A flag is stronger than the environment, the environment than the TOML file.
//! All faults are told at once, by name, and never with the value at fault, which might be a secret. Files that
//! settings name are read here too, so that a changed file is read again by the same rules (`reload.rs`).

mod callers;
mod effective;
mod files;
mod instances;
mod parse;
mod reader;
mod settings;
mod tls;

use std::{
    collections::BTreeMap, fmt, net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration,
};

use tracing_subscriber::EnvFilter;

pub use self::{
    effective::Effective,
    files::Files,
    settings::{DEFAULT_INSTANCE, PREFIX, SETTINGS, Setting, is_misspelt},
    tls::Tls,
};

use self::reader::Reader;
use crate::{
    callers::Callers,
    domain::names::InstanceName,
    grpc::{continuation::Keys, deadline::Timeouts, decode::Instances},
    server,
    telemetry::{LogFormat, traces},
    upstream::{self, InstanceConfig},
};

/// Where settings come from.
#[derive(Clone, Default)]
pub struct Sources {
    /// Flags, by setting name.
    pub flags: BTreeMap<String, String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// The TOML file.
    pub file: Option<PathBuf>,
    /// Whether the upstream is the embedded sandbox, so that none need be set.
    pub sandbox: bool,
}

impl fmt::Debug for Sources {
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
    /// Where to serve operators; none for nowhere.
    pub admin_listen: Option<SocketAddr>,
    /// The Flinks instances by name. Empty only for the sandbox.
    pub instances: BTreeMap<InstanceName, InstanceConfig>,
    /// What bounds calls to Flinks.
    pub upstream: upstream::Limits,
    /// How long credentials that a bank refused are not sent again; none for no guard.
    pub lockout_guard: Option<Duration>,
    /// The keys for continuations; none makes some.
    pub continuation_keys: Option<Keys>,
    /// What TLS is done with.
    pub tls: Tls,
    /// Who may call.
    pub callers: Callers,
    /// How the server serves.
    pub server: server::Options,
    /// How long no token may be minted before an instance is not ready.
    pub readiness_grace: Duration,
    /// The institutions with metrics of their own.
    pub metrics_institutions: Vec<String>,
    /// Where traces go; none for nowhere.
    pub traces: Option<traces::Options>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written.
    pub log_filter: EnvFilter,
    /// How many threads serve.
    pub worker_threads: NonZeroUsize,
    /// How often files are looked at for changes.
    pub reload_interval: Duration,
    /// All files that were read.
    pub files: Files,
    /// What a running process keeps, whatever a file says later: names of settings, and what stands for their values.
    pub kept: BTreeMap<String, String>,
    /// All settings as they are in effect, for people.
    pub effective: Vec<Effective>,
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
    /// All files that were read nevertheless.
    pub files: Files,
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
pub fn read(sources: &Sources) -> Result<Config, Misconfigured> {
    let mut reader = Reader::new(sources);
    // A value is missing only where a fault was noted.
    let config = config(&mut reader);
    let (faults, files) = reader.into_faults();
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        _ => Err(Misconfigured { faults, files }),
    }
}

fn config(reader: &mut Reader<'_>) -> Option<Config> {
    let listen = reader.value("listen", parse::address);
    let admin_listen = reader.value("admin_listen", parse::unless("", parse::address));
    let web_origins = reader.value("grpc_web_origins", parse::web_origins);
    let reflection = reader.value("reflection", parse::reflection);
    let instances = instances::read(reader);
    let names: Vec<InstanceName> = match reader.sandbox {
        true => vec![InstanceName(DEFAULT_INSTANCE.to_owned())],
        false => instances.keys().cloned().collect(),
    };
    let callers = callers::read(reader, &names);
    let tls = tls::read(reader, matches!(web_origins, Some(Some(_))));
    let continuation_keys = reader.secret("continuation_keys", parse::continuation_keys);
    let lockout_guard = reader.value("lockout_guard", parse::unless("off", parse::duration));
    let connect_timeout = reader.value("connect_timeout", parse::duration);
    let round_lifetime = reader.value("round_lifetime", parse::duration);
    let token_max_age = reader.value("token_max_age", parse::token_age);
    let max_tokens = reader.value("token_pool", parse::count);
    let max_response_bytes = reader.value("max_response_bytes", parse::bytes);
    let readiness_grace = reader.value("readiness_grace", parse::duration);
    let metrics_institutions = reader.value("metrics_institutions", parse::names);
    let traces = traces(reader);
    let log_format = reader.value("log_format", parse::log_format);
    let log_filter = reader.value("log_level", parse::log_filter);
    let worker_threads = reader.value("worker_threads", parse::threads);
    let reload_interval = reader.value("reload_interval", parse::duration);
    let limits = limits(reader, max_response_bytes);
    let tls = tls?;
    let kept = kept(reader, &instances, &tls, continuation_keys.is_some());
    let effective = match reader.fault_count() {
        0 => effective::all(reader),
        _ => Vec::new(),
    };
    Some(Config {
        listen: listen?,
        admin_listen: admin_listen?,
        instances,
        upstream: upstream::Limits {
            connect_timeout: connect_timeout?,
            max_response_bytes: max_response_bytes?,
            round_lifetime: round_lifetime?,
            token_max_age: token_max_age?,
            max_tokens: max_tokens?,
        },
        lockout_guard: lockout_guard?,
        continuation_keys,
        tls,
        callers: callers?,
        server: server::Options {
            limits: limits?,
            web_origins: web_origins?,
            reflection: reflection?,
        },
        readiness_grace: readiness_grace?,
        metrics_institutions: metrics_institutions?,
        traces: traces?,
        log_format: log_format?,
        log_filter: log_filter?,
        worker_threads: worker_threads?,
        reload_interval: reload_interval?,
        files: reader.files(),
        kept,
        effective,
    })
}

/// A certificate or key can take another's place while calls are under way, but none can come or go.
fn kept(
    reader: &mut Reader<'_>,
    instances: &BTreeMap<InstanceName, InstanceConfig>,
    tls: &Tls,
    has_continuation_keys: bool,
) -> BTreeMap<String, String> {
    let mut kept = reader.kept();
    let mut presence = |name: String, is_set: bool| kept.insert(name, is_set.to_string());
    presence("tls_certificate_file".to_owned(), tls.server.is_some());
    presence("continuation_keys".to_owned(), has_continuation_keys);
    for (InstanceName(name), instance) in instances {
        let has_key = instance.secret_key.is_some();
        presence(format!("secret_key of instance {name}"), has_key);
    }
    for (name, instance) in instances {
        kept.insert(kept_instance(name), instance.base.to_string());
    }
    kept
}

/// The name in [`Config::kept`] of where an instance is.
pub fn kept_instance(InstanceName(name): &InstanceName) -> String {
    format!("instance {name}")
}

fn limits(reader: &mut Reader<'_>, max_response_bytes: Option<usize>) -> Option<server::Limits> {
    let live = reader.value("live_timeout", parse::duration);
    let cached = reader.value("cached_timeout", parse::duration);
    let drain_delay = reader.value("drain_delay", parse::unless("0s", parse::duration));
    let drain_timeout = reader.value("drain_timeout", parse::duration);
    let max_request_bytes = reader.value("max_request_bytes", parse::bytes);
    let max_header_bytes = reader.value("max_header_bytes", parse::header_bytes);
    let max_connections = reader.value("max_connections", parse::positive);
    let max_streams = reader.value("max_streams", parse::positive);
    let max_calls = reader.value("max_calls", parse::positive);
    let idle = reader.value("max_connection_idle", parse::duration);
    let age = reader.value("max_connection_age", parse::duration);
    let age_grace = reader.value("max_connection_age_grace", parse::duration);
    if let (Some(request), Some(response)) = (max_request_bytes, max_response_bytes)
        && request < response.saturating_mul(3) / 2
    {
        let origin = reader.origin("max_request_bytes");
        reader.fault(
            origin,
            "must be at least one and a half times max_response_bytes, for answers to bring a round back",
        );
    }
    if let (Some(live), Some(cached), Some(grace)) = (live, cached, age_grace)
        && grace < live.max(cached)
    {
        let origin = reader.origin("max_connection_age_grace");
        reader.fault(
            origin,
            "must be at least live_timeout and cached_timeout, for no call to be cut off",
        );
    }
    Some(server::Limits {
        timeouts: Timeouts {
            live: live?,
            cached: cached?,
        },
        drain_delay: drain_delay?.unwrap_or_default(),
        drain_timeout: drain_timeout?,
        max_request_bytes: max_request_bytes?,
        max_header_bytes: max_header_bytes?,
        max_connections: max_connections?,
        max_streams: max_streams?,
        max_calls: max_calls?,
        connection_idle: idle?,
        connection_age: age?,
        connection_age_grace: age_grace?,
    })
}

#[expect(
    clippy::option_option,
    reason = "none is a fault, some none is no traces"
)]
fn traces(reader: &mut Reader<'_>) -> Option<Option<traces::Options>> {
    let endpoint = reader.value("otlp_endpoint", parse::unless("", parse::otlp_endpoint));
    let ratio = reader.value("trace_ratio", parse::ratio);
    let (endpoint, ratio) = endpoint.zip(ratio)?;
    Some(endpoint.map(|endpoint| traces::Options { endpoint, ratio }))
}

#[cfg(test)]
mod tests;
