//! Requests to the bytes that Flinks gets. The last place where a customer's secrets are seen.

#![expect(
    clippy::disallowed_methods,
    reason = "credentials and answers leave here, for Flinks"
)]

use std::io;

use bytes::Bytes;
use http::HeaderValue;
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

use super::wire;
use crate::domain::{
    names::AuthKey,
    request::{AnswerChallenges, Authorize, CachedAuthorize, Language, Subject},
};

/// The body of a live sign-in.
pub(super) fn authorize(request: &Authorize) -> Bytes {
    let mut body = wire::Authorize {
        save: Some(request.save),
        language: request.language.map(|language| match language {
            Language::En => "en",
            Language::Fr => "fr",
        }),
        tag: request.tag.as_ref().map(ExposeSecret::expose_secret),
        schedule_refresh: request.schedule_refresh.then_some(true),
        with_mfa_questions: request.with_mfa_questions.then_some(true),
        ..wire::Authorize::default()
    };
    match &request.subject {
        Subject::Credentials {
            institution,
            username,
            password,
        } => {
            body.institution = Some(institution);
            body.username = Some(username.expose_secret());
            body.password = Some(password.expose_secret());
        }
        Subject::Login(login_id) => body.login_id = Some(login_id.0.expose_secret()),
    }
    bytes(&body)
}

/// The body of an answer: exactly the session and the responses.
pub(super) fn answer_challenges(request: &AnswerChallenges) -> Bytes {
    let responses = request.responses.iter().map(|(key, values)| {
        let values = values.iter().map(ExposeSecret::expose_secret).collect();
        (key.expose_secret(), values)
    });
    bytes(&wire::Answer {
        request_id: request.round.request_id.as_str(),
        security_responses: wire::SecurityResponses(responses.collect()),
    })
}

/// The body of a cached sign-in.
pub(super) fn cached_authorize(request: &CachedAuthorize) -> Bytes {
    bytes(&wire::Authorize {
        login_id: Some(request.login_id.0.expose_secret()),
        most_recent_cached: true,
        tag: request.tag.as_ref().map(ExposeSecret::expose_secret),
        ..wire::Authorize::default()
    })
}

/// The value of `flinks-auth-key`.
pub(super) fn auth_key(key: &AuthKey) -> HeaderValue {
    let mut value =
        HeaderValue::from_str(key.0.expose_secret()).expect("an auth key is visible ASCII");
    value.set_sensitive(true);
    value
}

/// Wiped when the request is over. A buffer that grew would leave copies behind, so its size is found first.
fn bytes(body: &impl Serialize) -> Bytes {
    const INFALLIBLE: &str = "texts and booleans always have a JSON form";
    let mut size = Size(0);
    serde_json::to_writer(&mut size, body).expect(INFALLIBLE);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *bytes, body).expect(INFALLIBLE);
    Bytes::from_owner(bytes)
}

struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
