//! The files that settings name. That they can be read, and hold what they should, was seen when the settings were;
//! here it is told, and how long their certificates last.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use flinks_gateway::{config::Effective, tls};
use rustls::pki_types::CertificateDer;

use super::Findings;

/// What is left to renew a certificate in.
const SOON: Duration = Duration::from_secs(14 * DAY);

const DAY: u64 = 24 * 60 * 60;

pub(super) fn check(findings: &mut Findings, effective: &[Effective]) {
    for Effective {
        name,
        value,
        origin,
    } in effective
    {
        if origin == "default" {
            continue;
        }
        match name.as_str() {
            "tls_certificate_file" | "tls_client_ca_file" => certificates(findings, name, value),
            "upstream_ca" if !matches!(value.as_str(), "bundled" | "system") => {
                certificates(findings, name, value);
            }
            name if name.ends_with("_file") => findings.ok(&format!("{name}: {value} can be read")),
            _ => {}
        }
    }
}

fn certificates(findings: &mut Findings, name: &str, file: &str) {
    let all = fs::read(file)
        .ok()
        .and_then(|pem| tls::certificates(&pem).ok());
    let Some(all) = all else {
        // It could a moment ago.
        findings.fail(&format!("{name}: {file} cannot be read any more"));
        return;
    };
    let count = all.len();
    for (place, certificate) in all.iter().enumerate() {
        let which = match count {
            1 => name.to_owned(),
            _ => format!("{name}, certificate {} of {count}", place + 1),
        };
        one(findings, &which, certificate);
    }
}

/// Tells what a certificate is for, and how long.
pub(super) fn one(findings: &mut Findings, which: &str, certificate: &CertificateDer<'_>) {
    let names = tls::names(certificate);
    let names = match names.as_slice() {
        [] => "names nobody".to_owned(),
        names => format!("for {}", names.join(", ")),
    };
    let left = tls::not_after(certificate)
        .map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
    match left {
        None => findings.fail(&format!("{which}: {names}; its dates cannot be read")),
        Some(Duration::ZERO) => {
            findings.warn(&format!(
                "{which}: {names}; has ended: put another in its place"
            ));
        }
        Some(left) => {
            let days = left.as_secs() / DAY;
            let text = format!("{which}: {names}; ends in {days} days");
            if left < SOON {
                findings.warn(&format!("{text}: renew it"));
            } else {
                findings.ok(&text);
            }
        }
    }
}
