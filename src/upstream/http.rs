//! One HTTP exchange with Flinks: bytes out, status and bytes back, never an interpretation of them.
//!
//! A request leaves at most once. Nothing here follows redirects, asks proxies or retries, and HTTP/1.1 alone is
//! spoken, which has no frames that ask for a replay; TLS sends no early data, which could be replayed. What is left in
//! the connection pool below is to take another connection when an idle one was found closed before any byte of the
//! request was written: only then does hyper give a request back.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::CertificateDer,
    version::{TLS12, TLS13},
};
use tokio::{net::TcpStream, time::timeout};
use tower::Service;
use url::Url;

use super::observer::Observer;
use crate::{
    domain::failure::{BodyFaultKind, Failure, Reason},
    trace::{TRACEPARENT, Tracer},
};

const AUTH_KEY: HeaderName = HeaderName::from_static("flinks-auth-key");

/// How an idle connection's end is kept ahead of the load balancers in front of Flinks.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// When the kernel begins to ask a silent connection's other end whether it is there, and how often then.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// How many of these questions may stay unanswered.
const KEEPALIVE_RETRIES: u32 = 3;

/// How long what was sent may stay unacknowledged.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("flinks-gateway/", env!("CARGO_PKG_VERSION")));

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Keeps connections and speaks HTTP over them.
type Client = legacy::Client<Connector, Full<Bytes>>;

/// What was answered.
pub(super) struct Reply {
    pub status: u16,
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
}

/// An HTTP client for one Flinks instance.
#[derive(Debug)]
pub(super) struct Http {
    client: ArcSwap<Client>,
    base: Url,
    authorize: Uri,
    generate_authorize_token: Uri,
    connect_timeout: Duration,
    max_response_bytes: usize,
    tracer: Tracer,
    observer: Arc<dyn Observer>,
}

/// What can be asked of Flinks here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A sign-in, or answers, or the cache.
    Authorize,
    /// A token.
    GenerateAuthorizeToken,
}

impl Endpoint {
    /// Its URL's path without what is configured.
    pub fn template(self) -> &'static str {
        match self {
            Self::Authorize => "/{version}/{customerId}/BankingServices/Authorize",
            Self::GenerateAuthorizeToken => {
                "/{version}/{customerId}/BankingServices/GenerateAuthorizeToken"
            }
        }
    }
}

impl Http {
    /// `base` ends before the endpoint's name.
    pub(super) fn new(
        base: Url,
        authorities: &[CertificateDer<'static>],
        connect_timeout: Duration,
        max_response_bytes: usize,
        tracer: Tracer,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let endpoint = |name: &str| {
            let uri = Uri::try_from(format!("{base}{name}"));
            uri.expect("a URL is a URI")
        };
        Self {
            client: ArcSwap::from_pointee(client(authorities, connect_timeout)),
            authorize: endpoint("Authorize"),
            generate_authorize_token: endpoint("GenerateAuthorizeToken"),
            base,
            connect_timeout,
            max_response_bytes,
            tracer,
            observer,
        }
    }

    /// Trusts other authorities from now on. Calls under way keep their connections; those that are idle are closed.
    pub(super) fn trust(&self, authorities: &[CertificateDer<'static>]) {
        let client = client(authorities, self.connect_timeout);
        self.client.store(Arc::new(client));
    }

    /// Where the endpoints are.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Makes spans that are part of no call's trace.
    pub(super) fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// Who is told what happens towards this instance.
    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    /// Posts a body to an endpoint.
    pub(super) async fn post(
        &self,
        endpoint: Endpoint,
        auth_key: Option<HeaderValue>,
        traceparent: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<Reply, Failure> {
        let uri = match endpoint {
            Endpoint::Authorize => &self.authorize,
            Endpoint::GenerateAuthorizeToken => &self.generate_authorize_token,
        };
        let mut request = Request::post(uri.clone())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::CONTENT_TYPE, JSON)
            .header(header::ACCEPT, JSON);
        if let Some(auth_key) = auth_key {
            request = request.header(AUTH_KEY, auth_key);
        }
        if let Some(traceparent) = traceparent {
            request = request.header(TRACEPARENT, traceparent);
        }
        let request = request.body(Full::new(body));
        let request = request.expect("all its parts were made before");
        let answer = self.client.load().request(request);
        let mut response = answer.await.map_err(lost)?;
        let status = response.status().as_u16();
        let content_type = response.headers_mut().remove(header::CONTENT_TYPE);
        let body = self
            .read(response.into_body())
            .await
            .map_err(|failure| Failure {
                http_status: Some(status),
                ..failure
            })?;
        Ok(Reply {
            status,
            content_type,
            body,
        })
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Failure> {
        match Limited::new(body, self.max_response_bytes).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Failure::body(BodyFaultKind::TooLarge, ""))
            }
            Err(error) => Err(Failure::body(BodyFaultKind::Truncated, "").because(error)),
        }
    }
}

fn client(authorities: &[CertificateDer<'static>], connect_timeout: Duration) -> Client {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    let connector = Connector {
        https: HttpsConnector::from((tcp, tls(authorities))),
        timeout: connect_timeout,
    };
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE)
        .build(connector)
}

fn tls(authorities: &[CertificateDer<'static>]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    // Those of a file were looked at when it was read; a system's list may hold one that nobody reads.
    roots.add_parsable_certificates(authorities.iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .expect("the provider knows both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    // No HTTP/2: one bank's wait must not queue behind another's stream limit.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Makes connections, each within a time that TLS is part of.
#[derive(Clone, Debug)]
struct Connector {
    https: HttpsConnector<HttpConnector>,
    timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connected = timeout(self.timeout, self.https.call(to));
        Box::pin(async { connected.await.map_err(io::Error::from)? })
    }
}

/// Only a failure to connect proves that nothing was sent.
fn lost(error: legacy::Error) -> Failure {
    let reason = if error.is_connect() {
        Reason::UpstreamUnreachable
    } else {
        Reason::OutcomeUnknown
    };
    Failure::new(reason).because(error)
}
