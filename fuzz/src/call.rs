//! What comes over a connection: a request's head and the frames of its body, by gRPC or gRPC-Web, through all that is in
//! front of the service.
//!
//! The first line is the path, those after it are headers, up to an empty one; then comes the body. `chunk: N` is no
//! header but into how many bytes the body is cut.

use std::{
    convert::Infallible,
    io::Write,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use flinks_gateway::{
    callers::{Allowance, Caller, CallerLimits, Callers, key_hash},
    domain::names::{CallerName, InstanceName},
    grpc::{
        continuation::{KEY_LENGTH, Keys},
        deadline::{self, Timeouts},
        decode::{self, Instances, Unanswerable},
    },
    pb::{
        self,
        authorization_service_server::{AuthorizationService, AuthorizationServiceServer},
    },
    server::{self, Options, Reflection, WebOrigins},
    telemetry::metrics::Metrics,
    trace::Tracer,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tonic::{Response, Status, body::Body, service::Routes};
use tower::ServiceExt;

use super::holds_canary;

/// The key of the one caller.
const KEY: &[u8] = b"s3cret";
const MINUTE: Duration = Duration::from_secs(60);
const MOST_BYTES: usize = 12 << 20;

/// Whatever is received.
pub fn run(bytes: &[u8]) {
    let Some(request) = request(bytes) else {
        return;
    };
    let headers = request.headers().clone();
    assert_deadline(&headers);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || RUNTIME.block_on(call(request)));
    let log = log.0.lock().expect("no writer panics");
    for line in log.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        // Who asks for so much is told by tonic-web of each path, and of content types that it does not know.
        assert!(
            line.contains("tonic_web::service") || !holds_canary(line.as_bytes()),
            "{line}"
        );
    }
}

/// What any call is answered with.
async fn call(request: Request<Body>) {
    let options = Options {
        limits: server::Limits {
            timeouts: Timeouts {
                live: MINUTE,
                cached: MINUTE,
            },
            drain_delay: Duration::ZERO,
            drain_timeout: MINUTE,
            max_request_bytes: MOST_BYTES,
            max_header_bytes: 16 << 10,
            max_connections: 1,
            max_streams: 1,
            max_calls: 1,
            connection_idle: MINUTE,
            connection_age: MINUTE,
            connection_age_grace: MINUTE,
        },
        web_origins: Some(WebOrigins::These(Arc::new([HeaderValue::from_static(
            "https://app.example.com",
        )]))),
        reflection: Reflection::Off,
    };
    let service = AuthorizationServiceServer::new(Decodes).max_decoding_message_size(MOST_BYTES);
    let service = server::port(
        Routes::new(service),
        options,
        Arc::new(ArcSwap::from_pointee(callers())),
        METRICS.clone(),
        Tracer::default(),
    );
    let Ok(answer) = service.oneshot(request).await;
    let (head, body) = answer.into_parts();
    let trailers = match body.collect().await {
        Ok(body) => body.trailers().cloned().unwrap_or_default(),
        Err(status) => panic!("the answer breaks off: {status:?}"),
    };
    for (name, value) in head.headers.iter().chain(&trailers) {
        assert!(!holds_canary(value.as_bytes()), "{name}: {value:?}");
    }
    let status =
        Status::from_header_map(&head.headers).or_else(|| Status::from_header_map(&trailers));
    if let Some(status) = status {
        assert!(!holds_canary(status.message().as_bytes()));
        assert!(!holds_canary(status.details()));
        assert!(
            !status.message().contains("the gateway failed"),
            "it panicked"
        );
    }
}

fn request(bytes: &[u8]) -> Option<Request<Body>> {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        line
    };
    let mut request = Request::post(line());
    let mut chunk = usize::MAX;
    loop {
        let line = line();
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name == b"chunk" {
            chunk = std::str::from_utf8(value).ok()?.parse().ok()?;
            continue;
        }
        let name = HeaderName::from_bytes(name).ok()?;
        request = request.header(name, HeaderValue::from_bytes(value).ok()?);
    }
    let frames: Vec<_> = rest
        .chunks(chunk.max(1))
        .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let body = StreamBody::new(tokio_stream::iter(frames));
    request.body(Body::new(body)).ok()
}

/// Whatever a caller allows itself, it is at most what the gateway allows.
fn assert_deadline(headers: &HeaderMap) {
    let now = Instant::now();
    let deadline = deadline::of(headers, now, MINUTE);
    assert!((now..=now + MINUTE).contains(&deadline));
    if let Some(sent) = Tracer::default().continued(headers).traceparent() {
        let received = headers.get("traceparent").expect("it is from there");
        assert_eq!(sent.as_bytes()[3..52], received.as_bytes()[3..52]);
    }
}

/// A service that decodes as the gateway's own, and asks no bank.
struct Decodes;

#[tonic::async_trait]
impl AuthorizationService for Decodes {
    async fn authorize(
        &self,
        request: tonic::Request<pb::AuthorizeRequest>,
    ) -> Result<Response<pb::AuthorizeResponse>, Status> {
        decode::authorize(request.into_inner(), &instances())?;
        Ok(Response::new(Default::default()))
    }

    async fn answer_challenges(
        &self,
        request: tonic::Request<pb::AnswerChallengesRequest>,
    ) -> Result<Response<pb::AnswerChallengesResponse>, Status> {
        let (keys, caller) = (Keys::new(&[[7; KEY_LENGTH]]), CallerName::anyone());
        let now = Timestamp::UNIX_EPOCH;
        let decoded =
            decode::answer_challenges(request.into_inner(), &keys, &caller, &instances(), now);
        decoded.map_err(|unanswerable| match unanswerable {
            Unanswerable::Invalid(invalid) => invalid.into(),
            Unanswerable::Expired(_) => Status::not_found("over"),
        })?;
        Ok(Response::new(Default::default()))
    }

    async fn cached_authorize(
        &self,
        request: tonic::Request<pb::CachedAuthorizeRequest>,
    ) -> Result<Response<pb::CachedAuthorizeResponse>, Status> {
        decode::cached_authorize(request.into_inner(), &instances())?;
        Ok(Response::new(Default::default()))
    }
}

fn instances() -> Instances {
    let ca = InstanceName("ca".to_owned());
    Instances {
        names: vec![ca.clone()],
        default: Some(ca),
    }
}

fn callers() -> Callers {
    let limits = CallerLimits {
        calls: 0,
        rate: None,
    };
    Callers::These(vec![Arc::new(Caller {
        name: CallerName::parse("lending").expect("letters"),
        certificates: Vec::new(),
        key_hashes: vec![key_hash(KEY)],
        methods: None,
        instances: None,
        allowance: Arc::new(Allowance::new(limits)),
    })])
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics::new(&[], Arc::default()));

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_time()
        .build()
        .expect("a runtime of one thread")
});

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
