//! The files of TLS, towards callers and towards Flinks.

use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::{parse, reader::Reader};
use crate::tls::{self, Identity, Server, Watched};

const CERTIFICATE: &str = "tls_certificate_file";
const PRIVATE_KEY: &str = "tls_private_key_file";
const CLIENT_CA: &str = "tls_client_ca_file";
const CLIENT_AUTH: &str = "tls_client_auth";
const UPSTREAM_CA: &str = "upstream_ca";

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
    let chain = file(reader, CERTIFICATE, tls::chain);
    let key = file(reader, PRIVATE_KEY, tls::private_key);
    let client_ca = file(reader, CLIENT_CA, tls::authorities);
    let upstream_ca = upstream_ca(reader);
    alone(reader, &chain, &key, &client_ca);
    let auth = reader.value(CLIENT_AUTH, parse::client_auth);

    let mut watched = Vec::new();
    if let File::Read(chain) = &chain {
        watched.extend(tls::watched(CERTIFICATE, chain));
    }
    if let File::Read(authorities) = &client_ca {
        watched.extend(tls::watched(CLIENT_CA, &authorities.certificates));
    }
    let identity = match (chain, key) {
        (File::Read(chain), File::Read(key)) => match Identity::new(chain, key) {
            Ok(identity) => Some(identity),
            Err(unusable) => {
                let origin = reader.origin(PRIVATE_KEY);
                reader.fault(origin, unusable.to_string());
                return None;
            }
        },
        _ => None,
    };
    let clients = match client_ca {
        File::Read(authorities) => Some((authorities, auth?)),
        File::NotSet | File::Faulty => None,
    };
    let (upstream_authorities, from_file) = upstream_ca?;
    if from_file {
        watched.extend(tls::watched(UPSTREAM_CA, &upstream_authorities));
    }
    Some(Tls {
        server: identity.map(|identity| Server::new(identity, clients, web)),
        upstream_authorities,
        watched,
    })
}

/// What became of a setting that names a file.
enum File<T> {
    NotSet,
    /// A fault was noted.
    Faulty,
    Read(T),
}

impl<T> File<T> {
    fn is_set(&self) -> bool {
        !matches!(self, Self::NotSet)
    }
}

fn file<T>(
    reader: &mut Reader<'_>,
    name: &str,
    parse: impl FnOnce(&[u8]) -> Result<T, tls::Unusable>,
) -> File<T> {
    let Some(given) = reader.given(name).filter(|given| !given.text.is_empty()) else {
        return File::NotSet;
    };
    let Some(bytes) = reader.bytes_of(&given).map(Zeroizing::new) else {
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

/// Notes settings that mean nothing without another that is not there: who set them believes in a protection that
/// there would not be.
fn alone<C, K, A>(reader: &mut Reader<'_>, chain: &File<C>, key: &File<K>, client_ca: &File<A>) {
    let asks_clients = reader.given(CLIENT_AUTH).is_some();
    for (name, is_set, other, has_other) in [
        (CERTIFICATE, chain.is_set(), PRIVATE_KEY, key.is_set()),
        (PRIVATE_KEY, key.is_set(), CERTIFICATE, chain.is_set()),
        (CLIENT_CA, client_ca.is_set(), CERTIFICATE, chain.is_set()),
        (CLIENT_AUTH, asks_clients, CLIENT_CA, client_ca.is_set()),
    ] {
        if is_set && !has_other {
            let origin = reader.origin(name);
            reader.fault(origin, format!("needs {other}"));
        }
    }
}

/// The authorities that Flinks is known by, and whether they are from a file. None only after a fault.
fn upstream_ca(reader: &mut Reader<'_>) -> Option<(Vec<CertificateDer<'static>>, bool)> {
    let text = reader.given(UPSTREAM_CA).map(|given| given.text);
    match text.as_deref() {
        None | Some("" | "bundled") => {
            Some((webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec(), false))
        }
        Some("system") => {
            let certificates = rustls_native_certs::load_native_certs().certs;
            if certificates.is_empty() {
                let origin = reader.origin(UPSTREAM_CA);
                reader.fault(
                    origin,
                    "must be bundled or a PEM file: the system has no list",
                );
                return None;
            }
            let origin = reader.origin(UPSTREAM_CA);
            let bytes: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
            reader.watch(&origin, bytes.concat());
            Some((certificates, false))
        }
        Some(_) => match file(reader, UPSTREAM_CA, tls::authorities) {
            File::Read(authorities) => Some((authorities.certificates, true)),
            File::NotSet | File::Faulty => None,
        },
    }
}
