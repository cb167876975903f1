//! How to reach a gateway, and what is refused before anything is connected.

use std::{error::Error, fmt, future::Future, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use tonic::{
    Status,
    codegen::http::Uri,
    metadata::{Ascii, MetadataValue},
    transport::{Certificate, ClientTlsConfig, Endpoint, Identity},
};

use crate::{GatewayError, redacted::Redacted};

const USER_AGENT: &str = concat!("flinks-gateway-rust/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const UNREADABLE_TOKEN: &str = "the bearer token is empty, or has more than visible ASCII characters";

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;
type TokenFuture = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

/// How to reach a gateway; by default over TLS, trusting the system's certificate authorities.
#[derive(Clone, Default)]
#[must_use]
pub struct Options {
    ca: Option<Vec<u8>>,
    certificate: Option<Vec<u8>>,
    private_key: Option<Vec<u8>>,
    pub(crate) token: Option<Token>,
    plaintext: bool,
    beyond_loopback: bool,
    pub(crate) live_timeout: Option<Duration>,
    pub(crate) cached_timeout: Option<Duration>,
}

#[derive(Clone)]
pub(crate) enum Token {
    Fixed(String),
    Asked(Arc<dyn Fn() -> TokenFuture + Send + Sync>),
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ca, certificate, private_key, token, plaintext, beyond_loopback, live_timeout, cached_timeout } =
            self;
        // Files of certificates often hold the key as well.
        f.debug_struct("Options")
            .field("ca", &ca.as_ref().map(|_| Redacted))
            .field("certificate", &certificate.as_ref().map(|_| Redacted))
            .field("private_key", &private_key.as_ref().map(|_| Redacted))
            .field("bearer_token", &token.as_ref().map(|_| Redacted))
            .field("plaintext", plaintext)
            .field("dangerously_allow_plaintext_beyond_loopback", beyond_loopback)
            .field("live_timeout", live_timeout)
            .field("cached_timeout", cached_timeout)
            .finish()
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// PEM of the certificate authorities to trust, instead of the system's.
    pub fn ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca = Some(pem.into());
        self
    }

    /// PEM of the client's own certificate chain, for mTLS. Needs [`private_key`](Self::private_key).
    pub fn certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate = Some(pem.into());
        self
    }

    /// PEM of the key of [`certificate`](Self::certificate).
    pub fn private_key(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.private_key = Some(pem.into());
        self
    }

    /// Sent as `authorization: Bearer …` with each call.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token::Fixed(token.into()));
        self
    }

    /// As [`bearer_token`](Self::bearer_token), asked before each call and within its deadline, so that tokens can
    /// rotate. When it fails nothing is sent, and the call fails with `UNAUTHENTICATED`; the function's error, unchanged, is
    /// then the `source` of the [`GatewayError`].
    ///
    /// ```
    /// # use flinks_gateway_client::Options;
    /// Options::new().bearer_token_from(|| async { Ok(std::fs::read_to_string("/run/token")?.trim_end().to_owned()) });
    /// ```
    pub fn bearer_token_from<F>(mut self, token: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        self.token = Some(Token::Asked(Arc::new(move || Box::pin(token()))));
        self
    }

    /// No TLS. Only to a loopback address: `localhost`, `127.0.0.0/8`, `::1`.
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Lifts that, for a mesh that encrypts on its own. Needs [`plaintext`](Self::plaintext).
    pub fn dangerously_allow_plaintext_beyond_loopback(mut self) -> Self {
        self.beyond_loopback = true;
        self
    }

    /// The deadline of `authorize` and of `answer`, each. 250 seconds by default, a little more than the gateway's own
    /// limit, so that the gateway is the one to answer.
    pub fn live_timeout(mut self, timeout: Duration) -> Self {
        self.live_timeout = Some(timeout);
        self
    }

    /// The deadline of `cached_authorize`, repeats included. 35 seconds by default.
    pub fn cached_timeout(mut self, timeout: Duration) -> Self {
        self.cached_timeout = Some(timeout);
        self
    }

    pub(crate) fn endpoint(self, address: &str) -> Result<Endpoint, InvalidOptions> {
        let refuse = |message: &str| Err(InvalidOptions(message.into()));
        let scheme = if self.plaintext { "http" } else { "https" };
        let host = host(address).ok_or_else(|| InvalidOptions("the address is not host:port".into()))?;
        if matches!(&self.token, Some(Token::Fixed(token)) if bearer(token).is_none()) {
            return refuse(UNREADABLE_TOKEN);
        }
        if self.beyond_loopback && !self.plaintext {
            return refuse("dangerously_allow_plaintext_beyond_loopback needs plaintext");
        }
        if self.plaintext && (self.ca.is_some() || self.certificate.is_some() || self.private_key.is_some()) {
            return refuse("plaintext excludes ca, certificate and private_key");
        }
        if self.plaintext && !self.beyond_loopback && !is_loopback(&host) {
            return refuse("plaintext is for loopback addresses only");
        }
        let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))
            .map_err(InvalidOptions::new)?
            .user_agent(USER_AGENT)
            .map_err(InvalidOptions::new)?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(Duration::from_secs(60))
            .keep_alive_timeout(Duration::from_secs(20));
        if self.plaintext {
            return Ok(endpoint);
        }
        let mut tls = ClientTlsConfig::new().timeout(CONNECT_TIMEOUT);
        tls = match self.ca {
            None => tls.with_native_roots(),
            Some(pem) if !pem.windows(PEM.len()).any(|part| part == PEM) => return refuse("ca holds no certificate"),
            Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
        };
        tls = match (self.certificate, self.private_key) {
            (None, None) => tls,
            (Some(certificate), Some(key)) => tls.identity(Identity::from_pem(certificate, key)),
            _ => return refuse("certificate and private_key need each other"),
        };
        endpoint.tls_config(tls).map_err(InvalidOptions::new)
    }
}

const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The host of `host:port`, in lower case, an IPv6 address without its brackets.
fn host(address: &str) -> Option<String> {
    let uri: Uri = format!("https://{address}").parse().ok()?;
    let authority = uri.authority()?;
    let whole = authority.as_str() == address && !address.contains('@');
    let port = authority.port_u16().is_some_and(|port| port > 0);
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    (whole && port && !host.is_empty()).then(|| host.to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl Token {
    /// The header of a call.
    pub(crate) async fn header(&self) -> Result<MetadataValue<Ascii>, GatewayError> {
        let header = match self {
            Self::Fixed(token) => bearer(token),
            Self::Asked(ask) => bearer(&ask().await.map_err(GatewayError::without_token)?),
        };
        header.ok_or_else(|| GatewayError::new(&Status::unauthenticated(UNREADABLE_TOKEN), false))
    }
}

fn bearer(token: &str) -> Option<MetadataValue<Ascii>> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut header = MetadataValue::try_from(format!("Bearer {token}")).ok()?;
    header.set_sensitive(true); // HTTP/2 then keeps it out of its table
    Some(header)
}

/// Options that contradict each other, or that cannot be read; nothing was connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOptions(pub(crate) String);

impl InvalidOptions {
    fn new(error: impl Error + 'static) -> Self {
        Self(crate::error::chain(&error))
    }
}

impl fmt::Display for InvalidOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidOptions {}
