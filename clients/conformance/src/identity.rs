//! Certificates for the cases with TLS, made anew for each run.

use std::{io, path::Path, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::WebPkiClientVerifier,
    },
};

/// Two ends: one that asks its clients for certificates and one that does not. The files lie in a folder: `ca.pem`,
/// `client.pem`, `client.key`, and `other-ca.pem`, which signed none of them.
pub(crate) struct Identity {
    pub(crate) tls: TlsAcceptor,
    pub(crate) mtls: TlsAcceptor,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

impl Identity {
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        let ca = authority()?;
        let (server, server_key) = leaf(&ca, ExtendedKeyUsagePurpose::ServerAuth)?;
        let (client, client_key) = leaf(&ca, ExtendedKeyUsagePurpose::ClientAuth)?;
        for (name, pem) in [
            ("ca.pem", ca.pem()),
            ("other-ca.pem", authority()?.pem()),
            ("client.pem", client),
            ("client.key", client_key),
        ] {
            std::fs::write(folder.join(name), pem)?;
        }
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).map_err(io::Error::other)?;
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .map_err(io::Error::other)?;
        let acceptor = |builder: tokio_rustls::rustls::ConfigBuilder<ServerConfig, _>| {
            let chain =
                vec![CertificateDer::from_pem_slice(server.as_bytes()).map_err(io::Error::other)?];
            let key =
                PrivateKeyDer::from_pem_slice(server_key.as_bytes()).map_err(io::Error::other)?;
            let mut config = builder
                .with_single_cert(chain, key)
                .map_err(io::Error::other)?;
            config.alpn_protocols = vec![b"h2".to_vec()];
            Ok::<_, io::Error>(TlsAcceptor::from(Arc::new(config)))
        };
        Ok(Self {
            tls: acceptor(ServerConfig::builder().with_no_client_auth())?,
            mtls: acceptor(ServerConfig::builder().with_client_cert_verifier(verifier))?,
        })
    }
}

fn authority() -> io::Result<Authority> {
    let mut params = CertificateParams::new([]).map_err(io::Error::other)?;
    // Not the name of what it signs: that would look self-signed.
    params
        .distinguished_name
        .push(DnType::CommonName, "conformance authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().map_err(io::Error::other)?;
    CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)
}

fn leaf(ca: &Authority, usage: ExtendedKeyUsagePurpose) -> io::Result<(String, String)> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "conformance");
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, ca).map_err(io::Error::other)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
