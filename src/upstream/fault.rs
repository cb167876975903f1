//! What went wrong at Flinks: the one table from `FlinksCode` and status to a reason.
//!
//! The code decides, whatever status it comes with: the generations of Flinks' documentation give the same code
//! different statuses (`INVALID_LOGIN` 400 and 401, `TOO_MANY_REQUESTS` 401, 403 and 429). Only a code that is not
//! in the table is judged by its status.

use crate::domain::{failure::Reason, names::FlinksCode};

/// What a code's meaning depends on.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// Whether the customer was named by a LoginId rather than by credentials.
    pub by_login_id: bool,
    /// What Flinks' message is about.
    pub about: About,
}

/// What a message is about: `UNAUTHORIZED` alone does not say whose authorization is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The gateway's secret key.
    AuthKey,
    /// The session's authorize token.
    AuthorizeToken,
    /// The customer, or nothing that is known.
    Other,
}

impl About {
    /// Flinks' words are "You must provide a valid auth key", and "… authorize token".
    pub(super) fn read(message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        if message.contains("authorize token") {
            Self::AuthorizeToken
        } else if message.contains("auth key") {
            Self::AuthKey
        } else {
            Self::Other
        }
    }
}

/// What a code means; none for a code that is not known.
#[rustfmt::skip]
pub(super) fn by_code(code: &FlinksCode, context: Context) -> Option<Reason> {
    Some(match code.as_str() {
        "INVALID_LOGIN" if context.by_login_id => Reason::LoginNotFound,
        "INVALID_LOGIN"                        => Reason::CredentialsRejected,
        "INVALID_USERNAME"                     => Reason::CredentialsRejected,
        "INVALID_PASSWORD"                     => Reason::CredentialsRejected,
        "INVALID_SECURITY_RESPONSE"            => Reason::AnswersRejected,
        "INVALID_SECURITY_RESPONSE_NO_RETRY"   => Reason::AnswersRejected,
        "UNKNOWN_CHALLENGE_KEY"                => Reason::AnswersMismatched,
        "SECURITYRESPONSES_INCOMPLETE"         => Reason::AnswersMismatched,
        "QUESTION_NOT_FOUND"                   => Reason::LiveSignInRequired,
        "SESSION_NONEXISTENT"                  => Reason::SessionNotFound,
        "SESSION_EXPIRED"                      => Reason::SessionExpired,
        "ALREADY_AUTHORIZED"                   => Reason::AlreadyAuthorized,
        "CONCURRENT_SESSION"                   => Reason::SessionConflict,
        "CARD_IN_USE"                          => Reason::SessionConflict,
        "DISABLED_LOGIN"                       => Reason::LoginDisabled,
        "NEW_ACCOUNT"                          => Reason::BankActionRequired,
        "NO_TRANSACTION"                       => Reason::NoTransactions,
        "RETRY_LATER"                          => Reason::InstitutionUnavailable,
        "BANK_MAINTENANCE_RETRY_LATER"         => Reason::InstitutionUnavailable,
        "DISABLED_INSTITUTION"                 => Reason::InstitutionDisabled,
        "TOO_MANY_REQUESTS"                    => Reason::RateLimited,
        "AGGREGATION_ERROR"                    => Reason::UpstreamFailed,
        "METHOD_NOT_AVAILABLE"                 => Reason::UpstreamFeatureDisabled,
        "INVALID_REQUEST"                      => Reason::RequestRefused,
        "ACCESS_DENIED"                        => Reason::UpstreamKeysRefused,
        "UNAUTHORIZED" => match context.about {
            About::AuthorizeToken              => Reason::AuthorizeTokenRefused,
            About::AuthKey                     => Reason::UpstreamKeysRefused,
            About::Other                       => Reason::AccessRefused,
        },
        // The maintenance code is documented in more than one spelling.
        other if other.ends_with("RETRY_LATER") => Reason::InstitutionUnavailable,
        _                                      => return None,
    })
}

/// The codes that are known, beside those that say that an operation goes on.
const KNOWN: [&str; 27] = [
    "INVALID_LOGIN",
    "INVALID_USERNAME",
    "INVALID_PASSWORD",
    "INVALID_SECURITY_RESPONSE",
    "INVALID_SECURITY_RESPONSE_NO_RETRY",
    "UNKNOWN_CHALLENGE_KEY",
    "SECURITYRESPONSES_INCOMPLETE",
    "QUESTION_NOT_FOUND",
    "SESSION_NONEXISTENT",
    "SESSION_EXPIRED",
    "ALREADY_AUTHORIZED",
    "CONCURRENT_SESSION",
    "CARD_IN_USE",
    "DISABLED_LOGIN",
    "NEW_ACCOUNT",
    "NO_TRANSACTION",
    "RETRY_LATER",
    "BANK_MAINTENANCE_RETRY_LATER",
    "DISABLED_INSTITUTION",
    "TOO_MANY_REQUESTS",
    "AGGREGATION_ERROR",
    "METHOD_NOT_AVAILABLE",
    "INVALID_REQUEST",
    "ACCESS_DENIED",
    "UNAUTHORIZED",
    "OPERATION_PENDING",
    "OPERATION_DISPATCHED",
];

/// What a code is counted as: itself when it is known, so that what Flinks writes cannot make labels without end.
pub(super) fn label(code: &FlinksCode) -> &'static str {
    let known = KNOWN.iter().find(|known| **known == code.as_str());
    known.copied().unwrap_or("other")
}

/// What is left to judge by. Never a reason whose gRPC code a mesh repeats: what is not understood may have reached the bank.
pub(super) fn by_status(status: u16) -> Reason {
    match status {
        429 => Reason::RateLimited,
        500.. => Reason::UpstreamFailed,
        _ => Reason::UpstreamRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_are_counted_by_name_are_those_of_the_table() {
        let table = include_str!("fault.rs");
        let table = &table[..table.find("const KNOWN").unwrap()];
        let rows = table.lines().filter_map(|line| {
            let (code, _) = line.trim_start().strip_prefix('"')?.split_once('"')?;
            Some(code)
        });
        let rows: Vec<&str> = rows.collect();
        for code in &rows {
            assert_eq!(label(&FlinksCode::parse(code).unwrap()), *code);
        }
        for code in KNOWN {
            let is_pending = ["OPERATION_PENDING", "OPERATION_DISPATCHED"].contains(&code);
            assert!(is_pending || rows.contains(&code), "{code}");
        }
        let new = FlinksCode::parse("CARD_4539_RETRY_LATER").unwrap();
        assert_eq!(label(&new), "other");
    }
}
