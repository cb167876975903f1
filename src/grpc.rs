//! The wire towards callers: protobuf messages to requests, outcomes and failures to messages.

pub mod codec;
pub mod continuation;
pub mod deadline;
pub mod decode;
pub mod encode;
pub mod status;
