//! How calls end when they do not fail.

use std::time::SystemTime;

use crate::{ChallengeRound, LoginType, Resource, convert, redacted::message};

/// How a live sign-in went. An outcome newer than this client is a [`GatewayError`](crate::GatewayError), so that a
/// `match` is complete:
///
/// ```compile_fail,E0004
/// # use flinks_gateway_client::Outcome;
/// fn is_over(outcome: &Outcome) -> bool {
///     match outcome {
///         Outcome::Session(_) => true,
///         Outcome::Pending(_) => true,
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Outcome {
    /// The customer is signed in.
    Session(Session),
    /// The bank wants answers first.
    ChallengeRound(ChallengeRound),
    /// Flinks works on it in the background.
    Pending(PendingOperation),
}

/// How a cached call or a whole sign-in ended: an [`Outcome`] with nothing left to answer.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum FinalOutcome {
    /// The login is open.
    Session(Session),
    /// Flinks works on it in the background.
    Pending(PendingOperation),
}

/// An open session at Flinks. Flinks ends it 8 minutes after it was opened unless data is asked for, and after 30
/// minutes in any case.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// Names the session towards Flinks' data endpoints. Never empty.
    pub request_id: String,
    /// The saved login that was opened; none when Flinks saved none.
    pub login: Option<Login>,
    /// The bank; none when Flinks did not name it.
    pub institution: Option<Institution>,
    /// What can be asked for next.
    pub links: Vec<Link>,
    /// The request's tag, as Flinks echoed it.
    pub tag: String,
}

message!(Session {
    request_id: show,
    login: show(convert::option),
    institution: show(convert::option),
    links: show(convert::all),
    tag: hide
});

/// A saved login: the reference to a customer's credentials and data at Flinks.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Login {
    /// The LoginId. Whoever has it can reopen the login: keep it like a password. Never empty.
    pub login_id: String,
    /// The user name at the bank as it was typed.
    pub username: String,
    /// Whose accounts these are.
    pub r#type: LoginType,
    /// Whether Flinks refreshes the login every night.
    pub scheduled_refresh: bool,
    /// When the bank was last asked.
    pub last_refresh_time: Option<SystemTime>,
    /// The type in Flinks' own words, where `type` is newer than this client too.
    pub type_name: String,
}

message!(Login {
    login_id: hide,
    username: hide,
    r#type: show(convert::login_type),
    scheduled_refresh: show,
    last_refresh_time: show(convert::time),
    type_name: show,
});

/// A bank, as far as Flinks named it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Institution {
    /// Flinks' name for it: what [`Credentials::institution`](crate::Credentials::institution) takes.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// Flinks' number for it; 0 when Flinks gave none.
    pub id: i32,
}

message!(Institution { name: show, display_name: show, id: show });

/// A step that Flinks offers next.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// What it leads to.
    pub resource: Resource,
    /// What it leads to in Flinks' own words.
    pub rel: String,
    /// The path below Flinks' `…/BankingServices`.
    pub href: String,
    /// An example of the path with its parameters.
    pub example: String,
}

message!(Link { resource: show(convert::resource), rel: show, href: show, example: show });

/// A sign-in that Flinks goes on with in the background. Whether the session opened shows when its data is asked for at
/// Flinks, with the request id.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingOperation {
    /// Names the session towards Flinks' data endpoints. Never empty.
    pub request_id: String,
    /// How Flinks put it, such as `OPERATION_PENDING`.
    pub flinks_code: String,
    /// Where Flinks says to ask.
    pub links: Vec<Link>,
}

message!(PendingOperation { request_id: show, flinks_code: show, links: show(convert::all) });
