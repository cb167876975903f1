//! One HTTP exchange with Flinks: bytes out, status and bytes back, never an interpretation of them.
//!
//! A request leaves at most once. Nothing here repeats: redirects are not followed, no proxy is asked, reqwest's
//! own retries are off, and HTTP/1.1 alone is spoken, which has no frames that ask for a replay. What is left in the
//! connection pool below is to take another connection when an idle one was found closed before any byte of the
//! request was written.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use reqwest::{Client, Url, redirect, retry, tls};
use rustls::pki_types::CertificateDer;

use super::observer::Observer;
use crate::{
    domain::failure::{BodyFaultKind, Failure, Reason},
    trace::{TRACEPARENT, Tracer},
};

const AUTH_KEY: HeaderName = HeaderName::from_static("flinks-auth-key");

/// How an idle connection's end is kept ahead of the load balancers in front of Flinks.
const POOL_IDLE: Duration = Duration::from_secs(30);

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
    authorize: Url,
    generate_authorize_token: Url,
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
        base: &Url,
        authorities: &[CertificateDer<'static>],
        connect_timeout: Duration,
        max_response_bytes: usize,
        tracer: Tracer,
        observer: Arc<dyn Observer>,
    ) -> reqwest::Result<Self> {
        let endpoint = |name| {
            base.join(name)
                .expect("an endpoint's name is a relative URL")
        };
        Ok(Self {
            client: ArcSwap::from_pointee(client(authorities, connect_timeout)?),
            authorize: endpoint("Authorize"),
            generate_authorize_token: endpoint("GenerateAuthorizeToken"),
            connect_timeout,
            max_response_bytes,
            tracer,
            observer,
        })
    }

    /// A client that trusts other authorities.
    pub(super) fn trusting(
        &self,
        authorities: &[CertificateDer<'static>],
    ) -> reqwest::Result<Client> {
        client(authorities, self.connect_timeout)
    }

    /// Goes on with another client. Calls under way keep their connections; those that are idle are closed.
    pub(super) fn go_on_with(&self, client: Client) {
        self.client.store(Arc::new(client));
    }

    /// Where an endpoint is.
    pub(super) fn url(&self, endpoint: Endpoint) -> &Url {
        match endpoint {
            Endpoint::Authorize => &self.authorize,
            Endpoint::GenerateAuthorizeToken => &self.generate_authorize_token,
        }
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
        let url = self.url(endpoint);
        let client = self.client.load_full();
        let mut request = client.post(url.clone()).body(body);
        if let Some(auth_key) = auth_key {
            request = request.header(AUTH_KEY, auth_key);
        }
        if let Some(traceparent) = traceparent {
            request = request.header(TRACEPARENT, traceparent);
        }
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let content_type = response.headers_mut().remove(header::CONTENT_TYPE);
        let body = self.read(response).await.map_err(|failure| Failure {
            http_status: Some(status),
            ..failure
        })?;
        Ok(Reply {
            status,
            content_type,
            body,
        })
    }

    async fn read(&self, response: reqwest::Response) -> Result<Bytes, Failure> {
        let body = Limited::new(reqwest::Body::from(response), self.max_response_bytes);
        match body.collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Failure::body(BodyFaultKind::TooLarge, ""))
            }
            Err(error) => Err(Failure::body(BodyFaultKind::Truncated, "").because(error)),
        }
    }
}

fn client(
    authorities: &[CertificateDer<'static>],
    connect_timeout: Duration,
) -> reqwest::Result<Client> {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json.clone());
    headers.insert(header::ACCEPT, json);
    let roots = authorities
        .iter()
        .map(|certificate| reqwest::Certificate::from_der(certificate))
        .collect::<reqwest::Result<Vec<_>>>()?;
    Client::builder()
        .user_agent(concat!("flinks-gateway/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .http1_only()
        .tls_version_min(tls::Version::TLS_1_2)
        .tls_certs_only(roots)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_nodelay(true)
        .build()
}

/// Only a failure to connect proves that nothing was sent.
fn lost(error: reqwest::Error) -> Failure {
    let reason = if error.is_connect() {
        Reason::UpstreamUnreachable
    } else {
        Reason::OutcomeUnknown
    };
    Failure::new(reason).because(error.without_url())
}
