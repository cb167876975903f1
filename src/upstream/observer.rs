//! What happens towards one Flinks instance, told to whoever counts it. Nothing that was sent or received is told, but
//! statuses, and codes of Flinks' that this program knows.

use std::{fmt, time::Duration};

use super::http::Endpoint;
use crate::domain::failure::Reason;

/// Watches one Flinks instance.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A request was answered, failed, or was given up.
    fn exchanged(&self, exchanged: &Exchanged);

    /// Something happened to a token, or for want of one.
    fn token(&self, event: TokenEvent);
}

/// Watches nothing.
#[derive(Debug)]
pub(super) struct Unwatched;

impl Observer for Unwatched {
    fn exchanged(&self, _: &Exchanged) {}

    fn token(&self, _: TokenEvent) {}
}

/// One HTTP request and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// What was asked.
    pub endpoint: Endpoint,
    /// The status, when there was an answer.
    pub http_status: Option<u16>,
    /// The code in it: `other` for one that is not known here.
    pub flinks_code: Option<&'static str>,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// With what was asked for, which can be questions.
    Answered,
    /// With anything else.
    Failed(Reason),
    /// Nobody waited for it any longer.
    Abandoned,
}

/// What happens to authorize tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEvent {
    /// A call took one that was at hand.
    Taken {
        /// Since it was minted.
        age: Duration,
    },
    /// A call found none, and waits for a mint.
    Missed,
    /// One was minted.
    Minted,
    /// None could be minted.
    MintFailed(Reason),
    /// So many will never be used.
    Wasted(usize),
    /// Flinks refused one.
    Refused,
    /// So many are at hand now.
    AtHand(usize),
}
