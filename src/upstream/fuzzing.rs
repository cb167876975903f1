//! Replies of Flinks' without the connection that they come by: for the fuzz targets, which make them up.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;

use super::{decode, http::Reply, outcome};
use crate::domain::{
    failure::Failure,
    names::{AuthKey, InstanceName, RequestId},
    outcome::Outcome,
};

/// Reads a reply to `/Authorize`; `session` is the one that was answered.
pub fn authorize(
    status: u16,
    content_type: Option<HeaderValue>,
    body: Bytes,
    by_login_id: bool,
    session: Option<&RequestId>,
) -> Result<Outcome, Failure> {
    let reply = Reply {
        status,
        content_type,
        body,
    };
    let meaning = decode::authorize(reply, by_login_id, session)?;
    let instance = InstanceName("ca".to_owned());
    let lifetime = Duration::from_secs(60);
    Ok(outcome(meaning, instance, by_login_id, None, 1, lifetime))
}

/// Reads a reply to `/GenerateAuthorizeToken`.
pub fn token(
    status: u16,
    content_type: Option<HeaderValue>,
    body: Bytes,
) -> Result<AuthKey, Failure> {
    decode::token(Reply {
        status,
        content_type,
        body,
    })
}
