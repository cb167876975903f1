//! What can go wrong once a request was understood.
//!
//! Knows neither gRPC codes nor JSON: `grpc/status.rs` says how a failure looks to the caller, `upstream/fault.rs`
//! what it looks like at Flinks. A failure's `Display` is a fixed sentence, safe for anyone; what is known of its
//! cause is its `source`, logged once and never sent.

use std::{error::Error, fmt, time::Duration};

use super::names::{FlinksCode, RequestId};

/// An understood request that was not fulfilled.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub reason: Reason,
    /// During which kind of call, once that is known: it decides whether repeating is safe.
    pub call: Call,
    /// Flinks' code, when it answered with one.
    pub flinks_code: Option<FlinksCode>,
    /// Flinks' status, when it answered.
    pub http_status: Option<u16>,
    /// Flinks' name for the session, when known.
    pub request_id: Option<RequestId>,
    /// What brought it about, for the log: never quotes what was sent or received.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

/// Which kind of call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A live sign-in: may have cost the customer an attempt at the bank.
    Authorize,
    /// Answers: may have cost an attempt, and codes are good for once.
    AnswerChallenges,
    /// A read from Flinks' cache: costs nothing.
    CachedAuthorize,
}

/// What went wrong, and in brackets who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Flinks knows no such institution or misses a field (caller).
    #[error("Flinks refused the request as incomplete or unknown")]
    RequestRefused,
    /// User name or password are wrong (customer).
    #[error("the bank refused the user name or the password")]
    CredentialsRejected,
    /// The bank refused this very user name and password a short while ago (customer).
    #[error("the bank refused this user name and password a short while ago; nothing was sent")]
    CredentialsHeldBack {
        /// When the gateway lets them pass again.
        retry_after: Duration,
    },
    /// The answers are wrong and the bank does not ask again (customer).
    #[error("the bank refused the answers and does not ask again")]
    AnswersRejected,
    /// Flinks does not find the answers to what it asked (caller).
    #[error("the answers do not fit what Flinks asked")]
    AnswersMismatched,
    /// No such LoginId (caller, customer).
    #[error("Flinks has no such saved login")]
    LoginNotFound,
    /// No such session (caller).
    #[error("Flinks does not know the session, or no longer")]
    SessionNotFound,
    /// The answers came too late (customer).
    #[error("the challenges were answered too late")]
    SessionExpired,
    /// The round was answered before (caller).
    #[error("the challenges were answered before and the session is open")]
    AlreadyAuthorized,
    /// Only the customer can open this login now (customer).
    #[error("the bank wants the customer: sign in live with Authorize")]
    LiveSignInRequired,
    /// The bank has locked the login (customer, at the bank).
    #[error("the bank has disabled the login")]
    LoginDisabled,
    /// The bank refuses and does not say why (customer, at the bank).
    #[error("the bank refuses access to the login")]
    AccessRefused,
    /// The bank wants something done on its own site (customer, at the bank).
    #[error("the customer must first complete a step on the bank's own site")]
    BankActionRequired,
    /// Too few transactions (nobody).
    #[error("the login has too few transactions")]
    NoTransactions,
    /// The bank is down (time).
    #[error("the bank is unavailable for now")]
    InstitutionUnavailable,
    /// Flinks has switched the bank off (time).
    #[error("Flinks has disabled the institution for now")]
    InstitutionDisabled,
    /// Another session of the login is open (time).
    #[error("another session of the login is in progress")]
    SessionConflict,
    /// Too many requests at Flinks (time).
    #[error("Flinks takes no more requests for now")]
    RateLimited,
    /// Flinks failed (time).
    #[error("Flinks failed unexpectedly")]
    UpstreamFailed,
    /// Flinks refused with a code not known here (operator).
    #[error("Flinks refused the call for a reason this gateway does not know")]
    UpstreamRefused,
    /// Flinks refused the gateway's own keys (operator).
    #[error("Flinks refused the keys of this gateway")]
    UpstreamKeysRefused,
    /// Flinks refused the authorize token, before it asked the bank (operator, when a new one is refused as well).
    #[error("Flinks refused the keys of this gateway")]
    AuthorizeTokenRefused,
    /// The instance does not offer this (operator).
    #[error("the Flinks instance does not offer this")]
    UpstreamFeatureDisabled,
    /// Not an answer that can be read (operator).
    #[error("Flinks answered with what cannot be read")]
    UpstreamResponseInvalid(BodyFault),
    /// No connection (time, operator).
    #[error("no connection to Flinks could be made; nothing was sent")]
    UpstreamUnreachable,
    /// The connection was lost after sending (customer decides).
    #[error("the connection to Flinks was lost after sending; the outcome at the bank is unknown")]
    OutcomeUnknown,
    /// Out of time after sending (customer decides).
    #[error("the deadline passed; the outcome at the bank is unknown")]
    DeadlineExceeded,
    /// Out of time before anything was sent (caller).
    #[error("the deadline passed before anything was sent to Flinks")]
    DeadlineExceededUnsent,
}

/// What is wrong with an answer of Flinks', and where: never what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyFault {
    /// What is wrong.
    pub kind: BodyFaultKind,
    /// The JSON property at fault, by Flinks' name for it; empty for the whole.
    pub path: &'static str,
}

/// The ways in which a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFaultKind {
    /// A redirect, which is never followed.
    Redirect,
    /// Nothing.
    Empty,
    /// A page for people.
    Html,
    /// Not JSON.
    NotJson,
    /// Not UTF-8.
    NotUtf8,
    /// JSON that ends too early.
    Truncated,
    /// More bytes than configured, or more values than any reply has.
    TooLarge,
    /// Nested too deep.
    TooDeep,
    /// A property, or the whole, of another type than Flinks documents.
    WrongType,
    /// A property missing without which the answer means nothing.
    Incomplete,
}

impl Failure {
    /// A failure of which no more than the reason is known.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            call: Call::Authorize,
            flinks_code: None,
            http_status: None,
            request_id: None,
            cause: None,
        }
    }

    /// An answer that cannot be read.
    pub fn body(kind: BodyFaultKind, path: &'static str) -> Self {
        Self::new(Reason::UpstreamResponseInvalid(BodyFault { kind, path }))
    }

    /// The same failure with what brought it about. The cause's `Display` goes to the log: it must not quote
    /// what was sent or received.
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same failure, during this kind of call.
    pub fn during(mut self, call: Call) -> Self {
        self.call = call;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
