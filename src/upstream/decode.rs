//! What Flinks answered, to an outcome or a failure. Status first, then content type, then JSON.
//!
//! 202 and 203 are 2xx and yet no success, a 401 can be a fresh round of challenges, and a 200 can hold a body that
//! says otherwise: where transport and body disagree, the more specific of them counts.

mod challenge;

use jiff::{Timestamp, civil, tz::TimeZone};

use super::{
    fault::{self, About, Context},
    http::Reply,
    json::Json,
    wire::Object,
};
use crate::domain::{
    challenge::Challenge,
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
    pub flinks_code: Option<FlinksCode>,
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
    let meaning =
        object(&reply).and_then(|mut body| meaning(&mut body, status, by_login_id, session));
    meaning.map_err(|failure| Failure {
        request_id: failure.request_id.clone().or_else(|| session.cloned()),
        ..answered(failure, status)
    })
}

/// Reads a reply to `/GenerateAuthorizeToken`. Whatever is wrong is between the gateway and Flinks, and no
/// customer's to mend.
pub(super) fn token(reply: Reply) -> Result<AuthKey, Failure> {
    let status = reply.status;
    let token = object(&reply).and_then(|mut body| {
        let code = code(&mut body, status);
        if status == 200
            && let Some(token) = body.strict_text("Token")?.and_then(AuthKey::parse)
        {
            return Ok(token);
        }
        let reason = match (code.as_ref().map(FlinksCode::as_str), status) {
            (Some("TOO_MANY_REQUESTS"), _) | (_, 429) => Reason::RateLimited,
            (_, 500..) => Reason::UpstreamFailed,
            (None, ..300) => return Err(Failure::body(BodyFaultKind::Incomplete, "Token")),
            _ => Reason::UpstreamKeysRefused,
        };
        Err(Failure {
            flinks_code: code,
            ..Failure::new(reason)
        })
    });
    token.map_err(|failure| answered(failure, status))
}

/// What a status adds to a failure. A 429 says all by itself, whatever page comes with it.
fn answered(failure: Failure, status: u16) -> Failure {
    let reason = match failure.reason {
        Reason::UpstreamResponseInvalid(_) if status == 429 => Reason::RateLimited,
        reason => reason,
    };
    Failure {
        reason,
        http_status: Some(status),
        ..failure
    }
}

/// The JSON object of a reply.
fn object(reply: &Reply) -> Result<Object<'_>, Failure> {
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
    if most_values(body) > MOST_VALUES {
        return Err(fault(BodyFaultKind::TooLarge));
    }
    let text = std::str::from_utf8(body).map_err(|_| fault(BodyFaultKind::NotUtf8))?;
    let json = serde_json::from_str(text).map_err(|error| {
        // serde_json has no category for its depth limit; this text of it quotes nothing.
        fault(match error.classify() {
            serde_json::error::Category::Eof => BodyFaultKind::Truncated,
            _ if error.to_string().starts_with("recursion limit exceeded") => {
                BodyFaultKind::TooDeep
            }
            _ => BodyFaultKind::NotJson,
        })
    })?;
    Object::from_json(json, "")
}

/// More than any reply has. An empty object is three bytes of a reply, and hundreds on its way to the caller.
const MOST_VALUES: usize = 1 << 16;

/// How many values JSON has at most: each is behind a comma, or the first of a list or an object.
fn most_values(json: &[u8]) -> usize {
    let begins = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
    1 + json.iter().filter(begins).count()
}

fn meaning(
    body: &mut Object<'_>,
    status: u16,
    by_login_id: bool,
    session: Option<&RequestId>,
) -> Result<Meaning, Failure> {
    let inner: Option<u16> = body.integer("HttpStatusCode");
    // An answer's reply may leave its RequestId out, but then something else must say that it is one of Flinks'.
    let is_flinks = inner.is_some()
        || [
            "Login",
            "Links",
            "Institution",
            "SecurityChallenges",
            "FlinksCode",
        ]
        .iter()
        .any(|name| body.any(name).is_some());
    let session = session.filter(|_| is_flinks);
    let status = match inner {
        Some(inner @ (202 | 203 | 400..)) if status == 200 || status == 201 => inner,
        _ => status,
    };
    let code = code(body, status);
    let message = body.text("Message").unwrap_or_default();
    let context = Context {
        by_login_id,
        about: About::read(&message),
    };
    let fault = code.as_ref().and_then(|code| fault::by_code(code, context));
    let named = code.as_ref().map(FlinksCode::as_str).unwrap_or_default();
    let succeeded = (200..300).contains(&status) && fault.is_none();

    if matches!(named, "OPERATION_PENDING" | "OPERATION_DISPATCHED") || (succeeded && status == 202)
    {
        return Ok(Meaning::Pending(pending(body, code, session)?));
    }
    // The bank refused the answers and asks again, in the same session.
    let asks_again = named == "INVALID_SECURITY_RESPONSE" || (fault.is_none() && status == 401);
    if succeeded || asks_again {
        let challenges = challenge::challenges(body);
        let challenges = if succeeded {
            challenges?
        } else {
            challenges.unwrap_or_default()
        };
        if !challenges.is_empty() {
            return Ok(Meaning::Challenged(Challenged {
                request_id: request_id(body, session)?,
                challenges,
                answers_rejected: session.is_some() && status >= 400,
                http_status: status,
                flinks_code: code,
                institution: institution(body),
                tag: tag(body),
            }));
        }
    }
    if succeeded {
        return match status {
            200 | 201 => Ok(Meaning::Session(opened(body, session)?)),
            203 => Err(Failure::body(
                BodyFaultKind::Incomplete,
                "SecurityChallenges",
            )),
            _ => Err(Failure::body(BodyFaultKind::WrongType, "HttpStatusCode")),
        };
    }
    Err(Failure {
        request_id: request_id(body, None).ok(),
        flinks_code: code,
        ..Failure::new(fault.unwrap_or_else(|| fault::by_status(status)))
    })
}

/// Whether a failure says that the authorize token was refused: the one case in which a call may be sent again.
pub(super) fn is_token_refused(failure: &Failure) -> bool {
    failure.reason == Reason::AuthorizeTokenRefused && failure.http_status == Some(401)
}

/// Flinks' code. Some deployments write `Code` in an error; in a success that may be anything's name.
fn code(body: &mut Object<'_>, status: u16) -> Option<FlinksCode> {
    let text = match body.text("FlinksCode") {
        Some(text) => text,
        None if status >= 400 => body.text("Code")?,
        None => return None,
    };
    FlinksCode::parse(text.trim())
}

fn request_id(body: &mut Object<'_>, session: Option<&RequestId>) -> Result<RequestId, Failure> {
    match body.strict_text("RequestId")? {
        Some(text) => RequestId::parse(text)
            .ok_or_else(|| Failure::body(BodyFaultKind::WrongType, "RequestId")),
        None => session
            .cloned()
            .ok_or_else(|| Failure::body(BodyFaultKind::Incomplete, "RequestId")),
    }
}

fn opened(body: &mut Object<'_>, session: Option<&RequestId>) -> Result<Session, Failure> {
    Ok(Session {
        request_id: request_id(body, session)?,
        login: body.object("Login").and_then(login),
        institution: institution(body),
        links: links(body),
        tag: tag(body),
    })
}

fn pending(
    body: &mut Object<'_>,
    flinks_code: Option<FlinksCode>,
    session: Option<&RequestId>,
) -> Result<PendingOperation, Failure> {
    Ok(PendingOperation {
        request_id: request_id(body, session)?,
        flinks_code,
        links: links(body),
    })
}

fn tag(body: &mut Object<'_>) -> Option<Secret> {
    body.text("Tag").map(Secret::from)
}

fn institution(body: &mut Object<'_>) -> Option<Institution> {
    let name = body.text("Institution");
    let display_name = body.text("InstitutionName");
    let id = body.integer("InstitutionId");
    (name.is_some() || display_name.is_some() || id.is_some()).then(|| Institution {
        name: name.unwrap_or_default(),
        display_name: display_name.map(Secret::from),
        id,
    })
}

fn links(body: &mut Object<'_>) -> Vec<Link> {
    let link = |mut link: Object<'_>| Link {
        rel: link.text("rel").unwrap_or_default().into(),
        href: link.text("href").unwrap_or_default().into(),
        example: link.text("example").map(Secret::from),
    };
    body.objects("Links").into_iter().map(link).collect()
}

/// A login without an id is no saved login.
fn login(mut login: Object<'_>) -> Option<Login> {
    Some(Login {
        id: login.text("Id").and_then(LoginId::parse)?,
        username: login.text("Username").map(Secret::from),
        type_name: login.text("Type").map(Secret::from),
        scheduled_refresh: login.bool("IsScheduledRefresh").unwrap_or_default(),
        last_refresh: login
            .any("LastRefresh")
            .and_then(Json::as_text)
            .and_then(time),
    })
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
