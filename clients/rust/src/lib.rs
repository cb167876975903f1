#![doc = include_str!("../README.md")]
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod by_kind;
mod call;
mod channel;
mod client;
mod error;
mod generated;
mod json;
mod options;

pub use by_kind::ByKindError;
pub use client::{Client, SignInError};
pub use error::{FieldViolation, GatewayError};
pub use generated::{by_kind::ByKind, errors::*, values::*};
pub use json::Json;
pub use options::{InvalidOptions, Options};
pub use tonic::Code;

/// The stubs that this client is made of, for calls that it does not cover.
///
/// They repeat nothing, set no deadline, and take messages of 4 MiB at most, as tonic does. Messages that carry a secret
/// have no `Debug`.
pub mod stubs {
    pub use crate::generated::v1;
}
