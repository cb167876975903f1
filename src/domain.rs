//! The vocabulary between the two wires: what can be asked, what comes of it, what can go wrong.
//!
//! Names neither gRPC nor JSON. Values are valid by construction: code that holds one never checks it again.
//! Whatever a customer types or a bank shows them is a [`Secret`](names::Secret), which no log can show.

pub mod challenge;
pub mod failure;
pub mod names;
pub mod outcome;
pub mod refusal;
pub mod request;
