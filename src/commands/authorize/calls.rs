//! The three calls of the contract over one connection, with one kind of reply.

use std::{
    fs, io,
    net::{IpAddr, Ipv6Addr},
    path::Path,
    time::Duration,
};

use flinks_gateway::pb::{
    self, answer_challenges_response, authorization_service_client::AuthorizationServiceClient,
    authorize_response, cached_authorize_response,
};
use http::Uri;
use tonic::{
    Request, Response,
    metadata::AsciiMetadataValue,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use super::{Args, Stop, show, terminal::Terminal};

/// A round with many pictures is larger than tonic's default of 4 MiB.
const LARGEST_REPLY: usize = 64 << 20;

/// The outcomes of all three calls; a cached one has no rounds.
pub(super) enum Outcome {
    Session(pb::Session),
    Round(pb::ChallengeRound),
    Pending(pb::PendingOperation),
}

/// An outcome, and the gateway's name for the call.
pub(super) struct Reply {
    pub(super) outcome: Outcome,
    pub(super) x_request_id: String,
}

/// The three calls, with one kind of reply.
pub(super) struct Calls {
    client: AuthorizationServiceClient<Channel>,
    key: Option<AsciiMetadataValue>,
    timeout: Option<Duration>,
}

impl Calls {
    /// Connects before anything is asked, so that nobody types a password in vain.
    pub(super) async fn connect(args: &Args, terminal: &Terminal) -> Result<Self, Stop> {
        let address = &args.address;
        let usage = |why: String| {
            Stop::Usage(format!(
                "{why}\nUsage: --address http://HOST:PORT or https://HOST:PORT"
            ))
        };
        let uri: Uri = address
            .parse()
            .map_err(|_| usage(format!("--address {address:?} is not a URL.")))?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => {
                return Err(usage(format!(
                    "--address {address:?} must begin with http:// or https://."
                )));
            }
        };
        let mut endpoint = Endpoint::from(uri.clone()).connect_timeout(Duration::from_secs(10));
        if tls {
            endpoint = endpoint
                .tls_config(with_identity(trust(args.ca.as_deref())?, args)?)
                .map_err(|error| usage(format!("TLS cannot be set up: {}", chain(&error))))?;
        } else if args.ca.is_some() || args.certificate.is_some() {
            return Err(usage(
                "--ca and --certificate need an https:// address.".to_owned(),
            ));
        } else if !uri.host().is_some_and(is_loopback) {
            terminal.say("Warning: the connection is not encrypted. Passwords and answers can be read on its way.\n");
        }
        let channel = endpoint.connect().await.map_err(|error| {
            let why = chain(&error);
            let hint = if tls && may_be_plain(&error, &why) {
                "This port may not speak TLS: try http://"
            } else {
                "Is it running, and is this its address?"
            };
            Stop::Unreachable(format!("No gateway answers at {address}: {why}.\n{hint}"))
        })?;
        Ok(Self {
            client: AuthorizationServiceClient::new(channel)
                .max_decoding_message_size(LARGEST_REPLY),
            key: args.key_file.as_deref().map(key).transpose()?,
            timeout: args.timeout.map(Duration::from_secs),
        })
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(timeout) = self.timeout {
            request.set_timeout(timeout);
        }
        if let Some(key) = &self.key {
            request.metadata_mut().insert("authorization", key.clone());
        }
        request
    }

    pub(super) async fn authorize(&mut self, message: pb::AuthorizeRequest) -> Result<Reply, Stop> {
        use authorize_response::Outcome as Wire;
        let response = self.client.authorize(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::ChallengeRound(round) => Outcome::Round(round),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }

    pub(super) async fn answer_challenges(
        &mut self,
        message: pb::AnswerChallengesRequest,
    ) -> Result<Reply, Stop> {
        use answer_challenges_response::Outcome as Wire;
        let response = self.client.answer_challenges(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::ChallengeRound(round) => Outcome::Round(round),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }

    pub(super) async fn cached_authorize(
        &mut self,
        message: pb::CachedAuthorizeRequest,
    ) -> Result<Reply, Stop> {
        use cached_authorize_response::Outcome as Wire;
        let response = self.client.cached_authorize(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }
}

fn reply<T>(
    response: Response<T>,
    outcome: impl FnOnce(T) -> Option<Outcome>,
) -> Result<Reply, Stop> {
    let x_request_id = show::x_request_id(response.metadata()).to_owned();
    let outcome = outcome(response.into_inner()).ok_or(Stop::Unknown)?;
    Ok(Reply {
        outcome,
        x_request_id,
    })
}

fn trust(ca: Option<&Path>) -> Result<ClientTlsConfig, Stop> {
    let Some(file) = ca else {
        return Ok(ClientTlsConfig::new().with_webpki_roots());
    };
    let pem = read("--ca", file)?;
    // tonic would take such a file for an empty list, and blame the server's certificate.
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(unusable("--ca", file, "there is no certificate in it"));
    }
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}

fn with_identity(tls: ClientTlsConfig, args: &Args) -> Result<ClientTlsConfig, Stop> {
    let (Some(certificate), Some(private_key)) = (&args.certificate, &args.private_key) else {
        return Ok(tls);
    };
    Ok(tls.identity(Identity::from_pem(
        read("--certificate", certificate)?,
        read("--private-key", private_key)?,
    )))
}

fn key(file: &Path) -> Result<AsciiMetadataValue, Stop> {
    let key = read("--key-file", file)?;
    let mut value: AsciiMetadataValue = format!("Bearer {}", key.trim())
        .parse()
        .map_err(|_| unusable("--key-file", file, "a key is visible ASCII"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn read(flag: &str, file: &Path) -> Result<String, Stop> {
    fs::read_to_string(file).map_err(|error| unusable(flag, file, &error.to_string()))
}

fn unusable(flag: &str, file: &Path, why: &str) -> Stop {
    Stop::Usage(format!("{flag} {}: {why}", file.display()))
}

/// Whether nobody else is on the way to this host. A URL has brackets around an IPv6 address.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => address == Ipv6Addr::LOCALHOST,
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether a handshake failed as it does with a server that knows nothing of TLS: it answers with something else, or
/// hangs up. One whose certificate or choice of ciphers is refused does speak it.
fn may_be_plain(error: &(dyn std::error::Error + 'static), why: &str) -> bool {
    let hung_up = std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
            )
        });
    hung_up || why.contains("received corrupt message")
}

/// The causes of an error: tonic's own text is `transport error` and no more.
fn chain(error: &dyn std::error::Error) -> String {
    let error = error.source().unwrap_or(error);
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    show::Plain(&text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_needs_no_warning() {
        for (host, loopback) in [
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("[::1]", true),
            ("localhost", true),
            ("10.0.0.1", false),
            ("gateway.internal", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }

    #[test]
    fn a_server_that_is_not_trusted_does_speak_tls() {
        for (kind, text, plain) in [
            (io::ErrorKind::UnexpectedEof, "tls handshake eof", true),
            (io::ErrorKind::ConnectionReset, "reset by peer", true),
            (
                io::ErrorKind::InvalidData,
                "invalid peer certificate: UnknownIssuer",
                false,
            ),
            (
                io::ErrorKind::InvalidData,
                "received fatal alert: HandshakeFailure",
                false,
            ),
        ] {
            assert_eq!(
                may_be_plain(&io::Error::new(kind, text), text),
                plain,
                "{text}"
            );
        }
    }
}
