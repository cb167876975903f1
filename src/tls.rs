//! Certificates: whose are taken, who they name, when they end.
//!
//! TLS 1.2 and 1.3, by rustls. What is built here is never changed: a file that changed makes a new one, which the
//! next connection is made with.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use zeroize::Zeroize;

use crate::callers::{CertificateName, Peer};

/// Whether a client must come with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// A certificate whose end somebody must watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The setting that names its file, and its place there from 0.
    pub setting: &'static str,
    /// Of a file with several, which.
    pub place: usize,
    /// When it ends.
    pub not_after: SystemTime,
}

/// What the port shows to clients, and asks of them.
#[derive(Clone, Debug)]
pub struct Server(pub Arc<ServerConfig>);

/// Whose certificates are taken. At least one.
#[derive(Clone, Debug)]
pub struct Authorities {
    /// As they were read.
    pub certificates: Vec<CertificateDer<'static>>,
    store: Arc<RootCertStore>,
}

/// What the port proves itself with: a certificate, those between it and its authority, and its key.
#[derive(Clone, Debug)]
pub struct Identity(Arc<CertifiedKey>);

/// Why certificates cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No certificate in it, or one that cannot be read.
    #[error("must name a file with certificates in PEM")]
    NoCertificate,
    /// No private key in it.
    #[error("must name a file with an unencrypted private key in PEM")]
    NoKey,
    /// A private key, of a kind that is not known here.
    #[error("must name a file with an RSA, ECDSA (P-256, P-384, P-521) or Ed25519 key")]
    UnknownKey,
    /// The two are not of each other.
    #[error("must be the private key of the first certificate in tls_certificate_file")]
    OfAnother,
    /// It has ended, or not begun.
    #[error("must begin with a certificate that is valid now")]
    NotValidNow,
}

/// Reads the certificates of a PEM text; at least one.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let readable =
        |certificate: &CertificateDer<'_>| X509Certificate::from_der(certificate).is_ok();
    certificates
        .ok()
        .filter(|all| !all.is_empty() && all.iter().all(readable))
        .ok_or(Unusable::NoCertificate)
}

/// Reads the certificates of a port's PEM text: its own first, which must be valid now.
pub fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let chain = certificates(pem)?;
    let now = SystemTime::now();
    match validity(&chain[0]) {
        Some((begins, ends)) if begins <= now && now <= ends => Ok(chain),
        _ => Err(Unusable::NotValidNow),
    }
}

/// Reads the private key of a PEM text.
pub fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Unusable> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| Unusable::NoKey)
}

/// Reads the authorities of a PEM text; at least one.
pub fn authorities(pem: &[u8]) -> Result<Authorities, Unusable> {
    let certificates = certificates(pem)?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|_| Unusable::NoCertificate)?;
    }
    Ok(Authorities {
        certificates,
        store: Arc::new(store),
    })
}

impl Identity {
    /// Puts a chain and its key together.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        mut key: PrivateKeyDer<'static>,
    ) -> Result<Self, Unusable> {
        let signing = aws_lc_rs::sign::any_supported_type(&key);
        key.zeroize();
        let certified = CertifiedKey::new(chain, signing.map_err(|_| Unusable::UnknownKey)?);
        certified.keys_match().map_err(|_| Unusable::OfAnother)?;
        Ok(Self(Arc::new(certified)))
    }
}

impl Server {
    /// Puts together what the port shows and asks; `web` is whether it speaks HTTP/1.1 as well.
    pub fn new(identity: Identity, clients: Option<(Authorities, ClientAuth)>, web: bool) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("the provider knows both versions");
        let resumes = clients.is_none();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some((Authorities { store, .. }, auth)) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(store, provider);
                let verifier = match auth {
                    ClientAuth::Required => verifier,
                    ClientAuth::Optional => verifier.allow_unauthenticated(),
                };
                let verifier = verifier.build().expect("there is at least one authority");
                builder.with_client_cert_verifier(verifier)
            }
        };
        let identity = SingleCertAndKey::from(identity.0);
        let mut config = builder.with_cert_resolver(Arc::new(identity));
        if !resumes {
            // A session that is resumed takes its client's certificate as it was looked at before: it may have ended.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        config.alpn_protocols = vec![b"h2".to_vec()];
        if web {
            config.alpn_protocols.push(b"http/1.1".to_vec());
        }
        Self(Arc::new(config))
    }

    /// The same, but speaking what another does: a port that is open goes on to speak what it spoke.
    #[must_use]
    pub fn speaking_as(self, other: &Self) -> Self {
        let mut config = Arc::unwrap_or_clone(self.0);
        config.alpn_protocols.clone_from(&other.0.alpn_protocols);
        Self(Arc::new(config))
    }
}

/// Who a connection's client has proven to be.
pub fn peer(connection: &ServerConnection) -> Peer {
    let leaf = connection.peer_certificates().and_then(<[_]>::first);
    Peer(
        leaf.map(|leaf| alternative_names(leaf, name))
            .unwrap_or_default(),
    )
}

/// A certificate's subject alternative names, those that `read` knows.
fn alternative_names<T, N: FromIterator<T> + Default>(
    certificate: &CertificateDer<'_>,
    read: impl Fn(&GeneralName<'_>) -> Option<T>,
) -> N {
    let parsed = X509Certificate::from_der(certificate).ok();
    let names = parsed.as_ref().and_then(|(_, certificate)| {
        let names = certificate.subject_alternative_name().ok()??;
        Some(names.value.general_names.iter().filter_map(read).collect())
    });
    names.unwrap_or_default()
}

fn name(name: &GeneralName<'_>) -> Option<CertificateName> {
    match name {
        GeneralName::URI(uri) => Some(CertificateName::Uri((*uri).to_owned())),
        GeneralName::DNSName(name) => Some(CertificateName::Dns(name.to_ascii_lowercase())),
        _ => None,
    }
}

/// The names that a certificate is for. Its subject is nobody's name any more.
pub fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    alternative_names(certificate, told)
}

fn told(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(text) | GeneralName::DNSName(text) => Some((*text).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let address = match bytes.len() {
                4 => <[u8; 4]>::try_from(*bytes).ok().map(IpAddr::from),
                _ => <[u8; 16]>::try_from(*bytes).ok().map(IpAddr::from),
            };
            address.map(|address| address.to_string())
        }
        _ => None,
    }
}

/// When a certificate ends.
pub fn not_after(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    validity(certificate).map(|(_, ends)| ends)
}

/// When certificates of a setting's file end.
pub fn watched(setting: &'static str, certificates: &[CertificateDer<'static>]) -> Vec<Watched> {
    let certificates = certificates.iter().enumerate();
    certificates
        .filter_map(|(place, certificate)| {
            Some(Watched {
                setting,
                place,
                not_after: not_after(certificate)?,
            })
        })
        .collect()
}

fn validity(certificate: &CertificateDer<'_>) -> Option<(SystemTime, SystemTime)> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let time = |seconds: i64| {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    };
    let validity = parsed.validity();
    Some((
        time(validity.not_before.timestamp()),
        time(validity.not_after.timestamp()),
    ))
}
