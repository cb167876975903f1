//! A gRPC gateway for Flinks' `/Authorize`: typed challenges, errors a program can act on, nothing sent twice.
//!
//! Two wires, and one vocabulary between them. A file's name says which wire it touches and in which direction:
//!
//! ```text
//!                  grpc/                domain/              upstream/
//!                (protobuf)        (the vocabulary)        (Flinks' JSON)
//!
//!   request  ──▶ decode.rs ──▶      request.rs      ──▶ encode.rs ──▶ http.rs ──▶ Flinks
//!                                                                         │
//!   response ◀── encode.rs ◀──      outcome.rs      ◀── decode.rs ◀───────┤
//!                                                                         │
//!   status   ◀── status.rs ◀──      failure.rs      ◀── fault.rs  ◀───────┘
//!
//!                  gateway.rs joins the three, in one screen
//! ```
//!
//! Three RPCs make three requests; all three end in an outcome or in a [`Failure`](domain::failure::Failure). A
//! security challenge is an outcome, not an error: the caller asked to be signed in, and the honest answer is a
//! question. Around this: [`config`] reads the settings, [`server`] listens and drains, [`call`] gives each call its id,
//! its deadline and its line in the log.

pub mod call;
pub mod callers;
pub mod config;
pub mod domain;
pub mod gateway;
pub mod grpc;
pub mod lockout;
pub mod reload;
pub mod server;
pub mod telemetry;
pub mod tls;
pub mod trace;
pub mod upstream;

/// The contract `flinks.gateway.v1`, generated from `proto/`.
///
/// Messages that carry a secret have no `Debug`: logging one does not compile.
#[allow(missing_debug_implementations, reason = "see above")]
#[allow(clippy::doc_markdown, clippy::large_enum_variant, reason = "generated")]
pub mod pb {
    tonic::include_proto!("flinks.gateway.v1");

    /// The contract and its imports as an encoded `FileDescriptorSet`, comments included.
    pub const FILE_DESCRIPTOR_SET: &[u8] =
        include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}
