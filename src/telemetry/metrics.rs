//! Metrics: what is counted and by which names. `docs/metrics.md` tells the same to people, and a test compares.
//!
//! Names are those of Prometheus' and OpenTelemetry's conventions where these have one, and begin with
//! `flinks_gateway_` where they have none. A label's values are known in advance: configured, or of a list in this
//! program. What callers, customers, banks or Flinks write is never one.

mod process;
mod text;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};
use tonic::Code;
use url::Url;

pub use self::text::Format;

use self::process::Process;
use crate::{
    domain::{
        challenge::{Kind, Round},
        failure::Failure,
        names::{CallerName, InstanceName},
        outcome::Outcome,
    },
    grpc::status::{code_name, reason_name},
    tls::Watched,
    upstream::{Endpoint, Exchanged, Observer, TokenEvent, Verdict},
};

/// What is counted. Clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Counted>);

struct Counted {
    /// Locked for a scrape.
    registry: Mutex<Registry>,
    institutions: Vec<Arc<str>>,
    certificates: Arc<ArcSwap<Vec<Watched>>>,
    other: Arc<str>,
    process: Process,

    calls: Timed<CallLabels>,
    /// Of the calls that succeed, by the place of their method in [`METHODS`].
    successes: [Histogram; METHODS.len()],
    caller_calls: Family<CallerLabels, Counter>,
    calls_in_flight: Gauge,
    shed: Family<ShedLabels, Counter>,
    held_back: Counter,

    connections: Gauge,
    connections_opened: Counter,
    handshakes_failed: Counter,

    exchanges: Timed<ExchangeLabels>,
    tokens: Family<InstanceLabels, Gauge>,
    token_age: Timed<InstanceLabels>,
    tokens_taken: Family<TakenLabels, Counter>,
    mints: Family<MintLabels, Counter>,
    tokens_wasted: Family<InstanceLabels, Counter>,
    tokens_refused: Family<InstanceLabels, Counter>,

    sign_ins: Family<SignInLabels, Counter>,
    rounds: Family<RoundLabels, Counter>,
    challenges: Family<ChallengeLabels, Counter>,
    rounds_until_session: Histogram,
    thinking_time: Histogram,

    ready: Gauge,
    instance_ready: Family<InstanceLabels, Gauge>,
    reloads: Family<ReloadLabels, Counter>,
    last_reload_succeeded: Gauge,
    certificate_expiry: Family<CertificateLabels, Gauge<f64, AtomicU64>>,
    spans_lost: Counter,
}

type Timed<L> = Family<L, Histogram, fn() -> Histogram>;

/// A call's labels by OpenTelemetry's conventions for RPC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
    rpc_response_status_code: &'static str,
    error_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallerLabels {
    caller: Arc<str>,
    rpc_method: &'static str,
    rpc_response_status_code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ShedLabels {
    limit: &'static str,
}

/// A request's labels by OpenTelemetry's conventions for HTTP clients, and what they cannot tell of Flinks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExchangeLabels {
    http_request_method: &'static str,
    server_address: Arc<str>,
    server_port: u16,
    url_template: &'static str,
    http_response_status_code: Option<u16>,
    error_type: &'static str,
    flinks_instance: Arc<str>,
    flinks_code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InstanceLabels {
    flinks_instance: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TakenLabels {
    flinks_instance: Arc<str>,
    from: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MintLabels {
    flinks_instance: Arc<str>,
    error_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    institution: Arc<str>,
    challenged: bool,
    outcome: &'static str,
    error_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RoundLabels {
    institution: Arc<str>,
    previous_answers_rejected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ChallengeLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateLabels {
    setting: &'static str,
    place: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
}

/// From a read of the cache to a customer's bank that takes minutes.
const CALL_SECONDS: [f64; 16] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0,
];

/// Up to the age at which Flinks may let a token die.
const TOKEN_SECONDS: [f64; 9] = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0];

/// Up to the time at which Flinks gives up waiting.
const THINKING_SECONDS: [f64; 12] = [
    1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 120.0, 180.0, 300.0, 480.0,
];

const ROUNDS: [f64; 7] = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 10.0];

/// The RPCs, by the names that OpenTelemetry gives them.
const METHODS: [&str; 3] = [
    "flinks.gateway.v1.AuthorizationService/Authorize",
    "flinks.gateway.v1.AuthorizationService/AnswerChallenges",
    "flinks.gateway.v1.AuthorizationService/CachedAuthorize",
];

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService/";

/// What OpenTelemetry calls a method that there is none of.
const OTHER_METHOD: &str = "_OTHER";

impl Metrics {
    /// Begins to count. `institutions` are those with labels of their own; `certificates` are told of at each scrape.
    pub fn new(institutions: &[String], certificates: Arc<ArcSwap<Vec<Watched>>>) -> Self {
        let calls: Timed<CallLabels> =
            Family::new_with_constructor(|| Histogram::new(CALL_SECONDS));
        let successes = METHODS.map(|method| {
            calls.get_or_create_owned(&CallLabels {
                rpc_system_name: "grpc",
                rpc_method: method,
                rpc_response_status_code: code_name(Code::Ok),
                error_type: "",
            })
        });
        let mut registry = Registry::default();
        let process = Process::new(&mut registry);
        let counted = Counted {
            institutions: institutions
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
            certificates,
            other: "other".into(),
            process,
            calls,
            successes,
            caller_calls: Family::default(),
            calls_in_flight: Gauge::default(),
            shed: Family::default(),
            held_back: Counter::default(),
            connections: Gauge::default(),
            connections_opened: Counter::default(),
            handshakes_failed: Counter::default(),
            exchanges: Family::new_with_constructor(|| Histogram::new(CALL_SECONDS)),
            tokens: Family::default(),
            token_age: Family::new_with_constructor(|| Histogram::new(TOKEN_SECONDS)),
            tokens_taken: Family::default(),
            mints: Family::default(),
            tokens_wasted: Family::default(),
            tokens_refused: Family::default(),
            sign_ins: Family::default(),
            rounds: Family::default(),
            challenges: Family::default(),
            rounds_until_session: Histogram::new(ROUNDS),
            thinking_time: Histogram::new(THINKING_SECONDS),
            ready: Gauge::default(),
            instance_ready: Family::default(),
            reloads: Family::default(),
            last_reload_succeeded: Gauge::default(),
            certificate_expiry: Family::default(),
            spans_lost: Counter::default(),
            registry: Mutex::default(),
        };
        counted.register(&mut registry);
        counted.begin();
        *counted
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = registry;
        Self(Arc::new(counted))
    }

    /// A call was answered, or dropped before it was. `method` is none for one that there is none of.
    pub fn called(
        &self,
        method: Option<&'static str>,
        code: Code,
        reason: &'static str,
        caller: Option<&CallerName>,
        took: Duration,
    ) {
        let place = METHODS
            .iter()
            .position(|known| method.is_some() && known.strip_prefix(SERVICE) == method);
        let rpc_method = place.map_or(OTHER_METHOD, |place| METHODS[place]);
        let took = took.as_secs_f64();
        match place {
            Some(place) if code == Code::Ok => self.0.successes[place].observe(took),
            _ => self
                .0
                .calls
                .get_or_create(&CallLabels {
                    rpc_system_name: "grpc",
                    rpc_method,
                    rpc_response_status_code: code_name(code),
                    error_type: reason,
                })
                .observe(took),
        }
        if let Some(caller) = caller {
            let labels = CallerLabels {
                caller: caller.shared(),
                rpc_method,
                rpc_response_status_code: code_name(code),
            };
            self.0.caller_calls.get_or_create(&labels).inc();
        }
    }

    /// A call of ours is under way, until what this gives is dropped.
    pub fn call_begins(&self) -> Held {
        Held::begin(&self.0.calls_in_flight)
    }

    /// A connection is open, until what this gives is dropped.
    pub fn connection_opens(&self) -> Held {
        self.0.connections_opened.inc();
        Held::begin(&self.0.connections)
    }

    /// A TLS handshake failed, or took too long.
    pub fn handshake_failed(&self) {
        self.0.handshakes_failed.inc();
    }

    /// Something was turned away because of a limit.
    pub fn shed(&self, limit: Limit) {
        let labels = ShedLabels {
            limit: limit.name(),
        };
        self.0.shed.get_or_create(&labels).inc();
    }

    /// The lock-out guard held credentials back.
    pub fn held_back(&self) {
        self.0.held_back.inc();
    }

    /// What watches an instance.
    pub fn instance(&self, name: &InstanceName, base: &Url) -> Arc<dyn Observer> {
        Arc::new(Instance::new(&self.0, name, base))
    }

    /// The label of an institution: its name when it has metrics of its own.
    pub fn institution(&self, name: Option<&str>) -> InstitutionLabel {
        let known = |name: &str| self.0.institutions.iter().find(|known| ***known == *name);
        let known = name.and_then(known);
        InstitutionLabel(Arc::clone(known.unwrap_or(&self.0.other)))
    }

    /// A live sign-in went on or ended, after so many rounds of challenges. `institution` is what it is called where
    /// the outcome does not name it.
    pub fn signed_in(
        &self,
        institution: InstitutionLabel,
        rounds: i32,
        result: &Result<Outcome, Failure>,
    ) {
        let by_flinks = result.as_ref().ok().and_then(Outcome::institution);
        let named = self.institution(by_flinks.map(|institution| institution.name.as_str()));
        let institution = match Arc::ptr_eq(&named.0, &self.0.other) {
            true => institution.0,
            false => named.0,
        };
        let (outcome, error_type) = match result {
            Ok(Outcome::Challenged(round)) => return self.asked(institution, round),
            Ok(outcome) => (outcome.name(), ""),
            Err(failure) => ("failure", reason_name(failure.reason)),
        };
        if let Ok(Outcome::Session(_)) = result {
            self.0.rounds_until_session.observe(f64::from(rounds));
        }
        let labels = SignInLabels {
            institution,
            challenged: rounds > 0,
            outcome,
            error_type,
        };
        self.0.sign_ins.get_or_create(&labels).inc();
    }

    fn asked(&self, institution: Arc<str>, round: &Round) {
        let labels = RoundLabels {
            institution,
            previous_answers_rejected: round.previous_answers_rejected,
        };
        self.0.rounds.get_or_create(&labels).inc();
        for challenge in &round.challenges {
            let kind = kind_name(&challenge.kind);
            let labels = ChallengeLabels { kind };
            self.0.challenges.get_or_create(&labels).inc();
        }
    }

    /// A customer took so long from a round to its answers.
    pub fn thought(&self, time: Duration) {
        self.0.thinking_time.observe(time.as_secs_f64());
    }

    /// Files of settings were read again, and used or refused.
    pub fn reloaded(&self, applied: bool) {
        // In this order, so that whoever sees it counted sees how it went.
        self.0.last_reload_succeeded.set(applied.into());
        self.0.reloads.get_or_create(&reload(applied)).inc();
    }

    /// Spans did not get to the collector.
    pub fn spans_lost(&self, spans: u64) {
        self.0.spans_lost.inc_by(spans);
    }

    /// Writes all for a scrape, with the readiness of the whole and of each instance.
    pub fn write<'a>(
        &self,
        format: Format,
        ready: bool,
        instances: impl Iterator<Item = (&'a InstanceName, bool)>,
    ) -> String {
        let registry = self.0.registry.lock();
        let registry = registry.unwrap_or_else(PoisonError::into_inner);
        self.0.ready.set(ready.into());
        for (name, ready) in instances {
            let labels = InstanceLabels {
                flinks_instance: name.0.as_str().into(),
            };
            self.0
                .instance_ready
                .get_or_create(&labels)
                .set(ready.into());
        }
        self.0.certificate_expiry.clear();
        let now = SystemTime::now();
        for certificate in self.0.certificates.load().iter() {
            let labels = CertificateLabels {
                setting: certificate.setting,
                place: certificate.place,
            };
            let left = match certificate.not_after.duration_since(now) {
                Ok(left) => left.as_secs_f64(),
                Err(past) => -past.duration().as_secs_f64(),
            };
            self.0.certificate_expiry.get_or_create(&labels).set(left);
        }
        self.0.process.look();
        text::write(&registry, format)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Counted {
    #[rustfmt::skip]
    fn register(&self, to: &mut Registry) {
        to.register("flinks_gateway_build", "The running version", Info::new(BuildLabels { version: env!("CARGO_PKG_VERSION") }));

        to.register("rpc_server_call_duration_seconds", "How long calls took until they were answered or dropped", self.calls.clone());
        to.register("flinks_gateway_caller_calls", "Calls of each caller", self.caller_calls.clone());
        to.register("flinks_gateway_calls_in_flight", "Calls under way, until their answer was read", self.calls_in_flight.clone());
        to.register("flinks_gateway_shed", "Connections and calls that were turned away because of a limit", self.shed.clone());
        to.register("flinks_gateway_credentials_held_back", "Sign-ins that the lock-out guard did not send", self.held_back.clone());

        to.register("flinks_gateway_connections", "Open connections to the gRPC port", self.connections.clone());
        to.register("flinks_gateway_connections_opened", "Connections that were made to the gRPC port", self.connections_opened.clone());
        to.register("flinks_gateway_tls_handshakes_failed", "TLS handshakes at the gRPC port that failed", self.handshakes_failed.clone());

        to.register("http_client_request_duration_seconds", "How long requests to Flinks took until they were answered or dropped", self.exchanges.clone());
        to.register("flinks_gateway_tokens", "Unused authorize tokens at hand", self.tokens.clone());
        to.register("flinks_gateway_token_age_seconds", "How old authorize tokens from the pool were when they were used", self.token_age.clone());
        to.register("flinks_gateway_tokens_taken", "Authorize tokens that calls took", self.tokens_taken.clone());
        to.register("flinks_gateway_token_mints", "Attempts to mint an authorize token", self.mints.clone());
        to.register("flinks_gateway_tokens_wasted", "Authorize tokens that were minted and never used", self.tokens_wasted.clone());
        to.register("flinks_gateway_tokens_refused", "Authorize tokens that Flinks refused", self.tokens_refused.clone());

        to.register("flinks_gateway_sign_ins", "Live sign-ins that ended, whether after challenges or without", self.sign_ins.clone());
        to.register("flinks_gateway_challenge_rounds", "Rounds of challenges that banks asked", self.rounds.clone());
        to.register("flinks_gateway_challenges", "Challenges that banks asked", self.challenges.clone());
        to.register("flinks_gateway_rounds_until_session", "How many rounds of challenges sessions took", self.rounds_until_session.clone());
        to.register("flinks_gateway_thinking_time_seconds", "How long customers took from a round of challenges to its answers", self.thinking_time.clone());

        to.register("flinks_gateway_ready", "Whether health says SERVING", self.ready.clone());
        to.register("flinks_gateway_instance_ready", "Whether an instance's secret key mints authorize tokens", self.instance_ready.clone());
        to.register("flinks_gateway_reloads", "Readings of files of settings that had changed", self.reloads.clone());
        to.register("flinks_gateway_last_reload_succeeded", "Whether the files of settings as they are now are in use", self.last_reload_succeeded.clone());
        to.register("flinks_gateway_certificate_expires_in_seconds", "Time until a certificate ends, negative once it has", self.certificate_expiry.clone());
        to.register("flinks_gateway_spans_lost", "Spans that the collector did not get", self.spans_lost.clone());
    }

    /// Lets what is rare be seen before it happens: a rate from nothing to one is no rate.
    fn begin(&self) {
        for limit in [
            Limit::Connections,
            Limit::Calls,
            Limit::CallerCalls,
            Limit::LargeRequests,
            Limit::StandardCalls,
        ] {
            drop(self.shed.get_or_create(&ShedLabels {
                limit: limit.name(),
            }));
        }
        for applied in [true, false] {
            drop(self.reloads.get_or_create(&reload(applied)));
        }
        self.last_reload_succeeded.set(1);
    }
}

/// An institution's label.
#[derive(Clone, Debug)]
pub struct InstitutionLabel(Arc<str>);

/// What was reached when something was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `max_connections`.
    Connections,
    /// `max_calls`.
    Calls,
    /// A caller's own, in number or rate.
    CallerCalls,
    /// How many requests may be large at once.
    LargeRequests,
    /// How many calls of health and reflection a connection may have.
    StandardCalls,
}

impl Limit {
    fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Calls => "calls",
            Self::CallerCalls => "caller",
            Self::LargeRequests => "large_requests",
            Self::StandardCalls => "standard_calls",
        }
    }
}

/// Something that is counted for as long as it lasts.
#[derive(Debug)]
pub struct Held(Gauge);

impl Held {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What is counted of one Flinks instance. What every call touches is looked up once.
struct Instance {
    name: Arc<str>,
    server_address: Arc<str>,
    server_port: u16,
    exchanges: Timed<ExchangeLabels>,
    signed_in: Histogram,
    token_given: Histogram,
    tokens: Gauge,
    token_age: Histogram,
    taken_from_pool: Counter,
    taken_from_mint: Counter,
    minted: Counter,
    mints: Family<MintLabels, Counter>,
    wasted: Counter,
    refused: Counter,
}

impl Instance {
    fn new(counted: &Counted, name: &InstanceName, base: &Url) -> Self {
        let name: Arc<str> = name.0.as_str().into();
        let server_address: Arc<str> = base.host_str().unwrap_or_default().into();
        let server_port = base.port_or_known_default().unwrap_or_default();
        let labels = InstanceLabels {
            flinks_instance: Arc::clone(&name),
        };
        let taken = |from| TakenLabels {
            flinks_instance: Arc::clone(&name),
            from,
        };
        let succeeded = |endpoint: Endpoint| {
            counted.exchanges.get_or_create_owned(&ExchangeLabels {
                http_request_method: "POST",
                server_address: Arc::clone(&server_address),
                server_port,
                url_template: endpoint.template(),
                http_response_status_code: Some(200),
                error_type: "",
                flinks_instance: Arc::clone(&name),
                flinks_code: "",
            })
        };
        Self {
            signed_in: succeeded(Endpoint::Authorize),
            token_given: succeeded(Endpoint::GenerateAuthorizeToken),
            exchanges: counted.exchanges.clone(),
            tokens: counted.tokens.get_or_create_owned(&labels),
            token_age: counted.token_age.get_or_create_owned(&labels),
            taken_from_pool: counted.tokens_taken.get_or_create_owned(&taken("pool")),
            taken_from_mint: counted.tokens_taken.get_or_create_owned(&taken("mint")),
            minted: counted.mints.get_or_create_owned(&MintLabels {
                flinks_instance: Arc::clone(&name),
                error_type: "",
            }),
            mints: counted.mints.clone(),
            wasted: counted.tokens_wasted.get_or_create_owned(&labels),
            refused: counted.tokens_refused.get_or_create_owned(&labels),
            server_address,
            server_port,
            name,
        }
    }
}

impl Observer for Instance {
    fn exchanged(&self, exchanged: &Exchanged) {
        let took = exchanged.took.as_secs_f64();
        if let Exchanged {
            endpoint,
            http_status: Some(200),
            flinks_code: None,
            verdict: Verdict::Answered,
            took: _,
        } = exchanged
        {
            return match endpoint {
                Endpoint::Authorize => self.signed_in.observe(took),
                Endpoint::GenerateAuthorizeToken => self.token_given.observe(took),
            };
        }
        let labels = ExchangeLabels {
            http_request_method: "POST",
            server_address: Arc::clone(&self.server_address),
            server_port: self.server_port,
            url_template: exchanged.endpoint.template(),
            http_response_status_code: exchanged.http_status,
            error_type: match exchanged.verdict {
                Verdict::Answered => "",
                Verdict::Failed(reason) => reason_name(reason),
                Verdict::Abandoned => "abandoned",
            },
            flinks_instance: Arc::clone(&self.name),
            flinks_code: exchanged.flinks_code.unwrap_or_default(),
        };
        self.exchanges.get_or_create(&labels).observe(took);
    }

    fn token(&self, event: TokenEvent) {
        match event {
            TokenEvent::Taken { age } => {
                self.taken_from_pool.inc();
                self.token_age.observe(age.as_secs_f64());
            }
            TokenEvent::Missed => {
                self.taken_from_mint.inc();
            }
            TokenEvent::Minted => {
                self.minted.inc();
            }
            TokenEvent::MintFailed(reason) => {
                let labels = MintLabels {
                    flinks_instance: Arc::clone(&self.name),
                    error_type: reason_name(reason),
                };
                self.mints.get_or_create(&labels).inc();
            }
            TokenEvent::Wasted(tokens) => {
                self.wasted.inc_by(tokens as u64);
            }
            TokenEvent::Refused => {
                self.refused.inc();
            }
            TokenEvent::AtHand(tokens) => {
                self.tokens.set(i64::try_from(tokens).unwrap_or(i64::MAX));
            }
        }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({})", self.name)
    }
}

fn reload(applied: bool) -> ReloadLabels {
    ReloadLabels {
        result: if applied { "applied" } else { "refused" },
    }
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::QuestionAndAnswer => "question_and_answer",
        Kind::QuestionSelection(_) => "question_selection",
        Kind::MultipleChoice(_) => "multiple_choice",
        Kind::MultipleSelection(_) => "multiple_selection",
        Kind::ImageSelection(_) => "image_selection",
        Kind::TextOrCall(_) => "text_or_call",
        Kind::Unrecognized(_) => "unrecognized",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_is_counted_by_its_name() {
        let metrics = Metrics::new(&[], Arc::default());
        for method in crate::call::METHODS {
            metrics.called(Some(method), Code::Internal, "", None, Duration::ZERO);
        }
        let text = metrics.write(Format::Text, true, std::iter::empty());
        assert!(!text.contains(OTHER_METHOD), "{text}");
    }
}
