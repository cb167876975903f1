//! The sandbox as its clients see it: over a socket, through HTTP and JSON.
#![allow(clippy::unwrap_used, reason = "a test stops where it finds a surprise")]

mod capital;
mod client;
mod faults;
mod scenarios;
mod server;
mod sessions;
mod shapes;
mod spec;
mod tokens;
