//! What callers send: protobuf to a request, or to violations.
//!
//! The first byte says which message the others are: `0`, `1` or `2`, in the order of the contract. `round` as a
//! continuation stands for one that opens.

use std::{collections::HashSet, sync::LazyLock};

use flinks_gateway::{
    domain::{
        challenge::{Challenge, Kind, Round, Unrecognized},
        names::{CallerName, InstanceName, RequestId, Secret},
        request::Subject,
    },
    grpc::{
        continuation::{KEY_LENGTH, Keys},
        decode::{self, Instances, Invalid, Unanswerable},
    },
    pb,
};
use jiff::Timestamp;
use prost::Message;
use secrecy::ExposeSecret;
use tonic::{Code, Status};

use super::holds_canary;

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::new(&[[7; KEY_LENGTH]]));
static CONTINUATION: LazyLock<String> =
    LazyLock::new(|| KEYS.seal(&round(), &CallerName::anyone()));

/// Whatever is received.
pub fn run(bytes: &[u8]) {
    let Some((which, message)) = bytes.split_first() else {
        return;
    };
    match which % 3 {
        0 => authorize(message),
        1 => answer_challenges(message),
        _ => cached_authorize(message),
    }
}

fn authorize(bytes: &[u8]) {
    let Ok(message) = pb::AuthorizeRequest::decode(bytes) else {
        return;
    };
    match decode::authorize(message, &instances()) {
        Err(invalid) => assert_told(invalid, bytes),
        Ok(request) => {
            if let Subject::Credentials {
                institution,
                username,
                password,
            } = &request.subject
            {
                assert!((1..=128).contains(&institution.chars().count()));
                assert!(!institution.chars().any(char::is_control));
                for secret in [username, password] {
                    assert!((1..=256).contains(&secret.expose_secret().chars().count()));
                }
            }
            assert!(request.save || !(request.schedule_refresh || request.with_mfa_questions));
            assert!(instances().names.contains(&request.instance));
            assert_tag(request.tag.as_ref());
        }
    }
}

fn answer_challenges(bytes: &[u8]) {
    let Ok(mut message) = pb::AnswerChallengesRequest::decode(bytes) else {
        return;
    };
    let is_ours = message.continuation == "round";
    if is_ours {
        message.continuation.clone_from(&CONTINUATION);
    }
    let caller = CallerName::anyone();
    match decode::answer_challenges(message, &KEYS, &caller, &instances(), Timestamp::UNIX_EPOCH) {
        Err(Unanswerable::Invalid(invalid)) => assert_told(invalid, bytes),
        Err(Unanswerable::Expired(_)) => panic!("the round ends later"),
        Ok(request) => {
            assert!(is_ours, "a continuation was made up");
            let mut keys = HashSet::new();
            for (key, values) in &request.responses {
                assert!(keys.insert(key), "one answer would hide another");
                assert!(!key.is_empty() && !values.is_empty());
            }
            assert!((1..=request.round.challenges.len()).contains(&keys.len()));
        }
    }
}

fn cached_authorize(bytes: &[u8]) {
    let Ok(message) = pb::CachedAuthorizeRequest::decode(bytes) else {
        return;
    };
    match decode::cached_authorize(message, &instances()) {
        Err(invalid) => assert_told(invalid, bytes),
        Ok(request) => {
            assert_eq!(request.login_id.0.expose_secret().len(), 36);
            assert!(instances().names.contains(&request.instance));
            assert_tag(request.tag.as_ref());
        }
    }
}

fn assert_tag(tag: Option<&Secret>) {
    assert!(tag.is_none_or(|tag| (1..=512).contains(&tag.expose_secret().chars().count())));
}

/// A refusal names fields and rules, never what was sent, and fits into the headers that clients take.
fn assert_told(invalid: Invalid, sent: &[u8]) {
    const FIELDS: [&str; 12] = [
        "answers",
        "continuation",
        "credentials.institution",
        "credentials.password",
        "credentials.username",
        "instance",
        "language",
        "login_id",
        "save",
        "schedule_refresh",
        "subject",
        "tag",
    ];
    assert!((1..=25).contains(&invalid.violations.len()));
    for violation in &invalid.violations {
        let field = &violation.field;
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.[]".contains(&byte)
        };
        let is_answer = field.starts_with("answers[") && field.bytes().all(plain);
        let known = FIELDS.contains(&field.as_str()) || field == "with_mfa_questions";
        assert!(known || is_answer, "{field}");
    }
    let status = Status::from(invalid);
    assert_eq!(status.code(), Code::InvalidArgument);
    if holds_canary(sent) {
        assert!(!holds_canary(status.message().as_bytes()));
        assert!(!holds_canary(status.details()));
    }
    let head = status.into_http::<()>();
    let weigh = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        name.as_str().len() + value.len() + 32
    };
    let weight: usize = head.headers().iter().map(weigh).sum();
    assert!(weight <= 8192, "{weight} bytes of headers");
}

fn instances() -> Instances {
    let [ca, us] = ["ca", "us"].map(|name| InstanceName(name.to_owned()));
    Instances {
        names: vec![ca.clone(), us],
        default: Some(ca),
    }
}

/// A round of every kind, two of which share a prompt.
fn round() -> Round {
    let secret = |text: &str| Secret::from(text.to_owned());
    let options = || ["a", "b", "a", "Où ?"].map(secret).to_vec();
    let kinds = [
        Kind::QuestionAndAnswer,
        Kind::QuestionAndAnswer,
        Kind::QuestionSelection(options()),
        Kind::MultipleChoice(options()),
        Kind::MultipleSelection(options()),
        Kind::ImageSelection(options()),
        Kind::TextOrCall(options()),
        Kind::Unrecognized(Unrecognized {
            type_name: secret(""),
            iterables: Vec::new(),
            raw: Vec::new(),
        }),
    ];
    let prompts = ["q", "q", "r", "s", "t", "u", "v", "w"];
    let challenge = |(kind, prompt)| Challenge {
        prompt: secret(prompt),
        kind,
    };
    Round {
        request_id: RequestId::parse("id".to_owned()).expect("letters"),
        instance: InstanceName("ca".to_owned()),
        by_login_id: false,
        token: None,
        challenges: kinds.into_iter().zip(prompts).map(challenge).collect(),
        number: 1,
        previous_answers_rejected: false,
        issued: Timestamp::UNIX_EPOCH,
        expires: Timestamp::MAX,
        institution: None,
        tag: None,
    }
}
