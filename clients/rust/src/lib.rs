#![doc = include_str!("../README.md")]
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod answer;
mod by_kind;
mod call;
mod challenge;
mod channel;
mod client;
mod convert;
mod error;
#[rustfmt::skip]
mod generated;
mod options;
mod outcome;
mod redacted;
mod request;

pub use answer::{Answer, DeliveryMethod};
pub use by_kind::{ByKind, ByKindError};
pub use challenge::{Challenge, ChallengeKind, ChallengeRound, Image, Json, UnrecognizedChallenge};
pub use client::{Client, SignInError};
pub use error::{FieldViolation, GatewayError};
pub use generated::errors::{ErrorReason, NextStep};
pub use options::{InvalidOptions, Options};
pub use outcome::{FinalOutcome, Institution, Link, Login, Outcome, PendingOperation, Session};
pub use request::{AuthorizeRequest, CachedAuthorizeRequest, Credentials, Subject};
pub use stubs::v1::{Language, LoginType, Resource};
pub use tonic::Code;

/// The stubs that this client is made of, for calls that it does not cover.
///
/// They repeat nothing, set no deadline, and take messages of 4 MiB at most, as tonic does. Messages that carry a secret
/// have no `Debug`.
pub mod stubs {
    pub use crate::generated::v1;
}
