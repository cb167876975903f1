//! The way to one Flinks instance, step by step, and a token at its end. `/Authorize` is never asked.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use flinks_gateway::{
    domain::failure::{Failure, Reason},
    grpc::status::fault_name,
    upstream::{self, InstanceConfig, Limits},
};
use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
    version::{TLS12, TLS13},
};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::{Findings, certificates};

pub(super) struct Upstream<'a> {
    pub name: &'a str,
    pub instance: &'a InstanceConfig,
    pub authorities: &'a [CertificateDer<'static>],
    pub limits: &'a Limits,
}

impl Upstream<'_> {
    /// Each step only where those before it went well.
    pub(super) async fn check(&self, findings: &mut Findings) {
        let base = &self.instance.base;
        let host = base.host_str().unwrap_or_default();
        let port = base.port_or_known_default().unwrap_or_default();
        let reached = match self.addresses(findings, host, port).await {
            Some(addresses) => self.connected(findings, &addresses).await,
            None => None,
        };
        let Some(stream) = reached else {
            return;
        };
        if base.scheme() == "https" && !self.secured(findings, stream, host).await {
            return;
        }
        self.token(findings).await;
    }

    fn told(&self, text: &str) -> String {
        format!("instance {}: {text}", self.name)
    }

    async fn addresses(
        &self,
        findings: &mut Findings,
        host: &str,
        port: u16,
    ) -> Option<Vec<SocketAddr>> {
        // Brackets are the URL's, not the address's.
        let bare = host.trim_matches(['[', ']']);
        let found = self.in_time(lookup_host((bare, port))).await;
        match found.map(Iterator::collect::<Vec<_>>) {
            Ok(addresses) if !addresses.is_empty() => {
                let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                findings.ok(&self.told(&format!("{host} is {}", texts.join(", "))));
                Some(addresses)
            }
            Ok(_) => {
                findings.fail(&self.told(&format!(
                    "{host} has no address: check upstream_url, and the DNS of this machine"
                )));
                None
            }
            Err(error) => {
                findings.fail(&self.told(&format!(
                    "{host} cannot be looked up ({error}): check upstream_url, and the DNS of this machine"
                )));
                None
            }
        }
    }

    async fn connected(
        &self,
        findings: &mut Findings,
        addresses: &[SocketAddr],
    ) -> Option<TcpStream> {
        let mut refusals = Vec::new();
        for address in addresses {
            match self.in_time(TcpStream::connect(address)).await {
                Ok(stream) => {
                    findings.ok(&self.told(&format!("{address} takes connections")));
                    return Some(stream);
                }
                Err(error) => refusals.push(format!("{address} ({error})")),
            }
        }
        findings.fail(&self.told(&format!(
            "no connection to {}: check upstream_url, and what firewalls and network policies let out",
            refusals.join(", ")
        )));
        None
    }

    async fn secured(&self, findings: &mut Findings, stream: TcpStream, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()) else {
            findings.fail(&self.told("upstream_url names a host that no certificate can be for"));
            return false;
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("the provider knows both versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(client));
        match self.in_time(connector.connect(name, stream)).await {
            Ok(stream) => {
                let (_, connection) = stream.get_ref();
                let version = match connection.protocol_version() {
                    Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
                    _ => "TLS 1.2",
                };
                findings
                    .ok(&self.told(&format!("speaks {version}, and its certificate is trusted")));
                if let Some(leaf) = connection.peer_certificates().and_then(<[_]>::first) {
                    certificates::one(findings, &self.told("its certificate"), leaf);
                }
                true
            }
            Err(error) => {
                findings.fail(&self.told(&untrusted(&error)));
                false
            }
        }
    }

    async fn token(&self, findings: &mut Findings) {
        let minted = upstream::try_key(self.instance, self.authorities, self.limits);
        match minted.await {
            None => findings
                .warn(&self.told(
                    "secret_key is not set: no token is minted, and none is sent with calls",
                )),
            Some(Ok(())) => findings.ok(&self.told("Flinks minted a token with the secret key")),
            Some(Err(failure)) => findings.fail(&self.told(&refused(&failure))),
        }
    }

    async fn in_time<T>(&self, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let limit: Duration = self.limits.connect_timeout;
        tokio::time::timeout(limit, step)
            .await
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "connect_timeout")))
    }
}

/// Why TLS failed, and how to mend it.
fn untrusted(error: &io::Error) -> String {
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(fault)) = cause else {
        return format!(
            "no TLS connection ({error}): check upstream_url, and whether something between here and Flinks takes \
             TLS apart"
        );
    };
    match fault {
        CertificateError::UnknownIssuer => {
            "its certificate is of an authority that upstream_ca does not know: set it to system, or to a PEM file \
             with that authority, if you trust it"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name: check upstream_url"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has ended: check the clock of this machine, else it is theirs to renew"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: check the clock of this machine"
        }
        _ => "its certificate cannot be used: check upstream_url and upstream_ca",
    }
    .to_owned()
}

/// Why there is no token, and how to mend it.
fn refused(failure: &Failure) -> String {
    let mut seen = Vec::new();
    if let Reason::UpstreamResponseInvalid(fault) = failure.reason {
        seen.push(fault_name(fault.kind).to_owned());
    }
    seen.extend(failure.http_status.map(|status| format!("status {status}")));
    let code = failure.flinks_code.as_ref();
    seen.extend(code.map(|code| code.as_str().to_owned()));
    let seen = match seen.as_slice() {
        [] => String::new(),
        seen => format!(" ({})", seen.join(", ")),
    };
    match failure.reason {
        Reason::UpstreamKeysRefused => {
            format!("Flinks refused the secret key{seen}: check secret_key and customer_id")
        }
        Reason::UpstreamResponseInvalid(_) => {
            format!("what answers is not Flinks' API{seen}: check upstream_url")
        }
        Reason::RateLimited => {
            format!("Flinks mints no more tokens for now{seen}: try again later")
        }
        Reason::UpstreamUnreachable => {
            format!("no answer to a request for a token{seen}: check upstream_url, and try again")
        }
        _ => format!("no token was minted{seen}: {failure}; try again, and ask Flinks if it stays"),
    }
}
