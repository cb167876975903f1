//! Outcomes to messages. Total: an outcome that cannot be expressed would be a fault of the proto.

#![expect(
    clippy::disallowed_methods,
    reason = "what a bank asks leaves here, for the caller who asked"
)]

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use prost_types::{Struct, value};
use secrecy::ExposeSecret;

use super::continuation::Keys;
use crate::{
    domain::{
        challenge::{Challenge, Kind, Round, Value},
        names::{CallerName, Secret},
        outcome::{CachedOutcome, Institution, Link, Login, Outcome, PendingOperation, Session},
    },
    pb,
};

/// Encodes how a sign-in went.
pub fn authorize(outcome: Outcome, keys: &Keys, caller: &CallerName) -> pb::AuthorizeResponse {
    use pb::authorize_response::Outcome as Wire;
    pb::AuthorizeResponse {
        outcome: Some(match outcome {
            Outcome::Session(session) => Wire::Session(self::session(session)),
            Outcome::Challenged(round) => {
                Wire::ChallengeRound(challenge_round(*round, keys, caller))
            }
            Outcome::Pending(pending) => Wire::Pending(pending_operation(pending)),
        }),
    }
}

/// Encodes how a sign-in went on.
pub fn answer_challenges(
    outcome: Outcome,
    keys: &Keys,
    caller: &CallerName,
) -> pb::AnswerChallengesResponse {
    use pb::answer_challenges_response::Outcome as Wire;
    pb::AnswerChallengesResponse {
        outcome: Some(match outcome {
            Outcome::Session(session) => Wire::Session(self::session(session)),
            Outcome::Challenged(round) => {
                Wire::ChallengeRound(challenge_round(*round, keys, caller))
            }
            Outcome::Pending(pending) => Wire::Pending(pending_operation(pending)),
        }),
    }
}

/// Encodes how reopening a saved login went.
pub fn cached_authorize(outcome: CachedOutcome) -> pb::CachedAuthorizeResponse {
    use pb::cached_authorize_response::Outcome as Wire;
    pb::CachedAuthorizeResponse {
        outcome: Some(match outcome {
            CachedOutcome::Session(session) => Wire::Session(self::session(session)),
            CachedOutcome::Pending(pending) => Wire::Pending(pending_operation(pending)),
        }),
    }
}

fn session(session: Session) -> pb::Session {
    pb::Session {
        request_id: session.request_id.as_str().to_owned(),
        login: session.login.map(login),
        institution: session.institution.map(institution),
        links: session.links.into_iter().map(link).collect(),
        tag: text_or_empty(session.tag),
    }
}

fn login(login: Login) -> pb::Login {
    let type_name = text_or_empty(login.type_name);
    let r#type = match type_name.to_ascii_lowercase().as_str() {
        "" => pb::LoginType::Unspecified,
        "personal" => pb::LoginType::Personal,
        "business" => pb::LoginType::Business,
        _ => pb::LoginType::Other,
    };
    pb::Login {
        login_id: text(&login.id.0),
        username: text_or_empty(login.username),
        r#type: r#type.into(),
        scheduled_refresh: login.scheduled_refresh,
        last_refresh_time: login.last_refresh.map(timestamp),
        type_name,
    }
}

fn institution(institution: Institution) -> pb::Institution {
    pb::Institution {
        name: institution.name,
        display_name: text_or_empty(institution.display_name),
        id: institution.id.unwrap_or_default(),
    }
}

fn link(link: Link) -> pb::Link {
    let rel = text(&link.rel);
    // The links of a 202 are named for endpoints: GetAccountsDetailAsync.
    let resource = match rel.trim_end_matches("Async").trim_start_matches("Get") {
        "AccountsDetail" => pb::Resource::AccountsDetail,
        "AccountsSummary" => pb::Resource::AccountsSummary,
        "Statements" => pb::Resource::Statements,
        "Authorization" => pb::Resource::Authorization,
        _ => pb::Resource::Unspecified,
    };
    pb::Link {
        resource: resource.into(),
        rel,
        href: text(&link.href),
        example: text_or_empty(link.example),
    }
}

fn pending_operation(pending: PendingOperation) -> pb::PendingOperation {
    pb::PendingOperation {
        request_id: pending.request_id.as_str().to_owned(),
        flinks_code: pending
            .flinks_code
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        links: pending.links.into_iter().map(link).collect(),
    }
}

fn challenge_round(round: Round, keys: &Keys, caller: &CallerName) -> pb::ChallengeRound {
    pb::ChallengeRound {
        continuation: keys.seal(&round, caller),
        request_id: round.request_id.as_str().to_owned(),
        challenges: round
            .challenges
            .into_iter()
            .enumerate()
            .map(challenge)
            .collect(),
        round: round.number,
        previous_answers_rejected: round.previous_answers_rejected,
        expire_time: Some(timestamp(round.expires)),
        institution: round.institution.map(institution),
        tag: text_or_empty(round.tag),
    }
}

fn challenge((place, challenge): (usize, Challenge)) -> pb::Challenge {
    use pb::challenge::Kind as Wire;
    let kind = match challenge.kind {
        Kind::QuestionAndAnswer => Wire::QuestionAndAnswer(pb::QuestionAndAnswer {}),
        Kind::QuestionSelection(questions) => Wire::QuestionSelection(pb::QuestionSelection {
            questions: texts(&questions),
        }),
        Kind::MultipleChoice(choices) => Wire::MultipleChoice(pb::MultipleChoice {
            choices: texts(&choices),
        }),
        Kind::MultipleSelection(choices) => Wire::MultipleSelection(pb::MultipleSelection {
            choices: texts(&choices),
        }),
        Kind::ImageSelection(images) => Wire::ImageSelection(pb::ImageSelection {
            images: images.iter().map(image).collect(),
        }),
        Kind::TextOrCall(phone_numbers) => Wire::TextOrCall(pb::TextOrCall {
            phone_numbers: texts(&phone_numbers),
        }),
        Kind::Unrecognized(challenge) => Wire::Unrecognized(pb::UnrecognizedChallenge {
            r#type: text(&challenge.type_name),
            iterables: texts(&challenge.iterables),
            raw: Some(object(challenge.raw)),
        }),
    };
    pb::Challenge {
        id: (place + 1).to_string(),
        prompt: text(&challenge.prompt),
        kind: Some(kind),
    }
}

fn image(base64: &Secret) -> pb::Image {
    let content = STANDARD.decode(base64.expose_secret()).unwrap_or_default();
    pb::Image {
        media_type: media_type(&content).to_owned(),
        content: content.into(),
    }
}

fn media_type(content: &[u8]) -> &'static str {
    match content {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [b'B', b'M', ..] => "image/bmp",
        _ => "application/octet-stream",
    }
}

fn object(fields: Vec<(Secret, Value)>) -> Struct {
    Struct {
        fields: fields
            .into_iter()
            .map(|(name, field)| (text(&name), self::value(field)))
            .collect(),
    }
}

fn value(value: Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => value::Kind::NullValue(0),
        Value::Bool(bool) => value::Kind::BoolValue(bool),
        Value::Number(number) => value::Kind::NumberValue(number),
        Value::Text(text) => value::Kind::StringValue(self::text(&text)),
        Value::List(values) => value::Kind::ListValue(prost_types::ListValue {
            values: values.into_iter().map(self::value).collect(),
        }),
        Value::Object(fields) => value::Kind::StructValue(object(fields)),
    };
    prost_types::Value { kind: Some(kind) }
}

fn text(secret: &Secret) -> String {
    secret.expose_secret().to_owned()
}

fn texts(secrets: &[Secret]) -> Vec<String> {
    secrets.iter().map(text).collect()
}

fn text_or_empty(secret: Option<Secret>) -> String {
    secret.as_ref().map(text).unwrap_or_default()
}

fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    // Protobuf counts nanoseconds forwards from the second below, before 1970 too.
    let nanos = time.as_nanosecond();
    prost_types::Timestamp {
        seconds: i64::try_from(nanos.div_euclid(1_000_000_000)).expect("jiff's years fit"),
        nanos: i32::try_from(nanos.rem_euclid(1_000_000_000)).expect("less than a second"),
    }
}
