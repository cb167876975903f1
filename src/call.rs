//! What every call to the server goes through: an id, a deadline, a span, and one log line, its level by its gRPC code.
//!
//! A line is written from what was really answered, so it cannot disagree with the caller's view. It never holds what
//! callers or Flinks wrote, but identifiers that were checked to be plain.

pub mod head;

use std::{
    collections::HashSet,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, SpanKind, Status as SpanStatus},
};
use tonic::{Code, Status, body::Body};
use tonic_types::StatusExt;
use tower::{Layer, Service};
use tracing::Level;

use crate::{
    domain::names::{CallerName, InstanceName},
    grpc::{
        deadline::{self, Timeouts},
        status::{self, code_name},
    },
    pb::{ErrorReason, NextStep},
    telemetry::metrics::Metrics,
    trace::{Span, Trace, Tracer},
    upstream::Departure,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ACCEPTED_ENCODINGS: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// A call on its way: when it must be over, and what is learnt of it for its line. Clones share that.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it must be over.
    pub deadline: Instant,
    /// Its place in a trace.
    pub trace: Trace,
    /// When its request leaves for the bank.
    pub departure: Departure,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
    caller: Option<CallerName>,
    instance: String,
    institution: String,
    outcome: &'static str,
    upstream: Upstream,
    cause: String,
}

/// How long Flinks took, or takes when the call is dropped meanwhile.
#[derive(Debug, Default)]
enum Upstream {
    #[default]
    NotAsked,
    Since(Instant),
    Took(Duration),
}

impl Call {
    /// Who calls.
    pub fn caller(&self, name: &CallerName) {
        self.notes().caller = Some(name.clone());
    }

    /// Which Flinks instance is asked.
    pub fn instance(&self, name: &InstanceName) {
        self.notes().instance.clone_from(&name.0);
    }

    /// Which bank the call is about, by a name that Flinks has used.
    pub fn institution(&self, name: &str) {
        name.clone_into(&mut self.notes().institution);
    }

    /// What came of it.
    pub fn outcome(&self, outcome: &'static str) {
        self.notes().outcome = outcome;
    }

    /// Waits for Flinks, and notes how long that takes.
    pub async fn upstream<T>(&self, exchange: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        self.notes().upstream = Upstream::Since(begun);
        let result = exchange.await;
        self.notes().upstream = Upstream::Took(begun.elapsed());
        result
    }

    /// What brought a failure about.
    pub fn cause(&self, mut cause: Option<&(dyn std::error::Error + 'static)>) {
        let mut notes = self.notes();
        while let Some(error) = cause {
            if !notes.cause.is_empty() {
                notes.cause.push_str(": ");
            }
            notes.cause.push_str(&error.to_string());
            cause = error.source();
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The institutions that Flinks has named since the process began. What a caller writes is logged only if it is one
/// of them: it might be something typed into the wrong field.
#[derive(Debug, Default)]
pub struct KnownInstitutions(RwLock<HashSet<String>>);

impl KnownInstitutions {
    /// More than there are banks.
    const MOST: usize = 50_000;

    /// Remembers a name that Flinks used.
    pub fn learn(&self, name: &str) {
        let plain = name.len() <= 128 && !name.chars().any(char::is_control);
        if plain && !self.knows(name) {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < Self::MOST {
                known.insert(name.to_owned());
            }
        }
    }

    /// Whether Flinks has used this name.
    pub fn knows(&self, name: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.contains(name)
    }
}

/// Wraps a server's services so that each call is given an id, a deadline, a span and a line.
#[derive(Clone, Debug)]
pub struct CallLayer {
    /// How long calls may take at most.
    pub timeouts: Timeouts,
    /// Makes the spans.
    pub tracer: Tracer,
    /// Where calls are counted.
    pub metrics: Metrics,
}

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CallService {
            inner,
            timeouts: self.timeouts,
            tracer: self.tracer.clone(),
            metrics: self.metrics.clone(),
        }
    }
}

/// See [`CallLayer`].
#[derive(Clone, Debug)]
pub struct CallService<S> {
    inner: S,
    timeouts: Timeouts,
    tracer: Tracer,
    metrics: Metrics,
}

impl<S, B> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<tonic::codegen::StdError>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if !is_grpc(&request) {
            let mut refusal = Response::new(Body::empty());
            *refusal.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Box::pin(async { Ok(refusal) });
        }
        let arrived = Instant::now();
        let method = Method::of(request.uri().path());
        let deadline = deadline::of(request.headers(), arrived, method.cap(&self.timeouts));
        let trace = self.tracer.continued(request.headers());
        let span = match method.full_name() {
            Some(name) => trace.span(name, SpanKind::Server),
            None => trace.unrecorded(),
        };
        let call = Call {
            deadline,
            trace: span.trace().clone(),
            departure: Departure::default(),
            notes: Arc::default(),
        };
        let departure = call.departure.clone();
        let request_id = request_id(&request);
        let line = Line {
            arrived,
            call: call.clone(),
            span,
            is_ours: !matches!(method, Method::Standard),
            method,
            request_id: request_id.clone(),
            metrics: self.metrics.clone(),
            written: false,
        };
        request.extensions_mut().insert(call);
        let answer = self.inner.call(request);
        let answer = Box::pin(async move {
            // Until there is a head: a health watch has one at once, and may then stay.
            let backstop = deadline + deadline::BACKSTOP;
            let response = match tokio::time::timeout_at(backstop.into(), answer).await {
                Ok(response) => response?.map(Body::new),
                Err(_) => status::from_framework(Code::DeadlineExceeded).into_http(),
            };
            Ok(line.finish(response))
        });
        match method {
            Method::Live(_) => Box::pin(head::before_departure(answer, departure, request_id)),
            Method::Cached(_) | Method::Standard | Method::Unknown => answer,
        }
    }
}

/// The line of one call, and its span. A call that is dropped before its answer was cancelled by the caller.
struct Line {
    arrived: Instant,
    call: Call,
    span: Span,
    method: Method,
    /// Whether the answer keeps to our contract; the standard services have codes of their own.
    is_ours: bool,
    request_id: HeaderValue,
    metrics: Metrics,
    written: bool,
}

/// What is called: one of ours, a standard service, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks the bank.
    Live(&'static str),
    /// Reads Flinks' cache.
    Cached(&'static str),
    /// Health or reflection.
    Standard,
    /// None of the port's.
    Unknown,
}

/// The RPCs of our service.
pub const METHODS: [&str; 3] = ["Authorize", "AnswerChallenges", "CachedAuthorize"];

/// What their full names begin with.
const SERVICE: &str = "flinks.gateway.v1.AuthorizationService/";

const FULL_NAMES: [&str; 3] = [
    "flinks.gateway.v1.AuthorizationService/Authorize",
    "flinks.gateway.v1.AuthorizationService/AnswerChallenges",
    "flinks.gateway.v1.AuthorizationService/CachedAuthorize",
];

impl Method {
    /// A path is the caller's text: only known ones are named.
    pub fn of(path: &str) -> Self {
        let name = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(SERVICE));
        match name {
            Some("Authorize") => Self::Live("Authorize"),
            Some("AnswerChallenges") => Self::Live("AnswerChallenges"),
            Some("CachedAuthorize") => Self::Cached("CachedAuthorize"),
            _ if path.starts_with("/grpc.") => Self::Standard,
            _ => Self::Unknown,
        }
    }

    /// The name of an RPC of ours.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Live(name) | Self::Cached(name) => Some(name),
            Self::Standard | Self::Unknown => None,
        }
    }

    /// The same with its service, by which traces name it.
    fn full_name(self) -> Option<&'static str> {
        let name = self.name()?;
        FULL_NAMES
            .into_iter()
            .find(|full| full.strip_prefix(SERVICE) == Some(name))
    }

    fn cap(self, timeouts: &Timeouts) -> Duration {
        match self {
            Self::Live(_) => timeouts.live,
            Self::Cached(_) | Self::Standard | Self::Unknown => timeouts.cached,
        }
    }
}

impl Line {
    fn finish(mut self, mut response: Response<Body>) -> Response<Body> {
        let mut answered = Status::from_header_map(response.headers());
        if let Some(bare) = answered
            .as_ref()
            .filter(|status| self.is_ours && is_bare(status))
        {
            // Where tonic names the encodings it takes, the message came in another.
            let accepted = response.headers_mut().remove(ACCEPTED_ENCODINGS);
            let status = match &accepted {
                Some(_) => status::compressed(),
                None => status::from_framework(bare.code()),
            };
            response = status.clone().into_http();
            if let Some(accepted) = accepted {
                response.headers_mut().insert(ACCEPTED_ENCODINGS, accepted);
            }
            answered = Some(status);
        }
        response
            .headers_mut()
            .insert(REQUEST_ID, self.request_id.clone());
        self.write(answered.as_ref());
        response
    }

    fn write(&mut self, answered: Option<&Status>) {
        self.written = true;
        let code = answered.map_or(Code::Ok, Status::code);
        let method = match self.method {
            Method::Live(name) | Method::Cached(name) => name,
            Method::Standard => "standard",
            Method::Unknown => "unknown",
        };
        let details = answered
            .map(StatusExt::get_error_details)
            .unwrap_or_default();
        let info = details.error_info();
        let reason = info.and_then(|info| ErrorReason::from_str_name(&info.reason));
        let reason = reason.map_or("", status::short_name);
        // What there is nothing to say of is left out of the line.
        let field = |key| {
            info.and_then(|info| info.metadata.get(key))
                .map(String::as_str)
        };
        fn some(text: &str) -> Option<&str> {
            Some(text).filter(|text| !text.is_empty())
        }
        let level = match self.method {
            Method::Standard => Level::DEBUG,
            // Whatever its code, it waits for an operator to see it.
            _ if field("next_step") == Some(NextStep::ContactOperator.as_str_name()) => {
                level(code).min(Level::WARN)
            }
            _ => level(code),
        };
        let ids = self.call.trace.ids();
        let notes = self.call.notes();
        if let Some(span) = self.span.recorded() {
            // What the line says, by OpenTelemetry's names where it has one.
            for (key, text) in [
                ("rpc.system.name", "grpc"),
                ("rpc.method", self.method.full_name().unwrap_or_default()),
                ("rpc.response.status_code", code_name(code)),
                ("error.type", error_type(code, reason)),
                (
                    "flinks_gateway.request_id",
                    self.request_id.to_str().unwrap_or_default(),
                ),
                (
                    "flinks_gateway.caller",
                    notes.caller.as_ref().map_or("", CallerName::as_str),
                ),
                ("flinks_gateway.instance", &notes.instance),
                ("flinks_gateway.institution", &notes.institution),
                ("flinks_gateway.outcome", notes.outcome),
                (
                    "flinks_gateway.flinks_code",
                    field("flinks_code").unwrap_or_default(),
                ),
            ] {
                if let Some(text) = some(text) {
                    span.set_attribute(KeyValue::new(key, text.to_owned()));
                }
            }
            if is_servers_fault(code) {
                span.set_status(SpanStatus::error(""));
            }
        }
        let total = self.arrived.elapsed();
        if self.is_ours {
            let (method, caller) = (self.method.name(), notes.caller.as_ref());
            self.metrics.called(method, code, reason, caller, total);
        }
        let upstream = match notes.upstream {
            Upstream::NotAsked => Duration::ZERO,
            Upstream::Since(begun) => begun.elapsed(),
            Upstream::Took(duration) => duration,
        };
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    $level,
                    method,
                    code = code_name(code),
                    reason = some(reason),
                    caller = notes.caller.as_ref().map(CallerName::as_str),
                    outcome = some(notes.outcome),
                    instance = some(&notes.instance),
                    institution = some(&notes.institution),
                    flinks_code = field("flinks_code"),
                    http_status = field("http_status"),
                    fault = field("fault"),
                    path = field("path"),
                    upstream_ms = milliseconds(upstream),
                    gateway_ms = milliseconds(total.saturating_sub(upstream)),
                    request_id = self.request_id.to_str().unwrap_or_default(),
                    flinks_request_id = field("request_id"),
                    trace_id = ids.map(|(trace, _)| tracing::field::display(trace)),
                    span_id = ids.map(|(_, span)| tracing::field::display(span)),
                    cause = some(&notes.cause),
                    "call"
                )
            };
        }
        match level {
            Level::ERROR => line!(Level::ERROR),
            Level::WARN => line!(Level::WARN),
            Level::INFO => line!(Level::INFO),
            _ => line!(Level::DEBUG),
        }
    }
}

/// Whether an error is the framework's own, made before our code ran: ours always say a reason.
fn is_bare(status: &Status) -> bool {
    status.code() != Code::Ok && status.details().is_empty()
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.written {
            self.write(Some(&Status::new(Code::Cancelled, "")));
        }
    }
}

/// What a span calls a failure: our reason, or the code where a framework failed.
fn error_type(code: Code, reason: &'static str) -> &'static str {
    match code {
        Code::Ok => "",
        _ if reason.is_empty() => code_name(code),
        _ => reason,
    }
}

/// Whether a span with this answer is one of an error, by OpenTelemetry's conventions for servers: what callers or
/// customers did wrong is none.
fn is_servers_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// How much an answer concerns an operator: refusals are a bank's daily work.
fn level(code: Code) -> Level {
    match code {
        Code::Internal | Code::DataLoss => Level::ERROR,
        Code::Unknown | Code::DeadlineExceeded | Code::Unavailable => Level::WARN,
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => Level::INFO,
    }
}

/// Whether this is a call. Any page can have a browser post a text, which tonic would read as a message; for this type
/// browsers ask first.
fn is_grpc(request: &Request<Body>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    let rest = kind.and_then(|kind| kind.as_bytes().strip_prefix(b"application/grpc"));
    matches!(rest, Some([] | [b'+' | b';', ..]))
}

/// The caller's id when it is one: up to 128 letters, digits, `-`, `_`, `.` and `:`. Else a new one.
fn request_id(request: &Request<Body>) -> HeaderValue {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let given = request.headers().get(&REQUEST_ID).filter(|id| {
        let id = id.as_bytes();
        (1..=128).contains(&id.len()) && id.iter().all(plain)
    });
    given.cloned().unwrap_or_else(|| {
        let random = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes());
        let id = random.into_uuid().to_string();
        HeaderValue::from_str(&id).expect("a UUID is visible ASCII")
    })
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
