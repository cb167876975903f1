//! What comes of a request when nothing fails.

use jiff::Timestamp;

use super::{
    challenge::Round,
    names::{FlinksCode, LoginId, RequestId, Secret},
};

/// How a live sign-in went, or went on.
#[derive(Debug)]
pub enum Outcome {
    /// The customer is signed in.
    Session(Session),
    /// The bank wants answers first. A round is large, and the rarer outcome.
    Challenged(Box<Round>),
    /// Flinks goes on in the background.
    Pending(PendingOperation),
}

/// How reopening a saved login went: never with a question.
#[derive(Debug)]
pub enum CachedOutcome {
    /// The login is open.
    Session(Session),
    /// Flinks goes on in the background.
    Pending(PendingOperation),
}

impl Outcome {
    /// What operators call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Challenged(_) => "challenge_round",
            Self::Pending(_) => "pending",
        }
    }

    /// The bank, when Flinks named it.
    pub fn institution(&self) -> Option<&Institution> {
        match self {
            Self::Session(session) => session.institution.as_ref(),
            Self::Challenged(round) => round.institution.as_ref(),
            Self::Pending(_) => None,
        }
    }
}

impl CachedOutcome {
    /// What operators call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Pending(_) => "pending",
        }
    }

    /// The bank, when Flinks named it.
    pub fn institution(&self) -> Option<&Institution> {
        match self {
            Self::Session(session) => session.institution.as_ref(),
            Self::Pending(_) => None,
        }
    }
}

/// An open session.
#[derive(Debug)]
pub struct Session {
    /// Flinks' name for it.
    pub request_id: RequestId,
    /// The saved login, when one was saved.
    pub login: Option<Login>,
    /// The bank, when Flinks named it.
    pub institution: Option<Institution>,
    /// What Flinks offers next.
    pub links: Vec<Link>,
    /// The request's tag, as echoed.
    pub tag: Option<Secret>,
}

/// A saved login.
#[derive(Debug)]
pub struct Login {
    /// Its reference.
    pub id: LoginId,
    /// The user name as typed.
    pub username: Option<Secret>,
    /// Whose accounts, in Flinks' words.
    pub type_name: Option<Secret>,
    /// Whether it is refreshed every night.
    pub scheduled_refresh: bool,
    /// When the bank was last asked; none when that was unreadable.
    pub last_refresh: Option<Timestamp>,
}

/// A bank.
#[derive(Clone, Debug, Default)]
pub struct Institution {
    /// Flinks' name for it.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<Secret>,
    /// Flinks' number for it.
    pub id: Option<i32>,
}

/// A step that Flinks offers.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it leads to, in Flinks' words.
    pub rel: Secret,
    /// The path.
    pub href: Secret,
    /// An example of the path.
    pub example: Option<Secret>,
}

/// Work that Flinks goes on with in the background.
#[derive(Debug)]
pub struct PendingOperation {
    /// Flinks' name for the session.
    pub request_id: RequestId,
    /// Flinks' code, when it gave one.
    pub flinks_code: Option<FlinksCode>,
    /// Where Flinks says to ask.
    pub links: Vec<Link>,
}
