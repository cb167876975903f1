// Written by clients/generate from the contract. Do not edit.

pub(crate) mod by_kind;
pub(crate) mod errors;
pub(crate) mod retries;
#[rustfmt::skip]
#[allow(missing_debug_implementations, missing_docs, clippy::all)]
pub mod v1;
pub(crate) mod values;
