//! The list of settings. Flags, environment, `--help` and the README's table all come from it.

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
    setting("admin_listen", "", "address and port of /metrics, /healthz and /readyz, in clear HTTP; without it there are none"),
    setting("tls_certificate_file", "", "PEM of the server's certificate and its chain; without it the gRPC port speaks clear text"),
    setting("tls_private_key_file", "", "PEM of that certificate's private key"),
    setting("tls_client_ca_file", "", "PEM of the authorities whose client certificates are taken (mTLS)"),
    setting("tls_client_auth", "required", "required or optional: whether a client may come without a certificate, say with a key; only with tls_client_ca_file"),
    setting("callers", "", "anyone: whoever reaches the port may call, which a mesh that authenticates must see to; without it callers_file says who; with --sandbox it is anyone"),
    setting("callers_file", "", "TOML file with a table [NAME] for each caller: certificates, key_sha256, methods, instances"),
    setting("reflection", "callers", "callers, anyone or off: who may ask for the contract by reflection"),
    setting("grpc_web_origins", "", "origins of the web pages that may call by gRPC-Web, comma-separated, such as https://app.example.com; * for any; without it gRPC-Web is off"),
    setting("upstream_url", "", "Flinks' API, such as https://acme-ca-api.private.fin.ag; a path other than /v3 replaces it"),
    setting("upstream_ca", "bundled", "whose certificates Flinks is known by: bundled (Mozilla's list), system, or a PEM file"),
    setting("customer_id", "", "the customer id that Flinks gave, a UUID"),
    secret("secret_key", "the secret key that mints authorize tokens; without it none are sent"),
    setting("secret_key_file", "", "file to read secret_key from"),
    secret("continuation_keys", "base64 of 32 bytes each, comma-separated: the first seals rounds of challenges, all open them; the same on all replicas; without it each process makes its own"),
    setting("continuation_keys_file", "", "file to read continuation_keys from"),
    setting("worker_threads", "1", "threads that serve calls, 1 to 256; one serves thousands of calls a second, and more of them cost more for each call"),
    setting("reload_interval", "10s", "how often the files of settings are looked at for changes; SIGHUP looks at once"),
    setting("lockout_guard", "10m", "how long a user name and password that a bank refused are not sent again; off for no guard"),
    setting("live_timeout", "240s", "how long Authorize and AnswerChallenges may take at most"),
    setting("cached_timeout", "30s", "how long CachedAuthorize may take at most"),
    setting("connect_timeout", "10s", "how long connecting to Flinks may take, TLS included"),
    setting("drain_delay", "0s", "how long calls are still taken after SIGTERM or SIGINT, while health says NOT_SERVING: for load balancers to see it"),
    setting("drain_timeout", "30s", "how long calls in flight may go on after that; then each is told what is known of it"),
    setting("round_lifetime", "8m", "how long a round of challenges can be answered; Flinks allows 8 minutes"),
    setting("token_max_age", "14m", "how old an unused authorize token may be when it is used; Flinks allows 15 minutes"),
    setting("token_pool", "64", "how many unused authorize tokens are held at most for each instance; 0 mints each on demand"),
    setting("readiness_grace", "1m", "how long no authorize token may be minted before an instance is not ready"),
    setting("max_request_bytes", "16MiB", "size of a request message"),
    setting("max_response_bytes", "8MiB", "size of a reply of Flinks'"),
    setting("max_header_bytes", "16KiB", "size of a request's headers"),
    setting("max_connections", "10000", "connections to the gRPC port"),
    setting("max_streams", "4096", "calls at once on one connection"),
    setting("max_calls", "10000", "calls at once; more are refused with GATEWAY_OVERLOADED"),
    setting("max_calls_per_caller", "0", "calls at once of one caller, where its table has no max_calls; more are refused with CALLER_LIMITED; 0 for no limit"),
    setting("max_rate_per_caller", "0", "calls a second of one caller, where its table has no max_rate; more are refused with CALLER_LIMITED; 0 for no limit"),
    setting("max_connection_idle", "15m", "how long a connection may be without a call"),
    setting("max_connection_age", "1h", "how long a connection lives, give or take a tenth; then it is told to go away (GOAWAY), so that clients spread over replicas anew"),
    setting("max_connection_age_grace", "5m", "how long calls may go on after that"),
    setting("metrics_institutions", "", "institutions with metrics of their own, comma-separated, by Flinks' names; all others are counted as other"),
    setting("otlp_endpoint", "", "OTLP collector for traces by gRPC, such as http://127.0.0.1:4317; without it no traces are made"),
    setting("trace_ratio", "1", "share of traces to keep, from 0 to 1, where the caller has not decided"),
    setting("log_format", "auto", "text, json, or auto: text on a terminal, json elsewhere"),
    setting("log_level", "info", "error, warn, info, debug, trace, or a filter such as info,flinks_gateway=debug"),
];

/// The settings that are read again while the process runs, and those of instances, which are compared as a whole.
const RELOADED: [&str; 16] = [
    "tls_certificate_file",
    "tls_private_key_file",
    "tls_client_ca_file",
    "tls_client_auth",
    "callers",
    "callers_file",
    "max_calls_per_caller",
    "max_rate_per_caller",
    "upstream_url",
    "upstream_ca",
    "customer_id",
    "secret_key",
    "secret_key_file",
    "continuation_keys",
    "continuation_keys_file",
    "reload_interval",
];

impl Setting {
    /// Whether a running process takes another value of it.
    pub(super) fn is_reloaded(&self) -> bool {
        RELOADED.contains(&self.name)
    }

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
