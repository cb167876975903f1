//! Certificates for the cases with TLS, made anew for each run.

use std::{fs, io, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, SanType,
};

/// Writes to a folder, each as `NAME.pem` and, but for the authorities, `NAME.key`: the authority `ca`, and signed by
/// it `server`, `client`, which `callers.toml` knows, and `unknown_client`, which it does not; and the authority
/// `other-ca`, which signed none of them.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let ca = authority()?;
    for (name, pem) in [("ca", ca.pem()), ("other-ca", authority()?.pem())] {
        fs::write(folder.join(format!("{name}.pem")), pem)?;
    }
    let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let server = server.map_err(io::Error::other)?;
    for (name, params, usage) in [
        ("server", server, ExtendedKeyUsagePurpose::ServerAuth),
        (
            "client",
            spiffe("lending")?,
            ExtendedKeyUsagePurpose::ClientAuth,
        ),
        (
            "unknown_client",
            spiffe("lending2")?,
            ExtendedKeyUsagePurpose::ClientAuth,
        ),
    ] {
        let (certificate, key) = leaf(&ca, params, usage)?;
        fs::write(folder.join(format!("{name}.pem")), certificate)?;
        fs::write(folder.join(format!("{name}.key")), key)?;
    }
    Ok(())
}

type Authority = CertifiedIssuer<'static, KeyPair>;

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

/// The name of a workload, as meshes give it.
fn spiffe(account: &str) -> io::Result<CertificateParams> {
    let id = format!("spiffe://conformance.example/ns/clients/sa/{account}");
    let mut params = CertificateParams::new([]).map_err(io::Error::other)?;
    params.subject_alt_names = vec![SanType::URI(id.try_into().map_err(io::Error::other)?)];
    Ok(params)
}

fn leaf(
    ca: &Authority,
    mut params: CertificateParams,
    usage: ExtendedKeyUsagePurpose,
) -> io::Result<(String, String)> {
    params
        .distinguished_name
        .push(DnType::CommonName, "conformance");
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, ca).map_err(io::Error::other)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
