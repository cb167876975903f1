//! What is shown: that it says what it must, and that no text from elsewhere gets through as it is.

use std::collections::HashMap;
use tonic::Code;

use tonic_types::{ErrorDetails, FieldViolation};

use super::*;

/// Clears the screen, rings, forges a line of ours, reverses the reading direction.
const HOSTILE: &str = "\u{1b}[2J\u{7}\r\nPassword: \u{202e}\u{9b}31m\u{200b}x";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn full_round(kind: Kind) -> (pb::ChallengeRound, pb::Challenge) {
    let challenge = pb::Challenge {
        id: hostile(),
        prompt: hostile(),
        kind: Some(kind),
    };
    let round = pb::ChallengeRound {
        continuation: hostile(),
        request_id: hostile(),
        challenges: vec![challenge.clone()],
        round: 2,
        previous_answers_rejected: true,
        expire_time: None,
        institution: Some(institution(HOSTILE)),
        tag: hostile(),
    };
    (round, challenge)
}

fn institution(text: &str) -> pb::Institution {
    pb::Institution {
        name: text.to_owned(),
        display_name: text.to_owned(),
        id: 14,
    }
}

fn link(text: &str) -> pb::Link {
    pb::Link {
        resource: 0,
        rel: text.to_owned(),
        href: text.to_owned(),
        example: text.to_owned(),
    }
}

fn full_session(text: &str) -> pb::Session {
    pb::Session {
        request_id: text.to_owned(),
        login: Some(pb::Login {
            login_id: text.to_owned(),
            username: text.to_owned(),
            r#type: pb::LoginType::Other.into(),
            scheduled_refresh: true,
            last_refresh_time: Some(prost_types::Timestamp {
                seconds: 0,
                nanos: 0,
            }),
            type_name: text.to_owned(),
        }),
        institution: Some(institution(text)),
        links: vec![link(text)],
        tag: text.to_owned(),
    }
}

fn full_status(text: &str, reason: &str) -> Status {
    let metadata = [
        "next_step",
        "retryable",
        "flinks_code",
        "http_status",
        "request_id",
        "fault",
        "path",
    ]
    .map(|key| (key.to_owned(), text.to_owned()));
    let mut details =
        ErrorDetails::with_error_info(reason, "flinks-gateway", HashMap::from(metadata));
    details.set_bad_request(vec![FieldViolation::new(text, text)]);
    details.set_retry_info(Some(Duration::from_secs(300)));
    Status::with_error_details(Code::Aborted, text, details)
}

#[test]
fn no_text_from_elsewhere_drives_the_terminal() {
    let texts = || vec![hostile()];
    let raw = prost_types::Struct {
        fields: [(
            hostile(),
            prost_types::Value {
                kind: Some(prost_types::value::Kind::StringValue(hostile())),
            },
        )]
        .into(),
    };
    let mut shown = vec![
        session(&full_session(HOSTILE), HOSTILE),
        failure(&full_status(HOSTILE, HOSTILE)),
        violations(&full_status(HOSTILE, HOSTILE)),
        pending(
            &pb::PendingOperation {
                request_id: hostile(),
                flinks_code: hostile(),
                links: vec![link(HOSTILE)],
            },
            HOSTILE,
        ),
    ];
    for kind in [
        Kind::QuestionAndAnswer(pb::QuestionAndAnswer {}),
        Kind::QuestionSelection(pb::QuestionSelection { questions: texts() }),
        Kind::MultipleChoice(pb::MultipleChoice { choices: texts() }),
        Kind::MultipleSelection(pb::MultipleSelection { choices: texts() }),
        Kind::ImageSelection(pb::ImageSelection::default()),
        Kind::TextOrCall(pb::TextOrCall {
            phone_numbers: texts(),
        }),
        Kind::Unrecognized(pb::UnrecognizedChallenge {
            r#type: hostile(),
            iterables: texts(),
            raw: Some(raw),
        }),
    ] {
        let (round, challenge) = full_round(kind);
        shown.push(super::round(&round, SystemTime::now()));
        shown.push(super::challenge(
            &challenge,
            1,
            1,
            &[PathBuf::from(HOSTILE)],
        ));
    }
    for text in shown {
        let tricky = text.chars().find(|char| *char != '\n' && is_tricky(*char));
        assert_eq!(tricky, None, "{text}");
        assert!(
            text.lines().all(|line| !line.starts_with("Password")),
            "a line of ours was forged: {text}"
        );
    }
}

#[test]
fn what_can_be_read_stays_as_it_is() {
    let text = "Où est née l'e\u{301}toile « d'hier » • 銀行 🏦 ?";
    assert_eq!(Plain(text).to_string(), text);
    assert_eq!(Plain("a\tb").to_string(), "a\\u{9}b");
}

#[test]
fn a_session_shows_all_there_is_and_says_that_the_login_id_is_secret() {
    let shown = session(&full_session("TEXT"), "CALL");
    for part in [
        "Request id      TEXT",
        "LoginId         TEXT",
        "This is a secret",
        "Bank            TEXT (number 14)",
        "Last refresh    1970-01-01T00:00:00Z",
        "Nightly refresh on",
        "TEXT              TEXT",
        "x-request-id    CALL",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn a_session_without_a_login_says_so() {
    let shown = session(
        &pb::Session {
            request_id: "1".to_owned(),
            ..pb::Session::default()
        },
        "",
    );
    assert!(shown.contains("the login was not saved"), "{shown}");
    assert!(!shown.contains("x-request-id"), "{shown}");
}

#[test]
fn an_error_says_what_happened_and_who_does_what() {
    let mut status = full_status("TEXT", "ERROR_REASON_SOMETHING");
    status
        .metadata_mut()
        .insert("x-request-id", "CALL".parse().unwrap());
    let shown = failure(&status);
    for part in [
        "That did not work: TEXT",
        "gRPC code       ABORTED",
        "Reason          ERROR_REASON_SOMETHING",
        "Next step       TEXT",
        "Flinks code     TEXT",
        "Wait            5 min",
        "Field           TEXT TEXT",
        "Request id      TEXT",
        "x-request-id    CALL",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn every_next_step_has_words() {
    let steps = (1..).map_while(|number| NextStep::try_from(number).ok());
    let steps: Vec<NextStep> = steps.collect();
    assert!(steps.contains(&NextStep::ContactOperator));
    for step in steps {
        assert!(next_step(step).is_some(), "{step:?}");
    }
}

#[test]
fn an_error_from_elsewhere_promises_nothing() {
    let shown = failure(&Status::unavailable("proxy"));
    assert!(
        shown.contains("Whether the bank was asked is unknown"),
        "{shown}"
    );
}

#[test]
fn a_round_says_how_long_it_can_be_answered() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    for (seconds, shown) in [
        (1478, "7 min 58 s; the bank may be faster"),
        (1000, "0 s; the bank may be faster"),
        (999, "none: the round has expired"),
    ] {
        let (mut round, _) = full_round(Kind::QuestionAndAnswer(pb::QuestionAndAnswer {}));
        round.expire_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        let text = super::round(&round, now);
        assert!(text.contains(shown), "{shown} in {text}");
        assert!(text.contains("did not accept the answers"), "{text}");
    }
}

#[test]
fn durations_are_told_in_two_units() {
    for (seconds, told) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h 0 min"),
    ] {
        assert_eq!(words(Duration::from_secs(seconds)), told);
    }
}
