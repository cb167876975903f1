//! Failures to gRPC statuses: the one table that decides how an error looks to a caller.
//!
//! A code is chosen by what a generic client or a mesh does on seeing it. Many repeat `UNAVAILABLE` and `CANCELLED`
//! on their own, and a repeated sign-in can lock a customer out of the bank: so `UNAVAILABLE` means that nothing was
//! sent, and nothing else does.

#![deny(clippy::wildcard_enum_match_arm)]

use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::decode::{Invalid, Rule};
use crate::{
    domain::{
        failure::{BodyFaultKind, Call, Failure, Reason},
        refusal::Refusal,
    },
    pb::{ErrorReason, NextStep},
};

/// The domain of every `ErrorInfo`.
pub const DOMAIN: &str = "flinks-gateway";

/// How a failure is answered.
struct Row {
    code: Code,
    reason: ErrorReason,
    next_step: NextStep,
    repeat: Repeat,
    delay: Option<Duration>,
}

/// Which calls a program may repeat as they are.
enum Repeat {
    /// None.
    Never,
    /// Reads from the cache: they cost nothing.
    Cached,
    /// All but answers: Flinks turned the call down before the bank saw it, but the round is over.
    Anew,
    /// All: nothing was sent.
    Always,
}

#[rustfmt::skip]
fn row(reason: Reason) -> Row {
    use Code as C;
    use ErrorReason as E;
    use NextStep as N;
    use Repeat::{Always, Anew, Cached, Never};
    const MINUTE: u64 = 60;
    let row = |code, reason, next_step, repeat| Row { code, reason, next_step, repeat, delay: None };
    let wait = |code, reason, repeat, seconds| Row {
        code, reason, next_step: N::RetryLater, repeat, delay: Some(Duration::from_secs(seconds)),
    };
    match reason {
        Reason::RequestRefused             => row(C::InvalidArgument,    E::RequestRefused,          N::FixRequest,         Never),
        Reason::CredentialsRejected        => row(C::InvalidArgument,    E::CredentialsRejected,     N::CorrectCredentials, Never),
        Reason::CredentialsHeldBack { retry_after } => Row {
            delay: Some(retry_after), ..row(C::InvalidArgument, E::CredentialsHeldBack, N::CorrectCredentials, Never)
        },
        Reason::AnswersRejected            => row(C::InvalidArgument,    E::AnswersRejected,         N::StartOver,          Never),
        Reason::AnswersMismatched          => row(C::InvalidArgument,    E::AnswersMismatched,       N::FixRequest,         Never),
        Reason::LoginNotFound              => row(C::NotFound,           E::LoginNotFound,           N::SignInLive,         Never),
        Reason::SessionNotFound            => row(C::NotFound,           E::SessionNotFound,         N::StartOver,          Never),
        Reason::SessionExpired             => row(C::NotFound,           E::SessionExpired,          N::StartOver,          Never),
        Reason::AlreadyAuthorized          => row(C::FailedPrecondition, E::AlreadyAuthorized,       N::StartOver,          Never),
        Reason::LiveSignInRequired         => row(C::FailedPrecondition, E::LiveSignInRequired,      N::SignInLive,         Never),
        Reason::LoginDisabled              => row(C::FailedPrecondition, E::LoginDisabled,           N::ContactBank,        Never),
        Reason::AccessRefused              => row(C::FailedPrecondition, E::AccessRefused,           N::ContactBank,        Never),
        Reason::BankActionRequired         => row(C::FailedPrecondition, E::BankActionRequired,      N::ContactBank,        Never),
        Reason::NoTransactions             => row(C::FailedPrecondition, E::NoTransactions,          N::None,               Never),
        Reason::InstitutionUnavailable     => wait(C::Aborted,           E::InstitutionUnavailable,  Anew,                  5 * MINUTE),
        Reason::InstitutionDisabled        => wait(C::Aborted,           E::InstitutionDisabled,     Anew,                  60 * MINUTE),
        Reason::SessionConflict            => wait(C::Aborted,           E::SessionConflict,         Anew,                  MINUTE),
        Reason::RateLimited                => wait(C::ResourceExhausted, E::RateLimited,             Anew,                  MINUTE),
        Reason::UpstreamFailed             => wait(C::Aborted,           E::UpstreamFailed,          Cached,                MINUTE),
        Reason::UpstreamRefused            => row(C::FailedPrecondition, E::UpstreamRefused,         N::ContactOperator,    Never),
        Reason::UpstreamKeysRefused        => row(C::Internal,           E::UpstreamKeysRefused,     N::ContactOperator,    Never),
        Reason::AuthorizeTokenRefused      => row(C::Internal,           E::UpstreamKeysRefused,     N::ContactOperator,    Never),
        Reason::UpstreamFeatureDisabled    => row(C::Internal,           E::UpstreamFeatureDisabled, N::ContactOperator,    Never),
        Reason::UpstreamResponseInvalid(_) => row(C::Internal,           E::UpstreamResponseInvalid, N::ContactOperator,    Never),
        Reason::UpstreamUnreachable        => row(C::Unavailable,        E::UpstreamUnreachable,     N::RetryNow,           Always),
        Reason::OutcomeUnknown             => row(C::Unknown,            E::OutcomeUnknown,          N::CheckOutcome,       Cached),
        Reason::DeadlineExceeded           => row(C::DeadlineExceeded,   E::DeadlineExceeded,        N::CheckOutcome,       Cached),
        Reason::DeadlineExceededUnsent     => row(C::DeadlineExceeded,   E::DeadlineExceeded,        N::RetryNow,           Always),
    }
}

impl Repeat {
    fn allows(&self, call: Call) -> bool {
        match self {
            Self::Never => false,
            Self::Cached => call == Call::CachedAuthorize,
            Self::Anew => call != Call::AnswerChallenges,
            Self::Always => true,
        }
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let row = row(failure.reason);
        let mut metadata = HashMap::new();
        if let Some(code) = &failure.flinks_code {
            metadata.insert("flinks_code".to_owned(), code.as_str().to_owned());
        }
        if let Some(status) = failure.http_status {
            metadata.insert("http_status".to_owned(), status.to_string());
        }
        if let Some(id) = &failure.request_id {
            metadata.insert("request_id".to_owned(), id.as_str().to_owned());
        }
        if let Reason::UpstreamResponseInvalid(fault) = failure.reason {
            metadata.insert("fault".to_owned(), fault_name(fault.kind).to_owned());
            if !fault.path.is_empty() {
                metadata.insert("path".to_owned(), fault.path.to_owned());
            }
        }
        let retryable = row.repeat.allows(failure.call);
        let mut details = details(row.reason, row.next_step, retryable, metadata);
        if row.delay.is_some() {
            details.set_retry_info(row.delay);
        }
        Status::with_error_details(row.code, failure.to_string(), details)
    }
}

impl From<Invalid> for Status {
    fn from(invalid: Invalid) -> Self {
        let rules = || invalid.violations.iter().map(|violation| &violation.rule);
        let (reason, next_step, message) = if rules().any(|rule| matches!(rule, Rule::NotOurs)) {
            (
                ErrorReason::ContinuationInvalid,
                NextStep::StartOver,
                "the continuation cannot be opened; nothing was sent".to_owned(),
            )
        } else {
            (
                ErrorReason::InvalidRequest,
                NextStep::FixRequest,
                format!("invalid: {}; nothing was sent", some_fields(&invalid)),
            )
        };
        let mut details = details(reason, next_step, false, HashMap::new());
        details.set_bad_request(
            invalid
                .violations
                .into_iter()
                .map(|violation| {
                    let mut wire = tonic_types::FieldViolation::new(
                        violation.field,
                        violation.rule.to_string(),
                    );
                    wire.reason = violation.rule.name().to_owned();
                    wire
                })
                .collect::<Vec<_>>(),
        );
        Status::with_error_details(Code::InvalidArgument, message, details)
    }
}

/// The fields at fault, in a line that stays short.
fn some_fields(invalid: &Invalid) -> String {
    const MOST: usize = 5;
    let fields = invalid
        .violations
        .iter()
        .map(|violation| violation.field.as_str());
    let text = fields.take(MOST).collect::<Vec<_>>().join(", ");
    match invalid.violations.len().saturating_sub(MOST) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        use ErrorReason as E;
        use NextStep as N;
        const SOON: Duration = Duration::from_secs(1);
        let (code, reason, next_step, delay) = match refusal {
            Refusal::CallerUnknown => (
                Code::Unauthenticated,
                E::CallerUnknown,
                N::ContactOperator,
                None,
            ),
            Refusal::CallerNotPermitted => (
                Code::PermissionDenied,
                E::CallerNotPermitted,
                N::ContactOperator,
                None,
            ),
            Refusal::CallerLimited { retry_after } => (
                Code::ResourceExhausted,
                E::CallerLimited,
                N::RetryLater,
                Some(retry_after),
            ),
            Refusal::Overloaded => (
                Code::Unavailable,
                E::GatewayOverloaded,
                N::RetryLater,
                Some(SOON),
            ),
        };
        let mut details = details(reason, next_step, delay.is_some(), HashMap::new());
        if delay.is_some() {
            details.set_retry_info(delay);
        }
        Status::with_error_details(code, refusal.to_string(), details)
    }
}

/// The gateway itself failed.
pub fn gateway_fault() -> Status {
    let details = details(
        ErrorReason::GatewayFault,
        NextStep::ContactOperator,
        false,
        HashMap::new(),
    );
    Status::with_error_details(Code::Internal, "the gateway failed", details)
}

/// The message is compressed in a way that the gateway does not take.
pub fn compressed() -> Status {
    let details = details(
        ErrorReason::InvalidRequest,
        NextStep::FixRequest,
        false,
        HashMap::new(),
    );
    let message = "the message is compressed, which the gateway does not take; nothing was sent";
    Status::with_error_details(Code::Unimplemented, message, details)
}

/// A status that the framework made on its own, before any of our code ran, in the form of all others.
pub fn from_framework(code: Code) -> Status {
    let (code, reason, message) = match code {
        Code::Unimplemented => (
            code,
            ErrorReason::MethodUnknown,
            "the gateway has no such method",
        ),
        Code::OutOfRange | Code::ResourceExhausted => (
            Code::InvalidArgument,
            ErrorReason::InvalidRequest,
            "the message is larger than the gateway takes; nothing was sent",
        ),
        Code::Internal | Code::InvalidArgument => (
            Code::InvalidArgument,
            ErrorReason::InvalidRequest,
            "the message cannot be decoded; nothing was sent",
        ),
        Code::Cancelled | Code::DeadlineExceeded => {
            return Failure::new(Reason::DeadlineExceeded).into();
        }
        Code::Ok
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => return gateway_fault(),
    };
    let details = details(reason, NextStep::FixRequest, false, HashMap::new());
    Status::with_error_details(code, message, details)
}

fn details(
    reason: ErrorReason,
    next_step: NextStep,
    retryable: bool,
    mut metadata: HashMap<String, String>,
) -> ErrorDetails {
    metadata.insert("next_step".to_owned(), next_step.as_str_name().to_owned());
    metadata.insert("retryable".to_owned(), retryable.to_string());
    ErrorDetails::with_error_info(reason.as_str_name(), DOMAIN, metadata)
}

/// A fault's name in the metadata `fault`.
pub fn fault_name(kind: BodyFaultKind) -> &'static str {
    match kind {
        BodyFaultKind::Redirect => "redirect",
        BodyFaultKind::Empty => "empty",
        BodyFaultKind::Html => "html",
        BodyFaultKind::NotJson => "not_json",
        BodyFaultKind::NotUtf8 => "not_utf8",
        BodyFaultKind::Truncated => "truncated",
        BodyFaultKind::TooLarge => "too_large",
        BodyFaultKind::TooDeep => "too_deep",
        BodyFaultKind::WrongType => "wrong_type",
        BodyFaultKind::Incomplete => "incomplete",
    }
}

/// The name of a failure's reason, as callers see it but for its prefix.
pub fn reason_name(reason: Reason) -> &'static str {
    short_name(row(reason).reason)
}

/// A reason's name without its prefix.
pub fn short_name(reason: ErrorReason) -> &'static str {
    reason.as_str_name().trim_start_matches("ERROR_REASON_")
}

/// A code's name in the gRPC specification.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
