//! What Flinks replies: HTTP to an outcome or a failure, and both to gRPC.
//!
//! The first line is `STATUS FLAGS CONTENT-TYPE`, all after it the body. Flags: `t` for the reply to a token's request,
//! `l` for a sign-in by LoginId, `s` for answers in a session, `-` for none.

use bytes::Bytes;
use flinks_gateway::{
    domain::{
        failure::{Failure, Reason},
        names::{CallerName, RequestId},
        outcome::Outcome,
    },
    grpc::{
        continuation::{KEY_LENGTH, Keys},
        encode,
    },
    pb,
    upstream::fuzzing,
};
use http::HeaderValue;
use prost::Message;
use tonic::{Code, Status};

use super::{assert_same, holds_canary};

/// How much longer than a reply its outcome may be in protobuf: a list of noughts, and a round that is told and sealed.
const GROWTH: usize = 8;

/// Whatever is received.
pub fn run(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    let body = body.get(1..).unwrap_or_default();
    let mut words = head.splitn(3, |byte| *byte == b' ');
    let mut word = || words.next().unwrap_or_default();
    let status = std::str::from_utf8(word()).ok();
    let status = status.and_then(|digits| digits.parse().ok()).unwrap_or(200);
    // What an HTTP client can hand over.
    if !(100..1000).contains(&status) {
        return;
    }
    let flags = word();
    let is = |flag| flags.contains(&flag);
    let content_type = HeaderValue::from_bytes(word()).ok();
    let reply = Bytes::copy_from_slice(body);
    if is(b't') {
        match fuzzing::token(status, content_type, reply) {
            Err(failure) => assert_silent(failure, body),
            Ok(token) => assert_eq!(format!("{token:?}"), "AuthKey([redacted])"),
        }
        return;
    }
    let session = RequestId::parse("session".to_owned()).filter(|_| is(b's'));
    match fuzzing::authorize(status, content_type, reply, is(b'l'), session.as_ref()) {
        Err(failure) => assert_silent(failure, body),
        Ok(outcome) => {
            let named = outcome.institution().map(|it| it.name.as_bytes());
            if !named.is_some_and(holds_canary) {
                assert!(!holds_canary(format!("{outcome:?}").as_bytes()));
            }
            assert_encoded(outcome, body.len());
        }
    }
}

/// A failure says what went wrong, and nothing of what Flinks said but its codes and ids.
fn assert_silent(failure: Failure, said: &[u8]) {
    assert!(!matches!(
        failure.reason,
        Reason::UpstreamUnreachable | Reason::OutcomeUnknown
    ));
    assert!(failure.http_status.is_some());
    let told = format!("{failure} {failure:?}");
    let status = Status::from(failure);
    // A mesh would repeat it, and the bank was asked.
    assert!(!matches!(
        status.code(),
        Code::Ok | Code::Unavailable | Code::Cancelled
    ));
    if holds_canary(said) {
        assert!(!holds_canary(told.as_bytes()));
        assert!(!holds_canary(status.message().as_bytes()));
        assert!(!holds_canary(status.details()));
    }
    assert!(status.message().len() + status.details().len() < 4096);
}

/// What is encoded can be read by clients, and a round can be answered.
fn assert_encoded(outcome: Outcome, size: usize) {
    let keys = Keys::new(&[[7; KEY_LENGTH]]);
    let caller = CallerName::anyone();
    let asked = match &outcome {
        Outcome::Challenged(round) => {
            let sealed = keys.seal(round, &caller);
            let opened = keys.open(&sealed, &caller).expect("it was just sealed");
            assert_same(&opened, round);
            assert!(!round.challenges.is_empty());
            Some(round.challenges.len())
        }
        Outcome::Session(_) | Outcome::Pending(_) => None,
    };
    let message = encode::authorize(outcome, &keys, &caller);
    let bytes = message.encode_to_vec();
    assert!(
        bytes.len() <= 2048 + GROWTH * size,
        "{size} became {}",
        bytes.len()
    );
    let read = pb::AuthorizeResponse::decode(&*bytes).expect("clients can read it");
    assert!(read == message);
    if let (Some(pb::authorize_response::Outcome::ChallengeRound(round)), Some(asked)) =
        (read.outcome, asked)
    {
        assert_eq!(round.challenges.len(), asked);
        assert!(keys.open(&round.continuation, &caller).is_some());
    }
}
