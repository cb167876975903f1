//! End to end over real sockets: a real client, the real gateway, the sandbox.
//!
//! Each module is a promise of the contract. `harness` holds the nouns that tests are told in; every reply goes
//! through it, and is checked there for what nobody remembers to check.

#![allow(
    clippy::unwrap_used,
    reason = "clippy's own exemption stops at test bodies; the harness is outside"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    reason = "a test binary has no readers of its interface"
)]
#![allow(
    clippy::result_large_err,
    reason = "an error here is looked at, not handed on"
)]

mod admin;
mod collector;
mod harness;
mod pki;
mod process;
mod prometheus;
mod proxy;
mod raw;
mod tools;

mod alerts;
mod answers;
mod authorize;
mod cached;
mod callers;
mod chart;
mod check;
mod contract;
mod deadlines;
mod decoders;
mod demo;
mod envoy;
mod failures;
mod faults;
mod grpc_web;
mod health;
mod image;
mod leniency;
mod limits;
mod lockout;
mod manifests;
mod mesh;
mod metrics;
mod never_twice;
mod reload;
mod rolling;
mod scaling;
mod secrets;
mod serving;
mod settings;
mod terminal;
mod tls;
mod tokens;
mod traces;
