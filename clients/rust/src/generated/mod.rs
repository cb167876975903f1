// Written by clients/generate from the contract. Do not edit.

pub(crate) mod errors;
pub(crate) mod retries;
#[allow(missing_debug_implementations, missing_docs, clippy::all)]
pub mod v1;
