//! What the fuzz targets try: each takes any bytes, and panics where a decoder does not keep its promises.
//!
//! The gateway's own tests include these files, and give them all seeds and all inputs that once broke something.

#![allow(
    clippy::disallowed_methods,
    reason = "whether a secret leaks is seen by who knows it"
)]

pub mod call;
pub mod continuation;
pub mod reply;
pub mod request;
pub mod settings;

use flinks_gateway::domain::{
    challenge::{Challenge, Kind, Round},
    names::Secret,
};

/// What must come out nowhere. Neither an id nor a code can hold it, for both are plain.
const CANARY: &str = "canary!";

fn holds_canary(bytes: &[u8]) -> bool {
    bytes
        .windows(CANARY.len())
        .any(|window| window == CANARY.as_bytes())
}

/// Compares what a continuation carries.
fn assert_same(opened: &Round, sealed: &Round) {
    assert_eq!(opened.request_id, sealed.request_id);
    assert_eq!(opened.instance, sealed.instance);
    assert_eq!(opened.by_login_id, sealed.by_login_id);
    assert_eq!(opened.token, sealed.token);
    assert_eq!(opened.number, sealed.number);
    let millisecond = |round: &Round| {
        (
            round.issued.as_millisecond(),
            round.expires.as_millisecond(),
        )
    };
    assert_eq!(millisecond(opened), millisecond(sealed));
    let institution = |round: &Round| round.institution.as_ref().map(|it| it.name.clone());
    assert_eq!(institution(opened), institution(sealed));
    assert_eq!(opened.challenges.len(), sealed.challenges.len());
    for (opened, sealed) in opened.challenges.iter().zip(&sealed.challenges) {
        assert!(opened.prompt == sealed.prompt);
        assert!(options(opened) == options(sealed));
    }
}

/// A challenge's kind, and what it offers.
fn options(challenge: &Challenge) -> (u8, &[Secret]) {
    match &challenge.kind {
        Kind::QuestionAndAnswer => (1, &[]),
        Kind::QuestionSelection(options) => (2, options),
        Kind::MultipleChoice(options) => (3, options),
        Kind::MultipleSelection(options) => (4, options),
        Kind::ImageSelection(options) => (5, options),
        Kind::TextOrCall(options) => (6, options),
        // Nothing of it is sealed.
        Kind::Unrecognized(_) => (7, &[]),
    }
}
