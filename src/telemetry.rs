//! What operators see: one line per call, its level by its gRPC code, and an `x-request-id` on every reply.
//!
//! A line is written from what was really answered, so it cannot disagree with the caller's view. It never holds what
//! callers or Flinks wrote, but identifiers that were checked to be plain.

use std::{
    io::IsTerminal,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use tonic::{Code, Status, body::Body};
use tonic_types::StatusExt;
use tower::{Layer, Service};
use tracing::Level;
use tracing_subscriber::{EnvFilter, filter::ParseError};

use crate::grpc::{deadline, status};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Reads a filter such as `info` or `info,flinks_gateway=debug`.
pub fn filter(text: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(text)
}

/// Starts writing log lines to standard error, and keeps what a panic says out of them.
pub fn start(format: LogFormat, filter: EnvFilter) {
    let people = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if people {
        let ansi = std::io::stderr().is_terminal();
        builder.with_ansi(ansi).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    // Only a test that starts twice in one process finds a subscriber set.
    drop(started);
    std::panic::set_hook(Box::new(|panic| {
        let location = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(location, "panic");
    }));
}

/// What is learnt about a call on its way, for its line. Clones share it.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it arrived.
    pub arrived: Instant,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
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

impl Default for Call {
    fn default() -> Self {
        Self {
            arrived: Instant::now(),
            notes: Arc::default(),
        }
    }
}

impl Call {
    /// Which bank the call is about. A name that is not plain is left out: it may be something typed into the wrong
    /// field.
    pub fn institution(&self, name: &str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.len() <= 64 && name.bytes().all(plain) {
            name.clone_into(&mut self.notes().institution);
        }
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

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wraps a server's services so that each call is given an id and a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallLayer;

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CallService { inner }
    }
}

/// See [`CallLayer`].
#[derive(Clone, Debug)]
pub struct CallService<S> {
    inner: S,
}

impl<S, B> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
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
        let call = Call::default();
        let line = Line {
            call: call.clone(),
            method: method(request.uri().path()),
            request_id: request_id(&request),
            written: false,
        };
        // Only a message that is slow to arrive lets this run out: a call once read has a deadline of its own.
        let backstop = deadline::timeout(request.headers())
            .map(|timeout| call.arrived + timeout.saturating_sub(Duration::from_millis(2)));
        request.extensions_mut().insert(call);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = match backstop {
                None => answer.await?.map(Body::new),
                Some(backstop) => match tokio::time::timeout_at(backstop.into(), answer).await {
                    Ok(response) => response?.map(Body::new),
                    Err(_) => status::from_framework(Code::DeadlineExceeded).into_http(),
                },
            };
            Ok(line.finish(response))
        })
    }
}

/// The line of one call. A call that is dropped before its answer was cancelled by the caller.
struct Line {
    call: Call,
    method: Method,
    request_id: HeaderValue,
    written: bool,
}

/// What is called: one of ours, a standard service, or neither.
enum Method {
    Ours(&'static str),
    Standard,
    Unknown,
}

impl Line {
    fn finish(mut self, response: Response<Body>) -> Response<Body> {
        let (mut response, answered) = match Status::from_header_map(response.headers()) {
            // The standard services have codes of their own; ours always say a reason.
            Some(status)
                if status.code() != Code::Ok && status.details().is_empty() && self.is_ours() =>
            {
                let status = status::from_framework(status.code());
                (status.clone().into_http(), Some(status))
            }
            answered => (response, answered),
        };
        response
            .headers_mut()
            .insert(REQUEST_ID, self.request_id.clone());
        self.write(answered.as_ref());
        response
    }

    fn is_ours(&self) -> bool {
        !matches!(self.method, Method::Standard)
    }

    fn write(&mut self, answered: Option<&Status>) {
        self.written = true;
        let code = answered.map_or(Code::Ok, Status::code);
        let level = match self.method {
            Method::Ours(_) | Method::Unknown => level(code),
            Method::Standard => Level::DEBUG,
        };
        let method = match self.method {
            Method::Ours(name) => name,
            Method::Standard => "standard",
            Method::Unknown => "unknown",
        };
        let details = answered
            .map(StatusExt::get_error_details)
            .unwrap_or_default();
        let info = details.error_info();
        let reason = info.map_or("", |info| info.reason.trim_start_matches("ERROR_REASON_"));
        // What there is nothing to say of is left out of the line.
        let field = |key| {
            info.and_then(|info| info.metadata.get(key))
                .map(String::as_str)
        };
        fn some(text: &str) -> Option<&str> {
            Some(text).filter(|text| !text.is_empty())
        }
        let notes = self.call.notes();
        let total = self.call.arrived.elapsed();
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
                    outcome = some(notes.outcome),
                    institution = some(&notes.institution),
                    flinks_code = field("flinks_code"),
                    http_status = field("http_status"),
                    fault = field("fault"),
                    path = field("path"),
                    upstream_ms = milliseconds(upstream),
                    gateway_ms = milliseconds(total.saturating_sub(upstream)),
                    request_id = self.request_id.to_str().unwrap_or_default(),
                    flinks_request_id = field("request_id"),
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

impl Drop for Line {
    fn drop(&mut self) {
        if !self.written {
            self.write(Some(&Status::new(Code::Cancelled, "")));
        }
    }
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

/// A code's name in the gRPC specification.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// A path is the caller's text: only known ones are named.
fn method(path: &str) -> Method {
    match path {
        "/flinks.gateway.v1.AuthorizationService/Authorize" => Method::Ours("Authorize"),
        "/flinks.gateway.v1.AuthorizationService/AnswerChallenges" => {
            Method::Ours("AnswerChallenges")
        }
        "/flinks.gateway.v1.AuthorizationService/CachedAuthorize" => {
            Method::Ours("CachedAuthorize")
        }
        _ if path.starts_with("/grpc.") => Method::Standard,
        _ => Method::Unknown,
    }
}

/// The caller's id when it is one: up to 128 letters, digits, `-`, `_`, `.` and `:`. Else a new one.
fn request_id(request: &Request<Body>) -> HeaderValue {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let given = request.headers().get(&REQUEST_ID).filter(|id| {
        let id = id.as_bytes();
        (1..=128).contains(&id.len()) && id.iter().all(plain)
    });
    given.cloned().unwrap_or_else(|| {
        let id = uuid::Uuid::new_v4().to_string();
        HeaderValue::from_str(&id).expect("a UUID is visible ASCII")
    })
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
