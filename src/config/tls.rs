//! The files of TLS, towards callers and towards Flinks.

use rustls::pki_types::CertificateDer;

use super::{parse, reader::Reader};
use crate::tls::{self, ClientAuth, Server, Watched};

/// What TLS is done with.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// On the gRPC port; none for clear text.
    pub server: Option<Server>,
    /// Whose certificates Flinks is known by.
    pub upstream_authorities: Vec<CertificateDer<'static>>,
    /// All certificates from files.
    pub watched: Vec<Watched>,
}

/// Reads all files of TLS. None only after a fault.
pub(super) fn read(reader: &mut Reader<'_>, web: bool) -> Option<Tls> {
    let mut watched = Vec::new();
    let chain = file(reader, "tls_certificate_file", tls::certificates);
    let key = file(reader, "tls_private_key_file", tls::private_key);
    let client_ca = file(reader, "tls_client_ca_file", tls::certificates);
    let auth = reader.value("tls_client_auth", parse::client_auth);
    let upstream_authorities = upstream_authorities(reader, &mut watched);

    for (setting, certificates) in [
        ("tls_certificate_file", &chain),
        ("tls_client_ca_file", &client_ca),
    ] {
        if let File::Read(certificates) = certificates {
            watched.extend(tls::watched(setting, certificates));
        }
    }
    let server = server(reader, chain, key, client_ca, auth, web);
    Some(Tls {
        server: server?,
        upstream_authorities: upstream_authorities?,
        watched,
    })
}

/// What became of a setting that names a file.
enum File<T> {
    NotSet,
    Faulty,
    Read(T),
}

fn file<T>(
    reader: &mut Reader<'_>,
    name: &str,
    parse: impl FnOnce(&[u8]) -> Result<T, tls::Unusable>,
) -> File<T> {
    let Some(given) = reader.given(name).filter(|given| !given.text.is_empty()) else {
        return File::NotSet;
    };
    let Some(bytes) = reader.bytes_of(&given) else {
        return File::Faulty;
    };
    match parse(&bytes) {
        Ok(value) => File::Read(value),
        Err(unusable) => {
            reader.fault(given.origin, unusable.to_string());
            File::Faulty
        }
    }
}

#[expect(
    clippy::option_option,
    reason = "none is a fault, some none is clear text"
)]
fn server(
    reader: &mut Reader<'_>,
    chain: File<Vec<CertificateDer<'static>>>,
    key: File<rustls::pki_types::PrivateKeyDer<'static>>,
    client_ca: File<Vec<CertificateDer<'static>>>,
    auth: Option<ClientAuth>,
    web: bool,
) -> Option<Option<Server>> {
    let mut lone = |name: &str, rule: &str| {
        let origin = reader.origin(name);
        reader.fault(origin, rule);
        None
    };
    let (chain, key) = match (chain, key) {
        (File::NotSet, File::NotSet) => {
            return if matches!(client_ca, File::NotSet) {
                Some(None)
            } else {
                lone("tls_client_ca_file", "needs tls_certificate_file")
            };
        }
        (File::NotSet, _) => return lone("tls_private_key_file", "needs tls_certificate_file"),
        (_, File::NotSet) => return lone("tls_certificate_file", "needs tls_private_key_file"),
        (File::Read(chain), File::Read(key)) => (chain, key),
        (File::Faulty, _) | (_, File::Faulty) => return None,
    };
    let clients = match client_ca {
        File::NotSet => None,
        File::Faulty => return None,
        File::Read(certificates) => match tls::authorities(&certificates) {
            Ok(authorities) => Some((authorities, auth?)),
            Err(unusable) => return lone("tls_client_ca_file", &unusable.to_string()),
        },
    };
    match Server::new(chain, key, clients, web) {
        Ok(server) => Some(Some(server)),
        Err(unusable @ tls::Unusable::OfAnother) => {
            lone("tls_private_key_file", &unusable.to_string())
        }
        Err(unusable) => lone("tls_certificate_file", &unusable.to_string()),
    }
}

fn upstream_authorities(
    reader: &mut Reader<'_>,
    watched: &mut Vec<Watched>,
) -> Option<Vec<CertificateDer<'static>>> {
    let text = reader.given("upstream_ca").map(|given| given.text);
    match text.as_deref() {
        None | Some("" | "bundled") => Some(webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec()),
        Some("system") => {
            let certificates = rustls_native_certs::load_native_certs().certs;
            if certificates.is_empty() {
                let origin = reader.origin("upstream_ca");
                reader.fault(
                    origin,
                    "must be bundled or a PEM file: the system has no list",
                );
                return None;
            }
            Some(certificates)
        }
        Some(_) => match file(reader, "upstream_ca", tls::certificates) {
            File::Read(certificates) => {
                watched.extend(tls::watched("upstream_ca", &certificates));
                Some(certificates)
            }
            File::NotSet | File::Faulty => None,
        },
    }
}
