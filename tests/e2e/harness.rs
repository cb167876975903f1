//! The nouns of the tests: `Gateway` and `Client`, before a `Sandbox`. Stopped by drop.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use flinks_gateway::{
    config::{self, Config, Sources},
    domain::names::{AuthKey, InstanceName},
    gateway::Gateway as Service,
    grpc::{continuation::Keys, status::DOMAIN},
    lockout::LockoutGuard,
    pb::{self, authorization_service_client::AuthorizationServiceClient},
    server::{self, Swappable, health::Health},
    telemetry::metrics::Metrics,
    trace::Tracer,
    upstream::{Flinks, InstanceConfig},
};
pub use flinks_sandbox::{Clock, Generation, Options, SCENARIO_BANK, Sandbox, Tokens};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{
    Code, Request, Response, Status, body::Body, metadata::KeyAndValueRef, transport::Channel,
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;
use tonic_web::GrpcWebClientLayer;
use tower::{Layer, ServiceExt, util::BoxCloneSyncService};

/// The metadata keys that replies may carry: a leak of another fails whichever test meets it.
const KNOWN_KEYS: [&str; 10] = [
    "content-type",
    "content-length",
    "date",
    "x-request-id",
    "grpc-status",
    "grpc-accept-encoding",
    // With gRPC-Web.
    "connection",
    "transfer-encoding",
    "vary",
    "access-control-expose-headers",
];

/// A sandbox of the generation that `FLINKS_GENERATION` names: the whole suite holds under each.
pub fn options() -> Options {
    let generation = std::env::var("FLINKS_GENERATION");
    Options {
        generation: generation.map_or(Generation::Docs2025, |name| name.parse().unwrap()),
        ..Options::default()
    }
}

/// How long a test waits for what must come: a busy machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a sandbox on a port of its own.
pub async fn sandbox(options: Options) -> Sandbox {
    Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options)
        .await
        .unwrap()
}

/// A gateway in front of an upstream.
pub struct Gateway {
    pub address: SocketAddr,
    pub flinks: Arc<Flinks>,
    stop: Option<oneshot::Sender<()>>,
    pub server: JoinHandle<std::io::Result<()>>,
}

impl Gateway {
    /// In front of a sandbox, with its secret key and with other settings than the defaults.
    pub async fn with(sandbox: &Sandbox, change: impl FnOnce(&mut Config)) -> Self {
        let key = AuthKey::parse(sandbox.options().secret_key.clone());
        let instance = InstanceConfig::new(
            &sandbox.url().parse().unwrap(),
            sandbox.options().customer_id,
            key,
        );
        Self::before(instance, change).await
    }

    /// In front of any upstream.
    pub async fn before(instance: InstanceConfig, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config::read(&Sources {
            sandbox: true,
            ..Sources::default()
        })
        .unwrap();
        config
            .instances
            .insert(InstanceName("default".to_owned()), instance);
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let instances = config.instance_names();
        let authorities = &config.tls.upstream_authorities;
        let metrics = Metrics::new(&config.metrics_institutions, Arc::default());
        let flinks = Flinks::new(
            config.instances,
            authorities,
            config.upstream,
            Tracer::default(),
            |name, base| metrics.instance(name, base),
        );
        let flinks = Arc::new(flinks);
        let keys = config.continuation_keys.unwrap_or_else(Keys::random);
        let guard = LockoutGuard::new(config.lockout_guard);
        let keys = Arc::new(ArcSwap::from_pointee(keys));
        let health = Health::watch(&flinks, config.readiness_grace);
        let gateway = Service::new(Arc::clone(&flinks), instances, keys, guard, metrics.clone());
        let swappable = Swappable::new(config.tls.server, config.callers);
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::serve(
            listener,
            gateway,
            config.server,
            swappable,
            health,
            metrics,
            async {
                stopped.await.ok();
            },
        ));
        Self {
            address,
            flinks,
            stop: Some(stop),
            server,
        }
    }

    /// Waits until health tells this of a service; all have an empty name.
    pub async fn told(&self, service: &str, status: ServingStatus) {
        let mut client = HealthClient::new(self.channel().await);
        let service = service.to_owned();
        let watch = client.watch(HealthCheckRequest { service }).await;
        let mut watch = watch.unwrap().into_inner();
        let told = async { while watch.message().await.unwrap().unwrap().status() != status {} };
        tokio::time::timeout(PATIENCE, told)
            .await
            .expect("health changes");
    }

    /// Waits until calls should be sent to it.
    pub async fn ready(&self) {
        self.told("", ServingStatus::Serving).await;
    }

    pub async fn channel(&self) -> Channel {
        let endpoint =
            tonic::transport::Endpoint::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    pub fn client(&self) -> Client {
        Client::native(self.address)
    }

    /// The same over gRPC-Web and HTTP/1.1.
    pub fn web_client(&self) -> Client {
        Client::web(self.address)
    }

    /// Tells the server to drain.
    pub fn drain(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

/// A sandbox, a gateway before it and a client of that.
pub async fn all() -> (Sandbox, Gateway, Client) {
    all_with(options(), |_| {}).await
}

/// The same with other options and settings.
pub async fn all_with(
    options: Options,
    change: impl FnOnce(&mut Config),
) -> (Sandbox, Gateway, Client) {
    let sandbox = sandbox(options).await;
    let gateway = Gateway::with(&sandbox, change).await;
    let client = gateway.client();
    (sandbox, gateway, client)
}

/// A way to a server.
pub type Transport = BoxCloneSyncService<
    http::Request<Body>,
    http::Response<Body>,
    hyper_util::client::legacy::Error,
>;

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

/// A client whose replies are all checked.
#[derive(Clone)]
pub struct Client(pub AuthorizationServiceClient<Transport>);

impl Client {
    /// HTTP/2 without tonic's channel, whose own timer would answer before the server does when a deadline passes.
    pub fn native(address: SocketAddr) -> Self {
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .http2_only(true)
            .build(connector());
        let client = client.map_response(|response| response.map(Body::new));
        Self::over(BoxCloneSyncService::new(client), address)
    }

    /// gRPC-Web over HTTP/1.1.
    pub fn web(address: SocketAddr) -> Self {
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .build(connector());
        let client = GrpcWebClientLayer::new().layer(client);
        let client = client.map_response(|response| response.map(Body::new));
        Self::over(BoxCloneSyncService::new(client), address)
    }

    /// HTTP/2 over TLS.
    pub fn secured(address: SocketAddr, config: rustls::ClientConfig) -> Self {
        let mut tcp = connector();
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_only()
            .enable_http2()
            .wrap_connector(tcp);
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .http2_only(true)
            .build(connector);
        let client = client.map_response(|response| response.map(Body::new));
        Self::at("https", BoxCloneSyncService::new(client), address)
    }

    fn over(transport: Transport, address: SocketAddr) -> Self {
        Self::at("http", transport, address)
    }

    fn at(scheme: &str, transport: Transport, address: SocketAddr) -> Self {
        let origin = format!("{scheme}://{address}").parse().unwrap();
        Self(
            AuthorizationServiceClient::with_origin(transport, origin)
                .max_decoding_message_size(64 << 20),
        )
    }

    pub async fn authorize(
        &mut self,
        request: impl tonic::IntoRequest<pb::AuthorizeRequest>,
    ) -> Result<pb::authorize_response::Outcome, Error> {
        checked(self.0.authorize(request).await).map(|response| response.outcome.unwrap())
    }

    pub async fn answer(
        &mut self,
        request: impl tonic::IntoRequest<pb::AnswerChallengesRequest>,
    ) -> Result<pb::answer_challenges_response::Outcome, Error> {
        checked(self.0.answer_challenges(request).await).map(|response| response.outcome.unwrap())
    }

    pub async fn cached(
        &mut self,
        request: impl tonic::IntoRequest<pb::CachedAuthorizeRequest>,
    ) -> Result<pb::cached_authorize_response::Outcome, Error> {
        checked(self.0.cached_authorize(request).await).map(|response| response.outcome.unwrap())
    }

    /// Signs a scenario in and expects a round.
    pub async fn challenged(&mut self, scenario: &str) -> pb::ChallengeRound {
        match self.authorize(sign_in(scenario)).await {
            Ok(pb::authorize_response::Outcome::ChallengeRound(round)) => round,
            Ok(_) => panic!("{scenario}: not challenged"),
            Err(error) => panic!("{scenario}: {error:?}"),
        }
    }

    /// Signs a scenario in and expects a session.
    pub async fn session(&mut self, scenario: &str) -> pb::Session {
        match self.authorize(sign_in(scenario)).await {
            Ok(pb::authorize_response::Outcome::Session(session)) => session,
            Ok(_) => panic!("{scenario}: no session"),
            Err(error) => panic!("{scenario}: {error:?}"),
        }
    }

    /// Signs a scenario in and expects it to fail.
    pub async fn refused(&mut self, scenario: &str) -> Error {
        match self.authorize(sign_in(scenario)).await {
            Ok(_) => panic!("{scenario}: not refused"),
            Err(error) => error,
        }
    }
}

/// A status taken apart.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub message: String,
    /// Without its prefix.
    pub reason: String,
    pub next_step: String,
    pub retryable: bool,
    pub metadata: std::collections::HashMap<String, String>,
    pub retry_delay: Option<Duration>,
    /// Field and rule.
    pub violations: Vec<(String, String)>,
}

impl Error {
    pub fn get(&self, key: &str) -> &str {
        self.metadata.get(key).map_or("", String::as_str)
    }
}

/// Checks what holds for every reply.
fn checked<T>(reply: Result<Response<T>, Status>) -> Result<T, Error> {
    let metadata = match &reply {
        Ok(response) => response.metadata(),
        Err(status) => status.metadata(),
    };
    for entry in metadata.iter() {
        if let KeyAndValueRef::Ascii(key, _) = entry {
            assert!(KNOWN_KEYS.contains(&key.as_str()), "unknown metadata {key}");
        }
    }
    let status = match reply {
        Ok(response) => {
            assert!(response.metadata().contains_key("x-request-id"));
            return Ok(response.into_inner());
        }
        Err(status) => status,
    };
    assert!(status.metadata().contains_key("x-request-id"), "{status:?}");
    let details = status.get_error_details();
    let info = details
        .error_info()
        .unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, DOMAIN);
    assert!(
        pb::ErrorReason::from_str_name(&info.reason).is_some(),
        "{}",
        info.reason
    );
    let next_step = &info.metadata["next_step"];
    assert!(
        pb::NextStep::from_str_name(next_step).is_some(),
        "{next_step}"
    );
    let bad_request = details.bad_request();
    let violations = bad_request
        .map(|bad| bad.field_violations.clone())
        .unwrap_or_default();
    for violation in &violations {
        assert!(
            violation.description.starts_with("must ")
                || violation.description.starts_with("needs ")
                || violation.description.starts_with("shares ")
        );
        assert!(!violation.reason.is_empty());
    }
    Err(Error {
        code: status.code(),
        message: status.message().to_owned(),
        reason: info.reason.trim_start_matches("ERROR_REASON_").to_owned(),
        next_step: next_step.trim_start_matches("NEXT_STEP_").to_owned(),
        retryable: info.metadata["retryable"].parse().unwrap(),
        metadata: info.metadata.clone(),
        retry_delay: details.retry_info().and_then(|info| info.retry_delay),
        violations: violations
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect(),
    })
}

/// A live sign-in at the scenario bank.
pub fn sign_in(scenario: &str) -> pb::AuthorizeRequest {
    credentials(SCENARIO_BANK, scenario, "password")
}

pub fn credentials(institution: &str, username: &str, password: &str) -> pb::AuthorizeRequest {
    pb::AuthorizeRequest {
        subject: Some(pb::authorize_request::Subject::Credentials(
            pb::Credentials {
                institution: institution.to_owned(),
                username: username.to_owned(),
                password: password.to_owned(),
            },
        )),
        save: Some(true),
        ..pb::AuthorizeRequest::default()
    }
}

pub fn cached(login_id: &str) -> pb::CachedAuthorizeRequest {
    pb::CachedAuthorizeRequest {
        login_id: login_id.to_owned(),
        ..pb::CachedAuthorizeRequest::default()
    }
}

/// A request that carries a deadline.
pub fn within<T>(timeout: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(timeout);
    request
}

/// A request that shows a caller's key.
pub fn with_key<T>(key: &str, message: T) -> Request<T> {
    with_authorization(&format!("Bearer {key}"), message)
}

/// A request with a text where keys are shown.
pub fn with_authorization<T>(text: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let text = text.parse().unwrap();
    request.metadata_mut().append("authorization", text);
    request
}

/// A right answer to any challenge.
pub fn right_answer(challenge: &pb::Challenge) -> pb::ChallengeAnswer {
    use pb::{challenge::Kind, challenge_answer::Answer};
    let answer = match challenge.kind.as_ref().unwrap() {
        Kind::QuestionAndAnswer(_) => Answer::Text("right".to_owned()),
        Kind::QuestionSelection(kind) => Answer::SelectedQuestion(pb::SelectedQuestion {
            question: kind.questions[0].clone(),
            text: "right".to_owned(),
        }),
        Kind::MultipleChoice(kind) => Answer::Choice(kind.choices[1].clone()),
        Kind::MultipleSelection(kind) => Answer::Choices(pb::Choices {
            values: kind.choices[1..].to_vec(),
        }),
        Kind::ImageSelection(_) => Answer::ImageIndex(1),
        Kind::TextOrCall(kind) => Answer::CodeDelivery(pb::CodeDelivery {
            phone_number: kind.phone_numbers[0].clone(),
            method: pb::DeliveryMethod::Call.into(),
        }),
        Kind::Unrecognized(_) => Answer::Raw(pb::RawAnswer {
            key: challenge.prompt.clone(),
            values: vec!["right".to_owned()],
        }),
    };
    pb::ChallengeAnswer {
        challenge_id: challenge.id.clone(),
        answer: Some(answer),
    }
}

/// Right answers to a whole round.
pub fn right_answers(round: &pb::ChallengeRound) -> pb::AnswerChallengesRequest {
    pb::AnswerChallengesRequest {
        continuation: round.continuation.clone(),
        answers: round.challenges.iter().map(right_answer).collect(),
    }
}

/// The same answer given to every challenge of a round, whatever its kind.
pub fn same_answer(
    round: &pb::ChallengeRound,
    answer: impl Fn(&pb::Challenge) -> pb::challenge_answer::Answer,
) -> pb::AnswerChallengesRequest {
    pb::AnswerChallengesRequest {
        continuation: round.continuation.clone(),
        answers: round
            .challenges
            .iter()
            .map(|challenge| pb::ChallengeAnswer {
                challenge_id: challenge.id.clone(),
                answer: Some(answer(challenge)),
            })
            .collect(),
    }
}

/// The bodies that reached `/Authorize`, as JSON. A head without its body, which may follow, asks for nothing.
pub fn authorize_bodies(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    sandbox
        .received()
        .into_iter()
        .filter(|received| received.endpoint == "Authorize" && !received.body.is_empty())
        .map(|received| serde_json::from_slice(&received.body).unwrap())
        .collect()
}

/// Waits until nothing is held open at the sandbox any more.
pub async fn let_go(sandbox: &Sandbox) {
    let until = Instant::now() + Duration::from_secs(5);
    while sandbox.unfinished() > 0 {
        assert!(
            Instant::now() < until,
            "the upstream request was not dropped"
        );
        tokio::task::yield_now().await;
    }
}

/// Waits until a request is held open at the sandbox.
pub async fn held(sandbox: &Sandbox) {
    let until = Instant::now() + Duration::from_secs(5);
    while sandbox.unfinished() == 0 {
        assert!(Instant::now() < until, "no request arrived");
        tokio::task::yield_now().await;
    }
}

/// Waits until something is true.
pub async fn wait_for(what: &str, mut is_true: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < until, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
