//! Every `FlinksCode` with the status and the message it is answered with.
//!
//! Where the generations of the documentation disagree there are two
//! statuses. Messages that Flinks is known to send are facts of the wire;
//! the rest are ours, and no client should read them.

use crate::Generation;

/// `(code, status under help-2019, status under docs-2025, message)`
type Row = (&'static str, u16, u16, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("OPERATION_PENDING",                  202, 202, "Your operation is still processing"),
    ("OPERATION_DISPATCHED",               202, 202, "Your operations had been dispatched to background process for long running jobs"),
    ("SESSION_NONEXISTENT",                400, 400, "Inputs session id or card if were not found."),
    ("CARD_IN_USE",                        400, 400, "This card is being processed"),
    ("INVALID_LOGIN",                      400, 401, "The card number (username) or password provided is invalid"),
    ("INVALID_REQUEST",                    400, 401, "The request is not valid"),
    ("ACCESS_DENIED",                      401, 401, "Access is denied"),
    ("UNAUTHORIZED",                       401, 401, "The institution does not let this user in"),
    ("INVALID_USERNAME",                   401, 401, "The username is not known"),
    ("INVALID_PASSWORD",                   401, 401, "The password is not right"),
    ("INVALID_SECURITY_RESPONSE",          401, 401, "An answer is not right"),
    ("INVALID_SECURITY_RESPONSE_NO_RETRY", 401, 401, "An answer is not right, and there is no other try"),
    ("QUESTION_NOT_FOUND",                 401, 401, "There is no stored answer to this question"),
    ("UNKNOWN_CHALLENGE_KEY",              401, 401, "An answer was given to something that was not asked"),
    ("SECURITYRESPONSES_INCOMPLETE",       401, 401, "Not everything that was asked is answered"),
    ("RETRY_LATER",                        401, 401, "The institution cannot be reached now"),
    ("BANK_MAINTENANCE_RETRY_LATER",       401, 401, "The institution is under maintenance"),
    ("CONCURRENT_SESSION",                 401, 401, "This login has another session open"),
    ("DISABLED_LOGIN",                     401, 401, "The institution has disabled this login"),
    ("NEW_ACCOUNT",                        401, 401, "The holder must first finish something on the institution's site"),
    ("SESSION_EXPIRED",                    401, 401, "The session was idle for too long"),
    ("ALREADY_AUTHORIZED",                 401, 401, "This session is already authorized"),
    ("NO_TRANSACTION",                     401, 401, "There are too few transactions"),
    ("TOO_MANY_REQUESTS",                  403, 401, "There were too many requests"),
    ("DISABLED_INSTITUTION",               405, 405, "The institution is switched off"),
    ("AGGREGATION_ERROR",                  500, 500, "Something unexpected went wrong"),
    ("METHOD_NOT_AVAILABLE",               501, 501, "This feature is not enabled"),
];

/// What the token endpoint says to a wrong secret key.
pub(crate) const INVALID_AUTH_KEY: &str = "You must provide a valid auth key";

/// What `/Authorize` says to an unusable authorize token.
pub(crate) const INVALID_AUTHORIZE_TOKEN: &str = "You must provide a valid authorize token";

/// What is said of a LoginId that is unknown.
pub(crate) const INVALID_LOGIN_ID: &str =
    "The LoginId provided is either invalid or does not belong to the CustomerId";

/// The documented status of a code; a code nobody has documented gets 401,
/// the status of most.
pub(crate) fn status(code: &str, generation: Generation) -> u16 {
    row(code).map_or(401, |(_, help_2019, docs_2025, _)| match generation {
        Generation::Help2019 => *help_2019,
        Generation::Docs2025 => *docs_2025,
    })
}

pub(crate) fn message(code: &str) -> &'static str {
    row(code).map_or("Something went wrong", |(_, _, _, message)| message)
}

fn row(code: &str) -> Option<&'static Row> {
    ROWS.iter().find(|(name, ..)| *name == code)
}
