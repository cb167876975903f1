//! Certificates: whose are taken, who they name, when they end.
//!
//! TLS 1.2 and 1.3, by rustls. What is built here is never changed: a file that changed makes a new one, which the
//! next connection is made with.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
    version::{TLS12, TLS13},
};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

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

/// Why certificates cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No certificate in it.
    #[error("must name a file with certificates in PEM")]
    NoCertificate,
    /// No private key in it.
    #[error("must name a file with an unencrypted private key in PEM")]
    NoKey,
    /// The two are not of each other.
    #[error("must be the private key of the certificate in tls_certificate_file")]
    OfAnother,
    /// It has ended, or not begun.
    #[error("must hold a server certificate that is valid now")]
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

/// Reads the private key of a PEM text.
pub fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Unusable> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| Unusable::NoKey)
}

/// Puts certificates into a store of authorities.
pub fn authorities(
    certificates: &[CertificateDer<'static>],
) -> Result<Arc<RootCertStore>, Unusable> {
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store
            .add(certificate.clone())
            .map_err(|_| Unusable::NoCertificate)?;
    }
    Ok(Arc::new(store))
}

impl Server {
    /// Puts together what the port shows and asks.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        clients: Option<(Arc<RootCertStore>, ClientAuth)>,
        web: bool,
    ) -> Result<Self, Unusable> {
        let now = SystemTime::now();
        let leaf = chain.first().ok_or(Unusable::NoCertificate)?;
        if validity(leaf).is_none_or(|(begins, ends)| now < begins || now > ends) {
            return Err(Unusable::NotValidNow);
        }
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("the provider knows both versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some((authorities, auth)) => {
                let provider = Arc::new(aws_lc_rs::default_provider());
                let verifier = WebPkiClientVerifier::builder_with_provider(authorities, provider);
                let verifier = match auth {
                    ClientAuth::Required => verifier,
                    ClientAuth::Optional => verifier.allow_unauthenticated(),
                };
                builder.with_client_cert_verifier(
                    verifier.build().map_err(|_| Unusable::NoCertificate)?,
                )
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|_| Unusable::OfAnother)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        if web {
            config.alpn_protocols.push(b"http/1.1".to_vec());
        }
        Ok(Self(Arc::new(config)))
    }
}

/// Who a connection's client has proven to be.
pub fn peer(connection: &ServerConnection) -> Peer {
    let leaf = connection.peer_certificates().and_then(<[_]>::first);
    let parsed = leaf.and_then(|leaf| X509Certificate::from_der(leaf).ok());
    let names = parsed.as_ref().and_then(|(_, certificate)| {
        let names = certificate.subject_alternative_name().ok()??;
        let names = names.value.general_names.iter();
        Some(names.filter_map(name).collect())
    });
    Peer(names.unwrap_or_default())
}

fn name(name: &GeneralName<'_>) -> Option<CertificateName> {
    match name {
        GeneralName::URI(uri) => Some(CertificateName::Uri((*uri).to_owned())),
        GeneralName::DNSName(name) => Some(CertificateName::Dns(name.to_ascii_lowercase())),
        _ => None,
    }
}

/// When certificates of a setting's file end.
pub fn watched(setting: &'static str, certificates: &[CertificateDer<'static>]) -> Vec<Watched> {
    let ends = certificates.iter().map(|certificate| validity(certificate));
    ends.enumerate()
        .filter_map(|(place, validity)| {
            Some(Watched {
                setting,
                place,
                not_after: validity?.1,
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
