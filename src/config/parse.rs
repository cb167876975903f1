//! Texts to values, each with the rule that a text must keep.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Uri};
use jiff::SignedDuration;
use tracing_subscriber::EnvFilter;
use url::Url;
use uuid::Uuid;

use super::reader::Rule;
use crate::{
    domain::names::AuthKey,
    grpc::continuation::{KEY_LENGTH, Keys},
    server::{Reflection, WebOrigins},
    telemetry::{self, LogFormat},
    tls::ClientAuth,
};

pub(super) fn address(text: &str) -> Result<SocketAddr, Rule> {
    text.parse()
        .map_err(|_| "must be ADDRESS:PORT in numbers, such as 127.0.0.1:50051 or [::]:50051")
}

/// The origins of web pages as browsers name them; none for an empty text.
pub(super) fn web_origins(text: &str) -> Result<Option<WebOrigins>, Rule> {
    match text {
        "" => Ok(None),
        "*" => Ok(Some(WebOrigins::Any)),
        _ => {
            let origins: Option<Vec<_>> = text.split(',').map(web_origin).collect();
            let origins = origins.ok_or(
                "must be * alone, or origins as browsers send them, comma-separated: http or https, host, and port \
                 unless it is the usual one, without path or slash at the end, such as https://app.example.com or \
                 http://localhost:5173",
            )?;
            Ok(Some(WebOrigins::These(origins.into())))
        }
    }
}

fn web_origin(text: &str) -> Option<HeaderValue> {
    let text = text.trim().to_ascii_lowercase();
    let url = Url::parse(&text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    // A text that says more than an origin, or less, is not what browsers send. A part of a host is no pattern here,
    // and would never be met.
    let exact = url.origin().ascii_serialization() == text && !text.contains('*');
    if is_web && exact {
        text.parse().ok()
    } else {
        None
    }
}

/// More than anything here is good for, and little enough to be added to any clock.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn duration(text: &str) -> Result<Duration, Rule> {
    let parsed: Option<SignedDuration> = text.parse().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero() && *duration <= LONGEST)
        .ok_or("must be a time above zero and of at most 24h, such as 500ms, 30s or 4m")
}

pub(super) fn token_age(text: &str) -> Result<Duration, Rule> {
    let age = duration(text)?;
    if age < Duration::from_secs(15 * 60) {
        Ok(age)
    } else {
        Err("must be less than 15m, when Flinks may let a token die")
    }
}

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, Rule> {
    let number = text.parse().ok();
    number
        .filter(|number: &NonZeroUsize| number.get() <= 256)
        .ok_or("must be a whole number from 1 to 256")
}

/// What another rule reads, but none for one word.
pub(super) fn unless<T>(
    word: &'static str,
    parse: impl Fn(&str) -> Result<T, Rule>,
) -> impl Fn(&str) -> Result<Option<T>, Rule> {
    move |text| match text {
        _ if text == word => Ok(None),
        _ => parse(text).map(Some),
    }
}

pub(super) fn count(text: &str) -> Result<usize, Rule> {
    text.parse().map_err(|_| "must be a whole number")
}

pub(super) fn positive(text: &str) -> Result<usize, Rule> {
    let count = count(text)
        .ok()
        .filter(|count| (1..=1 << 30).contains(count));
    count.ok_or("must be a whole number above zero")
}

/// Calls a second; none for no limit.
pub(super) fn rate(text: &str) -> Result<Option<NonZeroU32>, Rule> {
    let rate: Result<u32, _> = text.parse();
    rate.map(NonZeroU32::new)
        .map_err(|_| "must be a whole number of calls a second, or 0 for no limit")
}

pub(super) fn ratio(text: &str) -> Result<f64, Rule> {
    let ratio: Option<f64> = text.parse().ok();
    ratio
        .filter(|ratio| (0.0..=1.0).contains(ratio))
        .ok_or("must be a number from 0 to 1, such as 0.05")
}

/// Names, comma-separated; none for an empty text.
pub(super) fn names(text: &str) -> Result<Vec<String>, Rule> {
    const MOST: usize = 200;
    let names: Vec<String> = text
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let plain = |name: &String| name.len() <= 128 && !name.chars().any(char::is_control);
    if names.len() <= MOST && names.iter().all(plain) {
        Ok(names)
    } else {
        Err("must be at most 200 names, comma-separated, each of at most 128 characters")
    }
}

pub(super) fn client_auth(text: &str) -> Result<ClientAuth, Rule> {
    match text {
        "required" => Ok(ClientAuth::Required),
        "optional" => Ok(ClientAuth::Optional),
        _ => Err("must be required or optional"),
    }
}

pub(super) fn reflection(text: &str) -> Result<Reflection, Rule> {
    match text {
        "callers" => Ok(Reflection::Callers),
        "anyone" => Ok(Reflection::Anyone),
        "off" => Ok(Reflection::Off),
        _ => Err("must be callers, anyone or off"),
    }
}

/// A collector may be reached without TLS: what goes there holds no user data.
pub(super) fn otlp_endpoint(text: &str) -> Result<Url, Rule> {
    let url = Url::parse(text).ok().filter(|url| {
        let web = matches!(url.scheme(), "http" | "https");
        web && url.has_host() && url.username().is_empty() && url.password().is_none()
    });
    url.ok_or("must be an http or https URL such as http://127.0.0.1:4317, without user")
}

/// HTTP/1.1's buffer may not be smaller.
pub(super) fn header_bytes(text: &str) -> Result<u32, Rule> {
    let bytes = bytes(text).ok().and_then(|bytes| u32::try_from(bytes).ok());
    bytes
        .filter(|bytes| (8192..=1 << 20).contains(bytes))
        .ok_or("must be from 8KiB to 1MiB, such as 16KiB")
}

pub(super) fn bytes(text: &str) -> Result<usize, Rule> {
    let (digits, unit) = match text.find(|letter: char| !letter.is_ascii_digit()) {
        Some(end) => text.split_at(end),
        None => (text, ""),
    };
    let unit = match unit.trim() {
        "" | "B" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        _ => None,
    };
    let count: Option<usize> = digits.parse().ok();
    count
        .zip(unit)
        .and_then(|(count, unit)| count.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or("must be a number of bytes above zero such as 65536, 512KiB or 8MiB")
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Rule> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be auto, text or json"),
    }
}

pub(super) fn log_filter(text: &str) -> Result<EnvFilter, Rule> {
    telemetry::filter(text)
        .map_err(|_| "must be a level such as info, or a filter such as info,flinks_gateway=debug")
}

pub(super) fn auth_key(text: &str) -> Result<AuthKey, Rule> {
    AuthKey::parse(text.to_owned()).ok_or("must be 1 to 512 visible ASCII characters")
}

pub(super) fn customer_id(text: &str) -> Result<Uuid, Rule> {
    Uuid::try_parse(text).map_err(|_| "must be a UUID")
}

/// More than any address needs.
const LONGEST_URL: usize = 2048;

/// The root of Flinks' API. Credentials go there: only loopback may do without TLS.
pub(super) fn upstream_url(text: &str) -> Result<Url, Rule> {
    let rule = "must be an https URL such as https://acme-ca-api.private.fin.ag, without user, query or fragment; \
                plain http is taken for loopback addresses only";
    let url = Url::parse(text).map_err(|_| rule)?;
    // Not each URL is a URI that a request can go to: a host may have quotes in it, and any of its parts no end.
    let is_uri = text.len() <= LONGEST_URL && Uri::try_from(url.as_str()).is_ok();
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let safe = match url.scheme() {
        "https" => true,
        "http" => match url.host_str() {
            Some("localhost") => true,
            Some(host) => {
                let host = host.trim_matches(['[', ']']);
                host.parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
            }
            None => false,
        },
        _ => false,
    };
    if !is_uri || !bare || url.fragment().is_some() || !safe {
        return Err(rule);
    }
    Ok(url)
}

pub(super) fn continuation_keys(text: &str) -> Result<Keys, Rule> {
    let key = |text: &str| -> Option<[u8; KEY_LENGTH]> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok()
    };
    let keys: Option<Vec<_>> = text.split(',').map(key).collect();
    keys.map(|keys| Keys::new(&keys)).ok_or(
        "must be base64 of 32 bytes each, comma-separated; make one with: openssl rand -base64 32",
    )
}
