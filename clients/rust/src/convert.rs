//! Between this crate's types and the stubs': the one place that knows both.

use std::time::SystemTime;

use prost_types::{Struct, Timestamp, Value, value};

use crate::{
    AuthorizeRequest, CachedAuthorizeRequest, ChallengeKind, Credentials, FinalOutcome, Json, LoginType, Outcome,
    Resource, Subject, UnrecognizedChallenge,
    stubs::v1::{self, authorize_request, challenge::Kind},
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
        Self {
            subject: Some(subject),
            save: Some(request.save),
            language: request.language.into(),
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

macro_rules! outcomes {
    ($($response:ident($module:ident) => $ours:ident { $($outcome:ident),* };)*) => {$(
        impl IntoOutcome for v1::$response {
            type Outcome = $ours;
            fn into_outcome(self) -> Option<$ours> {
                Some(match self.outcome? {
                    $(v1::$module::Outcome::$outcome(it) => $ours::$outcome(it.into()),)*
                })
            }
        }
    )*};
}

outcomes! {
    AuthorizeResponse(authorize_response) => Outcome { Session, ChallengeRound, Pending };
    AnswerChallengesResponse(answer_challenges_response) => Outcome { Session, ChallengeRound, Pending };
    CachedAuthorizeResponse(cached_authorize_response) => FinalOutcome { Session, Pending };
}

pub(crate) fn login_type(number: i32) -> LoginType {
    LoginType::try_from(number).unwrap_or(LoginType::Other)
}

pub(crate) fn resource(number: i32) -> Resource {
    Resource::try_from(number).unwrap_or_default()
}

pub(crate) fn kind(kind: Option<Kind>) -> ChallengeKind {
    match kind {
        Some(Kind::QuestionAndAnswer(v1::QuestionAndAnswer {})) => ChallengeKind::QuestionAndAnswer,
        Some(Kind::QuestionSelection(it)) => ChallengeKind::QuestionSelection { questions: it.questions },
        Some(Kind::MultipleChoice(it)) => ChallengeKind::MultipleChoice { choices: it.choices },
        Some(Kind::MultipleSelection(it)) => ChallengeKind::MultipleSelection { choices: it.choices },
        Some(Kind::ImageSelection(it)) => ChallengeKind::ImageSelection { images: all(it.images) },
        Some(Kind::TextOrCall(it)) => ChallengeKind::TextOrCall { phone_numbers: it.phone_numbers },
        Some(Kind::Unrecognized(it)) => ChallengeKind::Unrecognized(it.into()),
        None => ChallengeKind::Unrecognized(UnrecognizedChallenge::default()),
    }
}

pub(crate) fn raw(json: Option<Struct>) -> Option<Json> {
    json.map(object)
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

pub(crate) fn option<A: Into<B>, B>(value: Option<A>) -> Option<B> {
    value.map(Into::into)
}

pub(crate) fn all<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

/// None for a time that this machine cannot count to either.
pub(crate) fn time(timestamp: Option<Timestamp>) -> Option<SystemTime> {
    SystemTime::try_from(timestamp?).ok()
}
