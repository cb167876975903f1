//! How a call fails.

use std::{collections::BTreeMap, error::Error, fmt, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{ErrorReason, NextStep, options::TokenFailed};

const DOMAIN: &str = "flinks-gateway";

/// A call that failed: what went wrong, who must do what, and whether a program may repeat it.
///
/// Reasons and next steps that are newer than this client are unspecified, with the name beside them. An error without
/// the gateway's word, made by the transport or by something on the way, is read with care: the outcome is unknown.
#[derive(Clone)]
pub struct GatewayError(Box<Parts>, Option<TokenFailed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    code: Code,
    message: String,
    reason: ErrorReason,
    reason_name: String,
    next_step: NextStep,
    retryable: bool,
    retry_delay: Option<Duration>,
    field_violations: Vec<FieldViolation>,
    metadata: BTreeMap<String, String>,
    call_id: String,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// The field's path in the request.
    pub field: String,
    /// Which rule it breaks, for people.
    pub description: String,
    /// Which rule it breaks, for programs.
    pub reason: String,
}

impl GatewayError {
    /// gRPC's status code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// gRPC's status message: without anything of the request.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What went wrong.
    #[must_use]
    pub fn reason(&self) -> ErrorReason {
        self.0.reason
    }

    /// The reason's name as it came, such as `ERROR_REASON_CREDENTIALS_REJECTED`.
    #[must_use]
    pub fn reason_name(&self) -> &str {
        &self.0.reason_name
    }

    /// Who must do what.
    #[must_use]
    pub fn next_step(&self) -> NextStep {
        self.0.next_step
    }

    /// Whether a program may repeat this very call, after [`retry_delay`](Self::retry_delay). When not, a repeated live
    /// call is a new attempt at the bank.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long to wait before the call is repeated.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_delay
    }

    /// The fields at fault.
    #[must_use]
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.field_violations
    }

    /// Flinks' own code, such as `INVALID_PASSWORD`; empty when it gave none.
    #[must_use]
    pub fn flinks_code(&self) -> &str {
        self.said("flinks_code")
    }

    /// The status of Flinks' reply; 0 when there was none.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.said("http_status").parse().unwrap_or_default()
    }

    /// Flinks' name for the session; empty when it is not known.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.said("request_id")
    }

    /// All of the `ErrorInfo`'s metadata.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.0.metadata
    }

    /// The gateway's `x-request-id`, which is the call's line in its log; empty when no gateway answered.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.0.call_id
    }

    fn said(&self, key: &str) -> &str {
        self.0.metadata.get(key).map_or("", String::as_str)
    }

    /// Reads a status. `repeatable` is whether the method may be repeated when nothing is known.
    pub(crate) fn new(status: &Status, repeatable: bool) -> Self {
        let token_failed = status.source().and_then(|source| source.downcast_ref::<TokenFailed>());
        let (code, message) = match status.source().filter(|_| token_failed.is_none()) {
            Some(source) => (code(status), format!("{}: {}", status.message(), chain(source))),
            None => (status.code(), status.message().to_owned()),
        };
        let call_id = status.metadata().get("x-request-id").and_then(|id| id.to_str().ok());
        let mut parts = Parts {
            code,
            message,
            reason: ErrorReason::OutcomeUnknown,
            reason_name: String::new(),
            next_step: NextStep::CheckOutcome,
            retryable: repeatable,
            retry_delay: None,
            field_violations: Vec::new(),
            metadata: BTreeMap::new(),
            call_id: call_id.unwrap_or_default().to_owned(),
        };
        match status.get_details_error_info().filter(|info| info.domain == DOMAIN) {
            Some(info) => {
                let said = |key| info.metadata.get(key).map_or("", String::as_str);
                parts.reason = ErrorReason::from_full_name(&info.reason);
                parts.next_step = NextStep::from_full_name(said("next_step"));
                parts.retryable = said("retryable") == "true";
                parts.retry_delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
                parts.field_violations = violations(status);
                parts.reason_name = info.reason;
                parts.metadata = info.metadata.into_iter().collect();
            }
            None => {
                match code {
                    Code::DeadlineExceeded => parts.reason = ErrorReason::DeadlineExceeded,
                    Code::Unauthenticated | Code::PermissionDenied | Code::Unimplemented => {
                        parts.reason = ErrorReason::Unspecified;
                        parts.next_step = NextStep::ContactOperator;
                        parts.retryable = false;
                    }
                    _ => {}
                }
                parts.reason_name = parts.reason.full_name().to_owned();
            }
        }
        Self(Box::new(parts), token_failed.cloned())
    }

    /// The error of a round whose answers were not there in time.
    pub(crate) fn expired() -> Self {
        let mut error = Self::new(&Status::not_found("the round was not answered by its expire_time"), false);
        error.0.reason = ErrorReason::SessionExpired;
        error.0.reason_name = ErrorReason::SessionExpired.full_name().to_owned();
        error.0.next_step = NextStep::StartOver;
        error
    }
}

impl fmt::Debug for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatewayError ")?;
        self.0.fmt(f)
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { message, reason_name, next_step, .. } = &*self.0;
        let reason = reason_name.strip_prefix("ERROR_REASON_").unwrap_or(reason_name);
        write!(f, "{message} ({reason}, next step {next_step})")
    }
}

/// What is said is compared, not what caused it.
impl PartialEq for GatewayError {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for GatewayError {}

impl Error for GatewayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_ref().map(|failed| &*failed.0 as _)
    }
}

fn violations(status: &Status) -> Vec<FieldViolation> {
    let request = status.get_details_bad_request();
    let violations = request.into_iter().flat_map(|request| request.field_violations);
    let ours = violations.map(|violation| FieldViolation {
        field: violation.field,
        description: violation.description,
        reason: violation.reason,
    });
    ours.collect()
}

/// An error with all that caused it, each said once.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}

/// The code of an error of the transport's, by gRPC's own tables: tonic has `UNKNOWN` for most of them.
pub(crate) fn code(status: &Status) -> Code {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<tonic::TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        if error.is::<std::io::Error>() || is_unsent(error) {
            return Code::Unavailable;
        }
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return match error.reason() {
                _ if error.is_go_away() || error.is_io() => Code::Unavailable,
                Some(h2::Reason::REFUSED_STREAM) => Code::Unavailable,
                Some(h2::Reason::CANCEL) => Code::Cancelled,
                Some(h2::Reason::ENHANCE_YOUR_CALM) => Code::ResourceExhausted,
                Some(h2::Reason::INADEQUATE_SECURITY) => Code::PermissionDenied,
                Some(_) => Code::Internal,
                None => Code::Unknown,
            };
        }
        source = error.source();
    }
    status.code()
}

/// Whether this is hyper's word that a request was never written: its connection had gone before.
pub(crate) fn is_unsent(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
}
