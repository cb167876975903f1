//! How to reach a gateway, and what is refused before anything is connected.

use std::{error::Error, future::Future, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use derive_more::{Debug, Display};
use tonic::{
    Status,
    codegen::http::uri::Authority,
    metadata::{Ascii, MetadataValue},
    transport::{self, Certificate, ClientTlsConfig, Endpoint, Identity},
};

use crate::GatewayError;

const USER_AGENT: &str = concat!("flinks-gateway-rust/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const UNREADABLE_TOKEN: &str = "the bearer token is empty, or has more than visible ASCII characters";

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;
type TokenFuture = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

/// How to reach a gateway; by default over TLS, trusting the system's certificate authorities.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Options {
    ca: Option<Secret<Vec<u8>>>, // files of certificates often hold the key as well
    certificate: Option<Secret<Vec<u8>>>,
    private_key: Option<Secret<Vec<u8>>>,
    pub(crate) bearer_token: Option<Secret<Token>>,
    plaintext: bool,
    dangerously_allow_plaintext_beyond_loopback: bool,
    pub(crate) live_timeout: Option<Duration>,
    pub(crate) cached_timeout: Option<Duration>,
}

#[derive(Clone, Debug)]
#[debug("[redacted]")]
pub(crate) struct Secret<T>(pub(crate) T);

#[derive(Clone)]
pub(crate) enum Token {
    /// None when it cannot be sent.
    Fixed(Option<MetadataValue<Ascii>>),
    Asked(Arc<dyn Fn() -> TokenFuture + Send + Sync>),
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// PEM of the certificate authorities to trust, instead of the system's.
    pub fn ca(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { ca: Some(Secret(pem.into())), ..self }
    }

    /// PEM of the client's own certificate chain, for mTLS. Needs [`private_key`](Self::private_key).
    pub fn certificate(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { certificate: Some(Secret(pem.into())), ..self }
    }

    /// PEM of the key of [`certificate`](Self::certificate).
    pub fn private_key(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { private_key: Some(Secret(pem.into())), ..self }
    }

    /// Sent as `authorization: Bearer …` with each call.
    pub fn bearer_token(self, token: impl Into<String>) -> Self {
        Self { bearer_token: Some(Secret(Token::Fixed(bearer(&token.into())))), ..self }
    }

    /// As [`bearer_token`](Self::bearer_token), asked before each call and within its deadline, so that tokens can
    /// rotate. When it fails nothing is sent, and the call fails with `UNAUTHENTICATED`; the function's error, unchanged, is
    /// then the `source` of the [`GatewayError`].
    ///
    /// ```
    /// # use flinks_gateway_client::Options;
    /// Options::new().bearer_token_from(|| async { Ok(std::fs::read_to_string("/run/token")?.trim_end().to_owned()) });
    /// ```
    pub fn bearer_token_from<F>(self, token: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let token = Token::Asked(Arc::new(move || Box::pin(token())));
        Self { bearer_token: Some(Secret(token)), ..self }
    }

    /// No TLS. Only to a loopback address: `localhost`, `127.0.0.0/8`, `::1`.
    pub fn plaintext(self) -> Self {
        Self { plaintext: true, ..self }
    }

    /// Lifts that, for a mesh that encrypts on its own. Needs [`plaintext`](Self::plaintext).
    pub fn dangerously_allow_plaintext_beyond_loopback(self) -> Self {
        Self { dangerously_allow_plaintext_beyond_loopback: true, ..self }
    }

    /// The deadline of `authorize` and of `answer`, each. 250 seconds by default, a little more than the gateway's own
    /// limit, so that the gateway is the one to answer.
    pub fn live_timeout(self, timeout: Duration) -> Self {
        Self { live_timeout: Some(timeout), ..self }
    }

    /// The deadline of `cached_authorize`, repeats included. 35 seconds by default.
    pub fn cached_timeout(self, timeout: Duration) -> Self {
        Self { cached_timeout: Some(timeout), ..self }
    }

    pub(crate) fn endpoint(&self, address: &str) -> Result<Endpoint, InvalidOptions> {
        let host = host(address);
        let loopback = host.as_deref().is_some_and(is_loopback);
        let anywhere = self.dangerously_allow_plaintext_beyond_loopback;
        let of_tls = [&self.ca, &self.certificate, &self.private_key].into_iter().any(Option::is_some);
        let faults = [
            (host.is_none(), "the address is not host:port"),
            (matches!(self.bearer_token, Some(Secret(Token::Fixed(None)))), UNREADABLE_TOKEN),
            (anywhere && !self.plaintext, "dangerously_allow_plaintext_beyond_loopback needs plaintext"),
            (self.plaintext && of_tls, "plaintext excludes ca, certificate and private_key"),
            (self.plaintext && !anywhere && !loopback, "plaintext is for loopback addresses only"),
            (self.ca.as_ref().is_some_and(|ca| !is_certificate(&ca.0)), "ca holds no certificate"),
            (self.certificate.is_some() != self.private_key.is_some(), "certificate and private_key need each other"),
        ];
        if let Some((_, fault)) = faults.iter().find(|(is, _)| *is) {
            return Err(InvalidOptions((*fault).into()));
        }
        let scheme = if self.plaintext { "http" } else { "https" };
        let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))?
            .user_agent(USER_AGENT)?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(Duration::from_secs(60))
            .keep_alive_timeout(Duration::from_secs(20));
        if self.plaintext {
            return Ok(endpoint);
        }
        let mut tls = ClientTlsConfig::new().timeout(CONNECT_TIMEOUT);
        tls = match &self.ca {
            Some(Secret(pem)) => tls.ca_certificate(Certificate::from_pem(pem)),
            None => tls.with_native_roots(),
        };
        if let (Some(Secret(certificate)), Some(Secret(key))) = (&self.certificate, &self.private_key) {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        Ok(endpoint.tls_config(tls)?)
    }
}

/// The host of `host:port`, in lower case, an IPv6 address without its brackets.
fn host(address: &str) -> Option<String> {
    let authority: Authority = address.parse().ok()?;
    let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
    let port = authority.port_u16().is_some_and(|port| port > 0);
    (port && !host.is_empty() && !address.contains('@')).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn is_certificate(pem: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    pem.windows(BEGIN.len()).any(|part| part == BEGIN)
}

impl Token {
    /// The header of a call.
    pub(crate) async fn header(&self) -> Result<MetadataValue<Ascii>, GatewayError> {
        let header = match self {
            Self::Fixed(header) => header.clone(),
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
#[derive(Clone, Debug, Display, PartialEq, Eq)]
pub struct InvalidOptions(pub(crate) String);

impl Error for InvalidOptions {}

impl From<transport::Error> for InvalidOptions {
    fn from(error: transport::Error) -> Self {
        Self(crate::error::chain(&error))
    }
}
