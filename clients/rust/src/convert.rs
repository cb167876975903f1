//! Between this crate's types and the stubs': the one place that knows both.

use std::time::SystemTime;

use prost_types::{Struct, Timestamp, Value, value};

use crate::{
    AuthorizeRequest, CachedAuthorizeRequest, CachedOutcome, Challenge, ChallengeKind, ChallengeRound, Credentials,
    Image, Institution, Json, Language, Link, Login, LoginType, Outcome, PendingOperation, Resource, Session, Subject,
    UnrecognizedChallenge,
    stubs::v1::{self, authorize_request, authorize_response, cached_authorize_response, challenge},
};

impl From<AuthorizeRequest> for v1::AuthorizeRequest {
    fn from(request: AuthorizeRequest) -> Self {
        let subject = match request.subject {
            Subject::Credentials(Credentials { institution, username, password }) => {
                let credentials = v1::Credentials { institution, username, password };
                authorize_request::Subject::Credentials(credentials)
            }
            Subject::LoginId(login_id) => authorize_request::Subject::LoginId(login_id),
        };
        let language = match request.language {
            None => v1::Language::Unspecified,
            Some(Language::En) => v1::Language::En,
            Some(Language::Fr) => v1::Language::Fr,
        };
        Self {
            subject: Some(subject),
            save: Some(request.save),
            language: language.into(),
            tag: request.tag,
            schedule_refresh: request.schedule_refresh,
            with_mfa_questions: request.with_mfa_questions,
            instance: request.instance,
        }
    }
}

impl From<CachedAuthorizeRequest> for v1::CachedAuthorizeRequest {
    fn from(request: CachedAuthorizeRequest) -> Self {
        let CachedAuthorizeRequest { login_id, tag, instance } = request;
        Self { login_id, tag, instance }
    }
}

/// An answer of the gateway's as an outcome; none for an outcome that this client does not know.
pub(crate) trait IntoOutcome {
    /// What the method ends in.
    type Outcome;
    fn into_outcome(self) -> Option<Self::Outcome>;
}

impl IntoOutcome for v1::AuthorizeResponse {
    type Outcome = Outcome;
    fn into_outcome(self) -> Option<Outcome> {
        use authorize_response::Outcome as Wire;
        Some(match self.outcome? {
            Wire::Session(session) => Outcome::Session(session.into()),
            Wire::ChallengeRound(round) => Outcome::ChallengeRound(round.into()),
            Wire::Pending(pending) => Outcome::Pending(pending.into()),
        })
    }
}

impl IntoOutcome for v1::AnswerChallengesResponse {
    type Outcome = Outcome;
    fn into_outcome(self) -> Option<Outcome> {
        use v1::answer_challenges_response::Outcome as Wire;
        Some(match self.outcome? {
            Wire::Session(session) => Outcome::Session(session.into()),
            Wire::ChallengeRound(round) => Outcome::ChallengeRound(round.into()),
            Wire::Pending(pending) => Outcome::Pending(pending.into()),
        })
    }
}

impl IntoOutcome for v1::CachedAuthorizeResponse {
    type Outcome = CachedOutcome;
    fn into_outcome(self) -> Option<CachedOutcome> {
        use cached_authorize_response::Outcome as Wire;
        Some(match self.outcome? {
            Wire::Session(session) => CachedOutcome::Session(session.into()),
            Wire::Pending(pending) => CachedOutcome::Pending(pending.into()),
        })
    }
}

impl From<v1::Session> for Session {
    fn from(session: v1::Session) -> Self {
        Self {
            request_id: session.request_id,
            login: session.login.map(Into::into),
            institution: session.institution.map(Into::into),
            links: all(session.links),
            tag: session.tag,
        }
    }
}

impl From<v1::Login> for Login {
    fn from(login: v1::Login) -> Self {
        let r#type = match v1::LoginType::try_from(login.r#type) {
            Ok(v1::LoginType::Unspecified) => LoginType::Unspecified,
            Ok(v1::LoginType::Personal) => LoginType::Personal,
            Ok(v1::LoginType::Business) => LoginType::Business,
            Ok(v1::LoginType::Other) | Err(_) => LoginType::Other,
        };
        Self {
            login_id: login.login_id,
            username: login.username,
            r#type,
            scheduled_refresh: login.scheduled_refresh,
            last_refresh_time: time(login.last_refresh_time),
            type_name: login.type_name,
        }
    }
}

impl From<v1::Institution> for Institution {
    fn from(institution: v1::Institution) -> Self {
        let v1::Institution { name, display_name, id } = institution;
        Self { name, display_name, id }
    }
}

impl From<v1::Link> for Link {
    fn from(link: v1::Link) -> Self {
        let resource = match v1::Resource::try_from(link.resource) {
            Ok(v1::Resource::Unspecified) | Err(_) => Resource::Unspecified,
            Ok(v1::Resource::AccountsDetail) => Resource::AccountsDetail,
            Ok(v1::Resource::AccountsSummary) => Resource::AccountsSummary,
            Ok(v1::Resource::Statements) => Resource::Statements,
            Ok(v1::Resource::Authorization) => Resource::Authorization,
        };
        Self { resource, rel: link.rel, href: link.href, example: link.example }
    }
}

impl From<v1::PendingOperation> for PendingOperation {
    fn from(pending: v1::PendingOperation) -> Self {
        Self { request_id: pending.request_id, flinks_code: pending.flinks_code, links: all(pending.links) }
    }
}

impl From<v1::ChallengeRound> for ChallengeRound {
    fn from(round: v1::ChallengeRound) -> Self {
        Self {
            continuation: round.continuation,
            request_id: round.request_id,
            challenges: all(round.challenges),
            round: round.round,
            previous_answers_rejected: round.previous_answers_rejected,
            expire_time: time(round.expire_time),
            institution: round.institution.map(Into::into),
            tag: round.tag,
        }
    }
}

impl From<v1::Challenge> for Challenge {
    fn from(challenge: v1::Challenge) -> Self {
        use challenge::Kind;
        let kind = match challenge.kind {
            Some(Kind::QuestionAndAnswer(v1::QuestionAndAnswer {})) => ChallengeKind::QuestionAndAnswer,
            Some(Kind::QuestionSelection(v1::QuestionSelection { questions })) => {
                ChallengeKind::QuestionSelection { questions }
            }
            Some(Kind::MultipleChoice(v1::MultipleChoice { choices })) => ChallengeKind::MultipleChoice { choices },
            Some(Kind::MultipleSelection(v1::MultipleSelection { choices })) => {
                ChallengeKind::MultipleSelection { choices }
            }
            Some(Kind::ImageSelection(v1::ImageSelection { images })) => {
                ChallengeKind::ImageSelection { images: all(images) }
            }
            Some(Kind::TextOrCall(v1::TextOrCall { phone_numbers })) => ChallengeKind::TextOrCall { phone_numbers },
            Some(Kind::Unrecognized(v1::UnrecognizedChallenge { r#type, iterables, raw })) => {
                ChallengeKind::Unrecognized(UnrecognizedChallenge { r#type, iterables, raw: raw.map(object) })
            }
            None => ChallengeKind::Unrecognized(UnrecognizedChallenge::default()),
        };
        Self { id: challenge.id, prompt: challenge.prompt, kind }
    }
}

impl From<v1::Image> for Image {
    fn from(image: v1::Image) -> Self {
        let v1::Image { content, media_type } = image;
        Self { content, media_type }
    }
}

fn object(fields: Struct) -> Json {
    let fields = fields.fields.into_iter();
    Json::Object(fields.map(|(name, value)| (name, json(value))).collect())
}

fn json(value: Value) -> Json {
    match value.kind {
        None | Some(value::Kind::NullValue(_)) => Json::Null,
        Some(value::Kind::BoolValue(bool)) => Json::Bool(bool),
        Some(value::Kind::NumberValue(number)) => Json::Number(number),
        Some(value::Kind::StringValue(string)) => Json::String(string),
        Some(value::Kind::ListValue(list)) => Json::Array(list.values.into_iter().map(json).collect()),
        Some(value::Kind::StructValue(fields)) => object(fields),
    }
}

fn all<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

/// None for a time that this machine cannot count to either.
fn time(timestamp: Option<Timestamp>) -> Option<SystemTime> {
    SystemTime::try_from(timestamp?).ok()
}
