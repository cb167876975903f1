//! The small types that requests and outcomes are made of: identifiers that were checked once, and secrets.

use std::{fmt, hash::Hash, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A text that must not be seen in a log, an error, a trace or a `Debug`.
///
/// It is opened with [`ExposeSecret`], which clippy bans (`clippy.toml`) but where a secret leaves on one of the
/// two wires. Wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Whether nothing is hidden here.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Equality is all that the inside of the house needs to know of a secret.
    #[expect(clippy::disallowed_methods, reason = "compared here, never shown")]
    fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.text()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Secret {}

impl Hash for Secret {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Flinks' reference to a saved login: a UUID, kept as it was written. Whoever has it can open the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginId(pub Secret);

impl LoginId {
    /// Takes a UUID in its hyphenated form; anything else is none.
    pub fn parse(text: String) -> Option<Self> {
        let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
        (hyphenated && Uuid::try_parse(&text).is_ok()).then(|| Self(text.into()))
    }
}

/// A value of Flinks' `flinks-auth-key` header: an instance's long-lived secret key when tokens are minted, and a
/// session's authorize token on `/Authorize`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthKey(pub Secret);

impl AuthKey {
    /// Takes 1 to 512 visible ASCII characters, which any header can carry.
    pub fn parse(text: String) -> Option<Self> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        ((1..=512).contains(&text.len()) && visible).then(|| Self(text.into()))
    }
}

/// Flinks' name for a session. Not a secret: it opens nothing without keys, and support asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Takes 1 to 128 letters, digits, `-`, `_` and `.`: room for more than the UUID that Flinks documents, but not
    /// for anything that could forge a log line.
    pub fn parse(text: String) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        ((1..=128).contains(&text.len()) && text.bytes().all(plain)).then_some(Self(text))
    }

    /// The id as Flinks wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A code of Flinks', such as `INVALID_PASSWORD`, known or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlinksCode(String);

impl FlinksCode {
    /// Takes 1 to 64 letters, digits and underscores, and writes them in upper case, as some deployments do not.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain))
            .then(|| Self(text.to_ascii_uppercase()))
    }

    /// The code in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The configured Flinks instance that a call is meant for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceName(pub String);

/// Whose program calls: the name of its table in the callers' file. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallerName(Arc<str>);

impl CallerName {
    /// What all are called where anyone may call.
    pub const ANYONE: &str = "anyone";

    /// Takes 1 to 64 lower-case letters, digits and dashes.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// Whoever reaches the port.
    pub fn anyone() -> Self {
        Self(Self::ANYONE.into())
    }

    /// The name as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for whoever keeps it.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing() {
        let secret = Secret::from("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(format!("{:?}", LoginId(secret)), "LoginId([redacted])");
    }

    #[test]
    fn a_login_id_is_a_hyphenated_uuid() {
        let id = |text: &str| LoginId::parse(text.to_owned()).is_some();
        assert!(id("b0debb48-f9f1-46c6-80a4-08d7dd88d478"));
        assert!(id("B0DEBB48-F9F1-46C6-80A4-08D7DD88D478"));
        for other in [
            "",
            "Greatday",
            "b0debb48f9f146c680a408d7dd88d478",
            "{b0debb48-f9f1-46c6-80a4-08d7dd88d478}",
            " b0debb48-f9f1-46c6-80a4-08d7dd88d47",
            "b0debb48-f9f1-46c6-80a4-08d7dd88d47g",
        ] {
            assert!(!id(other), "{other}");
        }
    }

    #[test]
    fn a_request_id_cannot_forge_a_log_line() {
        assert!(RequestId::parse("006fd2f3-055b-4ef6-a9fc-c1261cd76ec6".to_owned()).is_some());
        assert!(RequestId::parse("a\nb".to_owned()).is_none());
        assert!(RequestId::parse(String::new()).is_none());
    }
}
