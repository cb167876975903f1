//! What a sign-in takes.

use crate::{Language, redacted::debug};

/// What a customer signs in with at their bank.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The bank, by Flinks' name for it, such as `FlinksCapital`.
    pub institution: String,
    /// The user name or card number, sent as it is.
    pub username: String,
    /// The password, sent as it is.
    pub password: String,
}

debug!(Credentials { institution: show, username: hide, password: hide });

impl Credentials {
    /// The credentials of a customer at an institution.
    pub fn new(institution: impl Into<String>, username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { institution: institution.into(), username: username.into(), password: password.into() }
    }
}

/// Who signs in.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// A customer with their credentials, for a first sign-in or a new one.
    Credentials(Credentials),
    /// A saved login to refresh live, by the [`Login::login_id`](crate::Login::login_id) of an earlier session. The bank
    /// may challenge again.
    LoginId(String),
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Credentials(credentials) => credentials.fmt(f),
            Self::LoginId(_) => f.write_str("LoginId([redacted])"),
        }
    }
}

impl From<Credentials> for Subject {
    fn from(credentials: Credentials) -> Self {
        Self::Credentials(credentials)
    }
}

/// Whom to sign in live, and what to keep of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizeRequest {
    /// Who signs in.
    pub subject: Subject,
    /// Whether Flinks keeps the credentials and data, so that the login can be refreshed or reopened by its LoginId.
    /// Without it a session may come without a [`Login`](crate::Login).
    pub save: bool,
    /// The language of the bank's prompts. It is part of a login's identity: a customer has one LoginId for each.
    pub language: Language,
    /// Free text that Flinks stores and echoes, at most 512 characters; empty for none.
    pub tag: String,
    /// Turns the nightly refresh on for a login that is saved for the first time. Needs `save`.
    pub schedule_refresh: bool,
    /// Has Flinks collect all the customer's security questions as well. Needs `save`.
    pub with_mfa_questions: bool,
    /// Which of the gateway's Flinks instances to use; empty for the default one.
    pub instance: String,
}

debug!(AuthorizeRequest {
    subject: show,
    save: show,
    language: show,
    tag: hide,
    schedule_refresh: show,
    with_mfa_questions: show,
    instance: show,
});

impl AuthorizeRequest {
    /// A request to sign somebody in. Whether to `save` has no default: what happens to a customer's bank password is
    /// none.
    #[must_use]
    pub fn new(subject: impl Into<Subject>, save: bool) -> Self {
        Self {
            subject: subject.into(),
            save,
            language: Language::Unspecified,
            tag: String::new(),
            schedule_refresh: false,
            with_mfa_questions: false,
            instance: String::new(),
        }
    }
}

/// Which saved login to reopen.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachedAuthorizeRequest {
    /// The [`Login::login_id`](crate::Login::login_id) of an earlier session.
    pub login_id: String,
    /// Free text that Flinks stores and echoes, at most 512 characters; empty for none.
    pub tag: String,
    /// Which of the gateway's Flinks instances holds the login; empty for the default one.
    pub instance: String,
}

debug!(CachedAuthorizeRequest { login_id: hide, tag: hide, instance: show });

impl CachedAuthorizeRequest {
    /// A request to reopen a saved login.
    #[must_use]
    pub fn new(login_id: impl Into<String>) -> Self {
        Self { login_id: login_id.into(), tag: String::new(), instance: String::new() }
    }
}
