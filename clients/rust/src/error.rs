//! How a call fails.

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    iter,
    sync::Arc,
    time::Duration,
};

use derive_more::{Debug, Display};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    ErrorReason, NextStep,
    options::{BoxError, Secret},
};

const DOMAIN: &str = "flinks-gateway";

/// A call that failed: what went wrong, who must do what, and whether a program may repeat it.
///
/// Reasons and next steps that are newer than this client are unspecified, with the name beside them. An error without
/// the gateway's word, made by the transport or by something on the way, is read with care: the outcome is unknown.
#[derive(Clone, Debug, Display)]
#[debug("{_0:?}")]
#[display("{} ({}, next step {})", _0.message, _0.reason_name.trim_start_matches("ERROR_REASON_"), _0.next_step)]
pub struct GatewayError(Arc<parts::GatewayError>);

mod parts {
    use super::{BTreeMap, BoxError, Code, Debug, Duration, ErrorReason, FieldViolation, NextStep, Secret};

    /// What an error holds, by the name that it is printed with.
    #[derive(Debug)]
    pub(super) struct GatewayError {
        pub(super) code: Code,
        pub(super) message: String,
        pub(super) reason: ErrorReason,
        pub(super) reason_name: String,
        pub(super) next_step: NextStep,
        pub(super) retryable: bool,
        pub(super) retry_delay: Option<Duration>,
        pub(super) field_violations: Vec<FieldViolation>,
        pub(super) metadata: BTreeMap<String, String>,
        /// What the function of a token failed with: it may hold one.
        pub(super) source: Option<Secret<BoxError>>,
        pub(super) call_id: String,
    }
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
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// gRPC's status message: without anything of the request.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What went wrong.
    pub fn reason(&self) -> ErrorReason {
        self.0.reason
    }

    /// The reason's name as it came, such as `ERROR_REASON_CREDENTIALS_REJECTED`.
    pub fn reason_name(&self) -> &str {
        &self.0.reason_name
    }

    /// Who must do what.
    pub fn next_step(&self) -> NextStep {
        self.0.next_step
    }

    /// Whether a program may repeat this very call, after [`retry_delay`](Self::retry_delay). When not, a repeated live
    /// call is a new attempt at the bank.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long to wait before the call is repeated.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_delay
    }

    /// The fields at fault.
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.field_violations
    }

    /// Flinks' own code, such as `INVALID_PASSWORD`; empty when it gave none.
    pub fn flinks_code(&self) -> &str {
        self.said("flinks_code")
    }

    /// The status of Flinks' reply; 0 when there was none.
    pub fn http_status(&self) -> u16 {
        self.said("http_status").parse().unwrap_or_default()
    }

    /// Flinks' name for the session; empty when it is not known.
    pub fn request_id(&self) -> &str {
        self.said("request_id")
    }

    /// All of the `ErrorInfo`'s metadata.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.0.metadata
    }

    /// The gateway's `x-request-id`, which is the call's line in its log; empty when no gateway answered.
    pub fn call_id(&self) -> &str {
        &self.0.call_id
    }

    fn said(&self, key: &str) -> &str {
        self.0.metadata.get(key).map_or("", String::as_str)
    }

    /// Reads a status. `repeatable` is whether the method may be repeated when nothing is known.
    pub(crate) fn new(status: &Status, repeatable: bool) -> Self {
        Self::with_source(status, repeatable, None)
    }

    /// The error of a call whose token was not to be had. What the function failed with is handed on, never printed.
    pub(crate) fn without_token(error: BoxError) -> Self {
        let status = Status::unauthenticated("the function that gives the bearer token failed");
        Self::with_source(&status, false, Some(Secret(error)))
    }

    /// The error of a round whose answers were not there in time: what the gateway would say.
    pub(crate) fn expired(request_id: &str) -> Self {
        let next_step = NextStep::StartOver.full_name();
        let metadata = [("next_step", next_step), ("retryable", "false"), ("request_id", request_id)];
        let metadata: HashMap<String, String> = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let details = ErrorDetails::with_error_info(ErrorReason::SessionExpired.full_name(), DOMAIN, metadata);
        let message = "the round was not answered by its expire_time; nothing was sent";
        Self::new(&Status::with_error_details(Code::NotFound, message, details), false)
    }

    fn with_source(status: &Status, repeatable: bool, source: Option<Secret<BoxError>>) -> Self {
        let code = code(status);
        let info = status.get_details_error_info().filter(|info| info.domain == DOMAIN);
        let (reason, next_step, retryable) = match (&info, code) {
            (Some(info), _) => {
                let said = |key| info.metadata.get(key).map_or("", String::as_str);
                let next_step = NextStep::from_full_name(said("next_step"));
                (ErrorReason::from_full_name(&info.reason), next_step, said("retryable") == "true")
            }
            (None, Code::DeadlineExceeded) => (ErrorReason::DeadlineExceeded, NextStep::CheckOutcome, repeatable),
            (None, Code::Unauthenticated | Code::PermissionDenied | Code::Unimplemented) => {
                (ErrorReason::Unspecified, NextStep::ContactOperator, false)
            }
            (None, _) => (ErrorReason::OutcomeUnknown, NextStep::CheckOutcome, repeatable),
        };
        let details = info.as_ref().map(|_| status); // only the gateway's own count
        let violations =
            details.and_then(|it| it.get_details_bad_request()).into_iter().flat_map(|it| it.field_violations);
        let call_id = status.metadata().get("x-request-id").and_then(|id| id.to_str().ok());
        let (reason_name, metadata) = match info {
            Some(info) => (info.reason, info.metadata.into_iter().collect()),
            None => (reason.full_name().to_owned(), BTreeMap::new()),
        };
        Self(Arc::new(parts::GatewayError {
            code,
            message: status.source().map_or_else(|| status.message().to_owned(), chain),
            reason,
            reason_name,
            next_step,
            retryable,
            retry_delay: details.and_then(|it| it.get_details_retry_info()?.retry_delay),
            field_violations: violations
                .map(|it| FieldViolation { field: it.field, description: it.description, reason: it.reason })
                .collect(),
            metadata,
            source,
            call_id: call_id.unwrap_or_default().to_owned(),
        }))
    }
}

impl Error for GatewayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|error| &*error.0 as _)
    }
}

/// An error and all that caused it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| error.source())
}

/// An error with all that caused it, each said once.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        said if said.ends_with(&cause) => text,
        said => format!("{said}: {cause}"),
    })
}

/// The code of a call's error. tonic has `UNKNOWN` for most of the transport's, and `CANCELLED` for its deadline.
pub(crate) fn code(status: &Status) -> Code {
    let mut causes = causes(status).skip(1);
    let found = causes.find_map(|error| match error.downcast_ref::<h2::Error>() {
        Some(error) if error.reason() == Some(h2::Reason::CANCEL) => Some(Code::Cancelled),
        Some(error) if error.is_go_away() || error.is_io() => Some(Code::Unavailable),
        Some(error) if error.reason() == Some(h2::Reason::REFUSED_STREAM) => Some(Code::Unavailable),
        _ if error.is::<std::io::Error>() => Some(Code::Unavailable),
        _ if error.is::<tonic::TimeoutExpired>() => Some(Code::DeadlineExceeded),
        _ => None,
    });
    found.unwrap_or_else(|| if is_unsent(status) { Code::Unavailable } else { status.code() })
}

/// Whether hyper says that the request was never written: its connection had gone before.
pub(crate) fn is_unsent(status: &Status) -> bool {
    causes(status).any(|error| error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled))
}
