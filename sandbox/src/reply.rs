//! What a call is answered with, and the bodies of the documented answers.

use std::time::Duration;

use uuid::Uuid;

use crate::challenge::Challenge;
use crate::json::Json;
use crate::scenario::Fault;
use crate::{Generation, flinks_code};

pub(crate) struct Reply {
    /// How long to hold the call before anything is sent.
    pub(crate) delay: Duration,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Json(u16, Json),
    Fault(Fault),
}

impl Reply {
    pub(crate) fn json(status: u16, body: Json) -> Reply {
        Reply {
            delay: Duration::ZERO,
            content: Content::Json(status, body),
        }
    }

    /// The error envelope with the documented status and message.
    pub(crate) fn error(code: &str, generation: Generation) -> Reply {
        Reply::error_saying(code, flinks_code::message(code), generation)
    }

    pub(crate) fn error_saying(code: &str, message: &str, generation: Generation) -> Reply {
        let status = flinks_code::status(code, generation);
        Reply::json(status, error(code, message, status))
    }

    /// The answer to an authorize token that opens nothing.
    pub(crate) fn token_refused() -> Reply {
        let message = flinks_code::INVALID_AUTHORIZE_TOKEN;
        Reply::json(401, error("UNAUTHORIZED", message, 401))
    }
}

pub(crate) fn error(code: &str, message: &str, status: u16) -> Json {
    Json::object([
        ("HttpStatusCode", status.into()),
        ("Message", message.into()),
        ("FlinksCode", code.into()),
    ])
}

/// A 202, in the envelope documented for the data endpoints.
pub(crate) fn working(code: &str, request_id: Uuid) -> Json {
    Json::object([
        ("FlinksCode", code.into()),
        (
            "Links",
            vec![link("AuthorizeAsync", "/AuthorizeAsync")].into(),
        ),
        ("HttpStatusCode", 202.into()),
        ("Message", flinks_code::message(code).into()),
        ("RequestId", request_id.to_string().into()),
    ])
}

pub(crate) fn authorization_links() -> Json {
    vec![link("Authorization", "/Authorize")].into()
}

pub(crate) fn data_links() -> Json {
    vec![
        link("AccountsDetail", "/GetAccountsDetail"),
        link("AccountsSummary", "/GetAccountsSummary"),
        link("Statements", "/GetStatements"),
    ]
    .into()
}

pub(crate) fn challenges(challenges: &[Challenge]) -> Json {
    Json::Array(challenges.iter().map(Challenge::to_json).collect())
}

fn link(rel: &str, href: &str) -> Json {
    Json::object([
        ("rel", rel.into()),
        ("href", href.into()),
        ("example", Json::Null),
    ])
}
