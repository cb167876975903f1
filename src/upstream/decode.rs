//! What Flinks answered, to an outcome or a failure. Status first, then content type, then JSON.
//!
//! 202 and 203 are 2xx and yet no success, a 401 can be a fresh round of challenges, and a 200 can hold a body that
//! says otherwise: where transport and body disagree, the more specific of them counts.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value as Json;

use super::{
    fault::{self, Context},
    http::Reply,
    wire::Object,
};
use crate::domain::{
    challenge::{Challenge, Kind, Unrecognized, Value},
    failure::{BodyFaultKind, Failure, Reason},
    names::{AuthKey, FlinksCode, LoginId, RequestId, Secret},
    outcome::{Institution, Link, Login, PendingOperation, Session},
};

/// What an `/Authorize` reply means.
pub(super) enum Meaning {
    Session(Session),
    Challenged(Challenged),
    Pending(PendingOperation),
}

/// A round as far as Flinks knows of it.
pub(super) struct Challenged {
    pub request_id: RequestId,
    pub challenges: Vec<Challenge>,
    pub answers_rejected: bool,
    pub http_status: u16,
    pub institution: Option<Institution>,
    pub tag: Option<Secret>,
}

/// Reads a reply to `/Authorize`. `session` is the session that was answered, for replies that do not repeat it.
pub(super) fn authorize(
    reply: Reply,
    by_login_id: bool,
    session: Option<&RequestId>,
) -> Result<Meaning, Failure> {
    let status = reply.status;
    let seen = |failure: Failure| Failure {
        http_status: Some(status),
        request_id: failure.request_id.or_else(|| session.cloned()),
        ..failure
    };
    let mut body = object(reply).map_err(seen)?;
    meaning(&mut body, status, by_login_id, session).map_err(seen)
}

/// Reads a reply to `/GenerateAuthorizeToken`.
pub(super) fn token(reply: Reply) -> Result<AuthKey, Failure> {
    let status = reply.status;
    let seen = |failure: Failure| Failure {
        http_status: Some(status),
        ..failure
    };
    let mut body = object(reply).map_err(seen)?;
    let code = code(&mut body).map_err(seen)?;
    if status != 200 || code.as_ref().is_some_and(|code| code.as_str() != "OK") {
        let context = Context {
            by_login_id: false,
            about_keys: true,
        };
        return Err(seen(Failure {
            flinks_code: code.clone(),
            ..Failure::new(fault::reason(code.as_ref(), status, context))
        }));
    }
    let token = body.text("Token").map_err(seen)?;
    token
        .and_then(AuthKey::parse)
        .ok_or_else(|| seen(Failure::body(BodyFaultKind::Incomplete, "Token")))
}

/// The JSON object of a reply.
fn object(reply: Reply) -> Result<Object, Failure> {
    let fault = |kind| Failure::body(kind, "");
    if (300..400).contains(&reply.status) {
        return Err(fault(BodyFaultKind::Redirect));
    }
    // .NET may put a byte order mark before UTF-8.
    let body = reply
        .body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(&reply.body);
    if body.trim_ascii().is_empty() {
        return Err(fault(BodyFaultKind::Empty));
    }
    let html = |value: &http::HeaderValue| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/html")
    };
    if reply.content_type.as_ref().is_some_and(html) || body.trim_ascii_start().starts_with(b"<") {
        return Err(fault(BodyFaultKind::Html));
    }
    let text = std::str::from_utf8(body).map_err(|_| fault(BodyFaultKind::NotUtf8))?;
    let value = serde_json::from_str(text).map_err(|error| {
        // serde_json has no category for its depth limit; this text of it quotes nothing.
        fault(match error.classify() {
            serde_json::error::Category::Eof => BodyFaultKind::Truncated,
            _ if error.to_string().starts_with("recursion limit exceeded") => {
                BodyFaultKind::TooDeep
            }
            _ => BodyFaultKind::NotJson,
        })
    })?;
    Object::from_value(value, "")
}

fn meaning(
    body: &mut Object,
    status: u16,
    by_login_id: bool,
    session: Option<&RequestId>,
) -> Result<Meaning, Failure> {
    let code = code(body)?.filter(|code| !matches!(code.as_str(), "OK" | "CREATED"));
    let status = match body.integer::<u16>("HttpStatusCode")? {
        Some(inner @ (202 | 203 | 400..)) if status == 200 || status == 201 => inner,
        _ => status,
    };
    let named = code.as_ref().map(FlinksCode::as_str);
    match (named, status) {
        (Some("OPERATION_PENDING" | "OPERATION_DISPATCHED"), _) | (None, 202) => {
            return Ok(Meaning::Pending(pending(body, code, session)?));
        }
        (None, 200 | 201 | 203) => {
            let challenges = challenges(body)?;
            if !challenges.is_empty() {
                return Ok(Meaning::Challenged(challenged(
                    body, challenges, session, status,
                )?));
            }
            if status == 203 {
                return Err(Failure::body(
                    BodyFaultKind::Incomplete,
                    "SecurityChallenges",
                ));
            }
            return Ok(Meaning::Session(opened(body, session)?));
        }
        (Some("INVALID_SECURITY_RESPONSE_NO_RETRY"), _) => {}
        // The bank refused the answers and asks again, in the same session.
        (Some("INVALID_SECURITY_RESPONSE"), _) | (_, 401) => {
            let challenges = challenges(body)?;
            if !challenges.is_empty() {
                return Ok(Meaning::Challenged(challenged(
                    body, challenges, session, status,
                )?));
            }
        }
        _ => {}
    }
    if (200..300).contains(&status) && code.is_none() {
        return Err(Failure::body(BodyFaultKind::WrongType, "HttpStatusCode"));
    }
    let message = body.text("Message").unwrap_or_default();
    let context = Context {
        by_login_id,
        about_keys: message.is_some_and(|message| is_about_keys(&message)),
    };
    Err(Failure {
        request_id: request_id(body, None).ok(),
        flinks_code: code.clone(),
        ..Failure::new(fault::reason(code.as_ref(), status, context))
    })
}

/// Whether a failure says that the authorize token was refused: the one case in which a call may be sent again.
pub(super) fn is_token_refused(failure: &Failure) -> bool {
    failure.reason == Reason::UpstreamKeysRefused
        && failure.http_status == Some(401)
        && failure
            .flinks_code
            .as_ref()
            .is_some_and(|code| code.as_str() == "UNAUTHORIZED")
}

/// Flinks' words: "You must provide a valid auth key", "… authorize token".
fn is_about_keys(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("auth key") || message.contains("authorize token")
}

/// Some deployments write `flinksCode` or `Code`.
fn code(body: &mut Object) -> Result<Option<FlinksCode>, Failure> {
    let text = match body.text("FlinksCode")? {
        Some(text) => Some(text),
        None => body.text("Code").unwrap_or_default(),
    };
    match text {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => FlinksCode::parse(&text)
            .map(Some)
            .ok_or_else(|| Failure::body(BodyFaultKind::WrongType, "FlinksCode")),
    }
}

fn request_id(body: &mut Object, session: Option<&RequestId>) -> Result<RequestId, Failure> {
    match body.text("RequestId")? {
        Some(text) => RequestId::parse(text)
            .ok_or_else(|| Failure::body(BodyFaultKind::WrongType, "RequestId")),
        None => session
            .cloned()
            .ok_or_else(|| Failure::body(BodyFaultKind::Incomplete, "RequestId")),
    }
}

fn opened(body: &mut Object, session: Option<&RequestId>) -> Result<Session, Failure> {
    Ok(Session {
        request_id: request_id(body, session)?,
        login: body.object("Login")?.map(login).transpose()?.flatten(),
        institution: institution(body)?,
        links: links(body)?,
        tag: tag(body)?,
    })
}

fn pending(
    body: &mut Object,
    flinks_code: Option<FlinksCode>,
    session: Option<&RequestId>,
) -> Result<PendingOperation, Failure> {
    Ok(PendingOperation {
        request_id: request_id(body, session)?,
        flinks_code,
        links: links(body)?,
    })
}

fn challenged(
    body: &mut Object,
    challenges: Vec<Challenge>,
    session: Option<&RequestId>,
    status: u16,
) -> Result<Challenged, Failure> {
    Ok(Challenged {
        request_id: request_id(body, session)?,
        challenges,
        answers_rejected: session.is_some() && status >= 400,
        http_status: status,
        institution: institution(body)?,
        tag: tag(body)?,
    })
}

fn tag(body: &mut Object) -> Result<Option<Secret>, Failure> {
    Ok(body.text("Tag")?.map(Secret::from))
}

fn institution(body: &mut Object) -> Result<Option<Institution>, Failure> {
    let name = body.text("Institution")?;
    let display_name = body.text("InstitutionName")?;
    let id = body.integer("InstitutionId")?;
    Ok(
        (name.is_some() || display_name.is_some() || id.is_some()).then(|| Institution {
            name: name.unwrap_or_default(),
            display_name,
            id,
        }),
    )
}

fn links(body: &mut Object) -> Result<Vec<Link>, Failure> {
    let link = |mut link: Object| {
        Ok(Link {
            rel: link.text("rel")?.unwrap_or_default(),
            href: link.text("href")?.unwrap_or_default(),
            example: link.text("example")?,
        })
    };
    body.objects("Links")?.into_iter().map(link).collect()
}

/// A login without an id is no saved login.
fn login(mut login: Object) -> Result<Option<Login>, Failure> {
    let Some(id) = login.text("Id")?.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Login {
        id: LoginId::parse(id)
            .ok_or_else(|| Failure::body(BodyFaultKind::WrongType, "Login.Id"))?,
        username: login.text("Username")?.map(Secret::from),
        type_name: login.text("Type")?,
        scheduled_refresh: login.bool("IsScheduledRefresh")?.unwrap_or_default(),
        last_refresh: login
            .any("LastRefresh")
            .and_then(Json::as_str)
            .and_then(time),
    }))
}

/// Flinks writes UTC, mostly without saying so, with any number of fraction digits.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let time: Option<Timestamp> = text.parse().ok().or_else(|| {
        let zoneless: civil::DateTime = text.parse().ok()?;
        Some(zoneless.to_zoned(TimeZone::UTC).ok()?.timestamp())
    });
    // .NET's smallest time stands for none.
    time.filter(|time| time.as_second() > YEAR_ONE)
}

/// 0001-01-01T00:00:00Z in seconds from 1970: where .NET's times begin, and protobuf's.
const YEAR_ONE: i64 = -62_135_596_800;

fn challenges(body: &mut Object) -> Result<Vec<Challenge>, Failure> {
    body.objects("SecurityChallenges")?
        .into_iter()
        .map(challenge)
        .collect()
}

fn challenge(object: Object) -> Result<Challenge, Failure> {
    let text = |name| {
        object
            .any(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (type_name, prompt) = (text("Type"), text("Prompt"));
    let iterables: Vec<Secret> = match object.any("Iterables") {
        Some(Json::Array(values)) => values
            .iter()
            .filter_map(Json::as_str)
            .map(|text| text.to_owned().into())
            .collect(),
        _ => Vec::new(),
    };
    let kind = match known_kind(&type_name, &object) {
        Some(Known::QuestionAndAnswer) if iterables.is_empty() => Kind::QuestionAndAnswer,
        Some(Known::QuestionAndAnswer) => Kind::QuestionSelection(iterables),
        Some(Known::MultipleChoice) if !iterables.is_empty() => Kind::MultipleChoice(iterables),
        Some(Known::MultipleSelection) if !iterables.is_empty() => {
            Kind::MultipleSelection(iterables)
        }
        Some(Known::ImageSelection) if !iterables.is_empty() => Kind::ImageSelection(iterables),
        Some(Known::TextOrCall) if !iterables.is_empty() => Kind::TextOrCall(iterables),
        _ => Kind::Unrecognized(Unrecognized {
            type_name,
            iterables,
            raw: object.into_properties().into_iter().map(property).collect(),
        }),
    };
    Ok(Challenge {
        prompt: prompt.into(),
        kind,
    })
}

enum Known {
    QuestionAndAnswer,
    MultipleChoice,
    MultipleSelection,
    ImageSelection,
    TextOrCall,
}

/// The kind of a challenge that keeps to its form. One that does not is shown whole, as unrecognized.
fn known_kind(type_name: &str, object: &Object) -> Option<Known> {
    let base64 = |image: &Json| {
        image
            .as_str()
            .is_some_and(|text| STANDARD.decode(text).is_ok())
    };
    let iterables = match object.any("Iterables") {
        None => &[][..],
        Some(json) => json.as_array()?,
    };
    let prompt_is_text = object.any("Prompt").is_none_or(Json::is_string);
    if !prompt_is_text || !iterables.iter().all(Json::is_string) {
        return None;
    }
    Some(match type_name {
        "QuestionAndAnswer" => Known::QuestionAndAnswer,
        "MultipleChoice" => Known::MultipleChoice,
        "MultipleChoiceMultipleAnswers" => Known::MultipleSelection,
        "ImageSelection" if iterables.iter().all(base64) => Known::ImageSelection,
        "TextOrCall" => Known::TextOrCall,
        _ => return None,
    })
}

fn property((name, value): (String, Json)) -> (Secret, Value) {
    (name.into(), self::value(value))
}

fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::Text(text.into()),
        Json::Array(values) => Value::List(values.into_iter().map(value).collect()),
        Json::Object(properties) => Value::Object(properties.into_iter().map(property).collect()),
    }
}
