// Written by clients/generate from the contract. Do not edit.

use crate::GatewayError;

/// What went wrong: the `ErrorReason` of the contract. The list grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorReason {
    #[default]
    /// Never sent.
    Unspecified,
    /// The request breaks a rule of this contract. Nothing was sent to Flinks. The
    /// details hold a `google.rpc.BadRequest` that names each field at fault, its
    /// rule and how to keep it, up to 25 of them. Also for a message that is too
    /// large, cannot be decoded or is compressed, without `BadRequest`. Fixed by
    /// the caller's developer. Code `INVALID_ARGUMENT`; `UNIMPLEMENTED` for a
    /// compressed message.
    InvalidRequest,
    /// The continuation was not made by this gateway, was changed on the way, or
    /// was sealed with a key, or for an instance, that is no longer configured.
    /// Nothing was sent to Flinks. Comes with a `google.rpc.BadRequest`. The
    /// customer starts the sign-in over; where it happens often, the operator
    /// gives all replicas the same continuation keys. Code `INVALID_ARGUMENT`.
    ContinuationInvalid,
    /// Flinks found the request incomplete or did not know a value in it, such as
    /// the institution (`INVALID_REQUEST`). Fixed by the caller's developer. Code
    /// `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
    RequestRefused,
    /// The bank refused the user name or the password (`INVALID_USERNAME`,
    /// `INVALID_PASSWORD`, or `INVALID_LOGIN` in a sign-in with credentials). The
    /// customer types them again; repeating the same ones can lock their account.
    /// Code `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
    CredentialsRejected,
    /// The bank refused the answers and does not ask again
    /// (`INVALID_SECURITY_RESPONSE`, `INVALID_SECURITY_RESPONSE_NO_RETRY`). The
    /// customer starts over. Code `INVALID_ARGUMENT`. Metadata: `flinks_code`,
    /// `http_status`.
    AnswersRejected,
    /// Flinks does not find the answers to what it asked (`UNKNOWN_CHALLENGE_KEY`,
    /// `SECURITYRESPONSES_INCOMPLETE`): with raw answers, a wrong key. Fixed by
    /// the caller's developer; the customer starts over. Code `INVALID_ARGUMENT`.
    /// Metadata: `flinks_code`, `http_status`.
    AnswersMismatched,
    /// The instance has no such LoginId (`INVALID_LOGIN` in a sign-in by one). The
    /// caller's developer checks the instance; the customer signs in with
    /// credentials again. Code `NOT_FOUND`. Metadata: `flinks_code`,
    /// `http_status`.
    LoginNotFound,
    /// Flinks does not know the session, or no longer (`SESSION_NONEXISTENT`). The
    /// customer starts over. Code `NOT_FOUND`. Metadata: `flinks_code`,
    /// `http_status`.
    SessionNotFound,
    /// The round was answered too late: by `ChallengeRound.expire_time`, in which
    /// case nothing was sent, or by Flinks' word (`SESSION_EXPIRED`). The customer
    /// starts over. Code `NOT_FOUND`. Metadata: `flinks_code` and `http_status`
    /// when Flinks said so.
    SessionExpired,
    /// The round was answered before and its session is open
    /// (`ALREADY_AUTHORIZED`). The caller uses that session, or the customer
    /// starts over. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`,
    /// `http_status`.
    AlreadyAuthorized,
    /// The login cannot be reopened from cache, or not without the customer:
    /// Flinks asked a challenge in cached mode, or has no stored answer to one
    /// (`QUESTION_NOT_FOUND`). The caller goes on with `Authorize`, the customer
    /// present. Code `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code`
    /// when there was one.
    LiveSignInRequired,
    /// The bank has locked the login (`DISABLED_LOGIN`). The customer calls the
    /// bank. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
    LoginDisabled,
    /// The bank refuses access without saying why (`UNAUTHORIZED` that is not
    /// about the gateway's keys); often a locked login. The customer signs in at
    /// the bank itself or calls it. Code `FAILED_PRECONDITION`. Metadata:
    /// `flinks_code`, `http_status`.
    AccessRefused,
    /// The bank wants something done on its own site first, such as accepting
    /// terms (`NEW_ACCOUNT`). The customer does it there. Code
    /// `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
    BankActionRequired,
    /// The login has too few transactions for the product asked for
    /// (`NO_TRANSACTION`). Nobody can fix it now. Code `FAILED_PRECONDITION`.
    /// Metadata: `flinks_code`, `http_status`.
    NoTransactions,
    /// The bank cannot be reached or is under maintenance (`RETRY_LATER`, or a
    /// code that ends so, such as `BANK_MAINTENANCE_RETRY_LATER`). Time fixes it;
    /// `retryable` except for answers, which start over. Code `ABORTED`, with
    /// `RetryInfo` of 5 minutes. Metadata: `flinks_code`, `http_status`.
    InstitutionUnavailable,
    /// Flinks has switched the bank off for now (`DISABLED_INSTITUTION`). Time
    /// fixes it; `retryable` except for answers, which start over. Code `ABORTED`,
    /// with `RetryInfo` of an hour. Metadata: `flinks_code`, `http_status`.
    InstitutionDisabled,
    /// Another session of the same login is open, or its data is still being
    /// processed (`CONCURRENT_SESSION`, `CARD_IN_USE`). Time fixes it; `retryable`
    /// except for answers, which start over. Code `ABORTED`, with `RetryInfo` of a
    /// minute. Metadata: `flinks_code`, `http_status`.
    SessionConflict,
    /// Flinks takes no more requests for a while (`TOO_MANY_REQUESTS`, or any
    /// reply with status 429 and no code that says otherwise). Time fixes it, and
    /// asking less; `retryable` except for answers, which start over. Code
    /// `RESOURCE_EXHAUSTED`, with `RetryInfo` of a minute. Metadata:
    /// `http_status`; `flinks_code` when there was one.
    RateLimited,
    /// Flinks failed unexpectedly (`AGGREGATION_ERROR`, or a status of 500 or
    /// above with an unknown code or none), or could not be reached again after it
    /// had refused the gateway's token. The bank may have been asked. Time fixes
    /// it, or Flinks does; try only a few times. `retryable` for
    /// `CachedAuthorize`. Code `ABORTED`, with `RetryInfo` of a minute. Metadata:
    /// `http_status` when Flinks answered; `flinks_code` when there was one.
    UpstreamFailed,
    /// Flinks refused the call with a code that the gateway does not know, or with
    /// none. Fixed by the gateway's operator, with Flinks. Code
    /// `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code` when there
    /// was one.
    UpstreamRefused,
    /// Flinks refused the gateway's own keys (`ACCESS_DENIED`, `UNAUTHORIZED`
    /// about the auth key or the authorize token, or an error below 500, other
    /// than 429, when asked for a token). Fixed by the gateway's operator. Code
    /// `INTERNAL`. Metadata: `http_status`; `flinks_code` when there was one.
    UpstreamKeysRefused,
    /// The Flinks instance does not offer this (`METHOD_NOT_AVAILABLE`). Fixed by
    /// the gateway's operator, with Flinks. Code `INTERNAL`. Metadata:
    /// `flinks_code`, `http_status`.
    UpstreamFeatureDisabled,
    /// Flinks, or something on the way to it, answered with what cannot be read:
    /// HTML, an empty, truncated or oversized body, a redirect, or JSON without
    /// what gives it meaning, such as a readable `RequestId` or
    /// `SecurityChallenges`. Others of a wrong type are no fault, but left unset.
    /// After a live call the outcome at the bank is unknown. Fixed by the
    /// gateway's operator. Code `INTERNAL`. Metadata: `http_status`; `fault`, one
    /// of `redirect`, `empty`, `html`, `not_json`, `not_utf8`, `truncated`,
    /// `too_large` (also for more than 1000 challenges in a round), `too_deep`,
    /// `wrong_type`, `incomplete`; `path`, the JSON property at fault, such as
    /// `RequestId`, absent when it is the whole.
    UpstreamResponseInvalid,
    /// No connection to Flinks could be made, or none that lasted until the
    /// gateway had a token, or the gateway's process ended first. Nothing of the
    /// call was sent: always `retryable`, at once. Where it lasts, fixed by the
    /// gateway's operator. Code `UNAVAILABLE`.
    UpstreamUnreachable,
    /// The connection to Flinks was lost after the request was sent, or the
    /// gateway's process had to end (its setting `drain_timeout`) while the call
    /// was under way: whether the bank took it is unknown. The customer decides;
    /// no program may repeat a live call. `retryable` for `CachedAuthorize`. Code
    /// `UNKNOWN`.
    OutcomeUnknown,
    /// The caller's deadline passed, or the gateway's own. Where nothing had been
    /// sent for certain, `next_step` is `NEXT_STEP_RETRY_NOW` and the call
    /// `retryable`, with more time. Else it is `NEXT_STEP_CHECK_OUTCOME`, for the
    /// outcome at the bank is unknown: the customer decides, and only
    /// `CachedAuthorize` is `retryable`. Code `DEADLINE_EXCEEDED`.
    DeadlineExceeded,
    /// The gateway itself failed. Fixed by its developers, whom its operator
    /// tells. Code `INTERNAL`.
    GatewayFault,
    /// The gateway has no such method: the client's contract is newer than the
    /// server's, or the address is wrong. No RPC answers it. Fixed by the caller's
    /// developer. Code `UNIMPLEMENTED`.
    MethodUnknown,
    /// The bank refused this very user name and password a short while ago, and
    /// the gateway does not send them again for now: another attempt would bring
    /// the customer nearer to being locked out. Nothing was sent. The customer
    /// types them anew. Code `INVALID_ARGUMENT`, with a `RetryInfo` of the time
    /// after which the gateway (its setting `lockout_guard`) lets them pass.
    CredentialsHeldBack,
    /// The caller showed neither a key nor a client certificate that the gateway
    /// knows. Nothing was sent. Fixed by the gateway's operator (`callers_file`),
    /// or by the caller's developer. Code `UNAUTHENTICATED`.
    CallerUnknown,
    /// The caller is known, but may not call this method or use this Flinks
    /// instance. Nothing was sent. Fixed by the gateway's operator. Code
    /// `PERMISSION_DENIED`.
    CallerNotPermitted,
    /// The caller has as many calls under way as it may, or makes them faster than
    /// it may. Nothing was sent: always `retryable`. Code `RESOURCE_EXHAUSTED`,
    /// with a `RetryInfo` of the time until there may be room.
    CallerLimited,
    /// The gateway has as many calls under way as it takes (its setting
    /// `max_calls`). Nothing was sent: always `retryable`. Code `UNAVAILABLE`, with
    /// `RetryInfo` of a second.
    GatewayOverloaded,
}

impl ErrorReason {
    /// All of them, in the contract's order.
    pub const ALL: &[Self] = &[
        Self::Unspecified,
        Self::InvalidRequest,
        Self::ContinuationInvalid,
        Self::RequestRefused,
        Self::CredentialsRejected,
        Self::AnswersRejected,
        Self::AnswersMismatched,
        Self::LoginNotFound,
        Self::SessionNotFound,
        Self::SessionExpired,
        Self::AlreadyAuthorized,
        Self::LiveSignInRequired,
        Self::LoginDisabled,
        Self::AccessRefused,
        Self::BankActionRequired,
        Self::NoTransactions,
        Self::InstitutionUnavailable,
        Self::InstitutionDisabled,
        Self::SessionConflict,
        Self::RateLimited,
        Self::UpstreamFailed,
        Self::UpstreamRefused,
        Self::UpstreamKeysRefused,
        Self::UpstreamFeatureDisabled,
        Self::UpstreamResponseInvalid,
        Self::UpstreamUnreachable,
        Self::OutcomeUnknown,
        Self::DeadlineExceeded,
        Self::GatewayFault,
        Self::MethodUnknown,
        Self::CredentialsHeldBack,
        Self::CallerUnknown,
        Self::CallerNotPermitted,
        Self::CallerLimited,
        Self::GatewayOverloaded,
    ];

    /// The name in the contract, without the enum's prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::ContinuationInvalid => "CONTINUATION_INVALID",
            Self::RequestRefused => "REQUEST_REFUSED",
            Self::CredentialsRejected => "CREDENTIALS_REJECTED",
            Self::AnswersRejected => "ANSWERS_REJECTED",
            Self::AnswersMismatched => "ANSWERS_MISMATCHED",
            Self::LoginNotFound => "LOGIN_NOT_FOUND",
            Self::SessionNotFound => "SESSION_NOT_FOUND",
            Self::SessionExpired => "SESSION_EXPIRED",
            Self::AlreadyAuthorized => "ALREADY_AUTHORIZED",
            Self::LiveSignInRequired => "LIVE_SIGN_IN_REQUIRED",
            Self::LoginDisabled => "LOGIN_DISABLED",
            Self::AccessRefused => "ACCESS_REFUSED",
            Self::BankActionRequired => "BANK_ACTION_REQUIRED",
            Self::NoTransactions => "NO_TRANSACTIONS",
            Self::InstitutionUnavailable => "INSTITUTION_UNAVAILABLE",
            Self::InstitutionDisabled => "INSTITUTION_DISABLED",
            Self::SessionConflict => "SESSION_CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::UpstreamFailed => "UPSTREAM_FAILED",
            Self::UpstreamRefused => "UPSTREAM_REFUSED",
            Self::UpstreamKeysRefused => "UPSTREAM_KEYS_REFUSED",
            Self::UpstreamFeatureDisabled => "UPSTREAM_FEATURE_DISABLED",
            Self::UpstreamResponseInvalid => "UPSTREAM_RESPONSE_INVALID",
            Self::UpstreamUnreachable => "UPSTREAM_UNREACHABLE",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::GatewayFault => "GATEWAY_FAULT",
            Self::MethodUnknown => "METHOD_UNKNOWN",
            Self::CredentialsHeldBack => "CREDENTIALS_HELD_BACK",
            Self::CallerUnknown => "CALLER_UNKNOWN",
            Self::CallerNotPermitted => "CALLER_NOT_PERMITTED",
            Self::CallerLimited => "CALLER_LIMITED",
            Self::GatewayOverloaded => "GATEWAY_OVERLOADED",
        }
    }

    /// The name on the wire, with the enum's prefix.
    #[must_use]
    pub const fn full_name(self) -> &'static str {
        match self {
            Self::Unspecified => "ERROR_REASON_UNSPECIFIED",
            Self::InvalidRequest => "ERROR_REASON_INVALID_REQUEST",
            Self::ContinuationInvalid => "ERROR_REASON_CONTINUATION_INVALID",
            Self::RequestRefused => "ERROR_REASON_REQUEST_REFUSED",
            Self::CredentialsRejected => "ERROR_REASON_CREDENTIALS_REJECTED",
            Self::AnswersRejected => "ERROR_REASON_ANSWERS_REJECTED",
            Self::AnswersMismatched => "ERROR_REASON_ANSWERS_MISMATCHED",
            Self::LoginNotFound => "ERROR_REASON_LOGIN_NOT_FOUND",
            Self::SessionNotFound => "ERROR_REASON_SESSION_NOT_FOUND",
            Self::SessionExpired => "ERROR_REASON_SESSION_EXPIRED",
            Self::AlreadyAuthorized => "ERROR_REASON_ALREADY_AUTHORIZED",
            Self::LiveSignInRequired => "ERROR_REASON_LIVE_SIGN_IN_REQUIRED",
            Self::LoginDisabled => "ERROR_REASON_LOGIN_DISABLED",
            Self::AccessRefused => "ERROR_REASON_ACCESS_REFUSED",
            Self::BankActionRequired => "ERROR_REASON_BANK_ACTION_REQUIRED",
            Self::NoTransactions => "ERROR_REASON_NO_TRANSACTIONS",
            Self::InstitutionUnavailable => "ERROR_REASON_INSTITUTION_UNAVAILABLE",
            Self::InstitutionDisabled => "ERROR_REASON_INSTITUTION_DISABLED",
            Self::SessionConflict => "ERROR_REASON_SESSION_CONFLICT",
            Self::RateLimited => "ERROR_REASON_RATE_LIMITED",
            Self::UpstreamFailed => "ERROR_REASON_UPSTREAM_FAILED",
            Self::UpstreamRefused => "ERROR_REASON_UPSTREAM_REFUSED",
            Self::UpstreamKeysRefused => "ERROR_REASON_UPSTREAM_KEYS_REFUSED",
            Self::UpstreamFeatureDisabled => "ERROR_REASON_UPSTREAM_FEATURE_DISABLED",
            Self::UpstreamResponseInvalid => "ERROR_REASON_UPSTREAM_RESPONSE_INVALID",
            Self::UpstreamUnreachable => "ERROR_REASON_UPSTREAM_UNREACHABLE",
            Self::OutcomeUnknown => "ERROR_REASON_OUTCOME_UNKNOWN",
            Self::DeadlineExceeded => "ERROR_REASON_DEADLINE_EXCEEDED",
            Self::GatewayFault => "ERROR_REASON_GATEWAY_FAULT",
            Self::MethodUnknown => "ERROR_REASON_METHOD_UNKNOWN",
            Self::CredentialsHeldBack => "ERROR_REASON_CREDENTIALS_HELD_BACK",
            Self::CallerUnknown => "ERROR_REASON_CALLER_UNKNOWN",
            Self::CallerNotPermitted => "ERROR_REASON_CALLER_NOT_PERMITTED",
            Self::CallerLimited => "ERROR_REASON_CALLER_LIMITED",
            Self::GatewayOverloaded => "ERROR_REASON_GATEWAY_OVERLOADED",
        }
    }

    /// The value of a name as it is on the wire: unspecified when this client does not know it.
    #[must_use]
    pub fn from_full_name(name: &str) -> Self {
        match name {
            "ERROR_REASON_UNSPECIFIED" => Self::Unspecified,
            "ERROR_REASON_INVALID_REQUEST" => Self::InvalidRequest,
            "ERROR_REASON_CONTINUATION_INVALID" => Self::ContinuationInvalid,
            "ERROR_REASON_REQUEST_REFUSED" => Self::RequestRefused,
            "ERROR_REASON_CREDENTIALS_REJECTED" => Self::CredentialsRejected,
            "ERROR_REASON_ANSWERS_REJECTED" => Self::AnswersRejected,
            "ERROR_REASON_ANSWERS_MISMATCHED" => Self::AnswersMismatched,
            "ERROR_REASON_LOGIN_NOT_FOUND" => Self::LoginNotFound,
            "ERROR_REASON_SESSION_NOT_FOUND" => Self::SessionNotFound,
            "ERROR_REASON_SESSION_EXPIRED" => Self::SessionExpired,
            "ERROR_REASON_ALREADY_AUTHORIZED" => Self::AlreadyAuthorized,
            "ERROR_REASON_LIVE_SIGN_IN_REQUIRED" => Self::LiveSignInRequired,
            "ERROR_REASON_LOGIN_DISABLED" => Self::LoginDisabled,
            "ERROR_REASON_ACCESS_REFUSED" => Self::AccessRefused,
            "ERROR_REASON_BANK_ACTION_REQUIRED" => Self::BankActionRequired,
            "ERROR_REASON_NO_TRANSACTIONS" => Self::NoTransactions,
            "ERROR_REASON_INSTITUTION_UNAVAILABLE" => Self::InstitutionUnavailable,
            "ERROR_REASON_INSTITUTION_DISABLED" => Self::InstitutionDisabled,
            "ERROR_REASON_SESSION_CONFLICT" => Self::SessionConflict,
            "ERROR_REASON_RATE_LIMITED" => Self::RateLimited,
            "ERROR_REASON_UPSTREAM_FAILED" => Self::UpstreamFailed,
            "ERROR_REASON_UPSTREAM_REFUSED" => Self::UpstreamRefused,
            "ERROR_REASON_UPSTREAM_KEYS_REFUSED" => Self::UpstreamKeysRefused,
            "ERROR_REASON_UPSTREAM_FEATURE_DISABLED" => Self::UpstreamFeatureDisabled,
            "ERROR_REASON_UPSTREAM_RESPONSE_INVALID" => Self::UpstreamResponseInvalid,
            "ERROR_REASON_UPSTREAM_UNREACHABLE" => Self::UpstreamUnreachable,
            "ERROR_REASON_OUTCOME_UNKNOWN" => Self::OutcomeUnknown,
            "ERROR_REASON_DEADLINE_EXCEEDED" => Self::DeadlineExceeded,
            "ERROR_REASON_GATEWAY_FAULT" => Self::GatewayFault,
            "ERROR_REASON_METHOD_UNKNOWN" => Self::MethodUnknown,
            "ERROR_REASON_CREDENTIALS_HELD_BACK" => Self::CredentialsHeldBack,
            "ERROR_REASON_CALLER_UNKNOWN" => Self::CallerUnknown,
            "ERROR_REASON_CALLER_NOT_PERMITTED" => Self::CallerNotPermitted,
            "ERROR_REASON_CALLER_LIMITED" => Self::CallerLimited,
            "ERROR_REASON_GATEWAY_OVERLOADED" => Self::GatewayOverloaded,
            _ => Self::default(),
        }
    }
}

impl std::fmt::Display for ErrorReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who must do what after an error: the `NextStep` of the contract. The list grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NextStep {
    #[default]
    /// Never sent.
    Unspecified,
    /// Nothing helps for now.
    None,
    /// The caller's developer corrects the program.
    FixRequest,
    /// The customer types user name and password again, for a new `Authorize`.
    CorrectCredentials,
    /// A new `Authorize`, with the customer present.
    StartOver,
    /// `Authorize` with the customer present, in place of what is saved: instead
    /// of `CachedAuthorize`, or with credentials where the LoginId is unknown.
    SignInLive,
    /// The customer visits the bank's own site, or calls the bank.
    ContactBank,
    /// The call may be repeated at once, by a program too: nothing was sent.
    RetryNow,
    /// The same call where it is `retryable`, else a new `Authorize`; after the
    /// delay of `RetryInfo`.
    RetryLater,
    /// Nobody knows whether the bank took the call. After a live call let the
    /// customer decide; a cached call may be repeated.
    CheckOutcome,
    /// The gateway's operator looks at its log and settings.
    ContactOperator,
}

impl NextStep {
    /// All of them, in the contract's order.
    pub const ALL: &[Self] = &[
        Self::Unspecified,
        Self::None,
        Self::FixRequest,
        Self::CorrectCredentials,
        Self::StartOver,
        Self::SignInLive,
        Self::ContactBank,
        Self::RetryNow,
        Self::RetryLater,
        Self::CheckOutcome,
        Self::ContactOperator,
    ];

    /// The name in the contract, without the enum's prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::None => "NONE",
            Self::FixRequest => "FIX_REQUEST",
            Self::CorrectCredentials => "CORRECT_CREDENTIALS",
            Self::StartOver => "START_OVER",
            Self::SignInLive => "SIGN_IN_LIVE",
            Self::ContactBank => "CONTACT_BANK",
            Self::RetryNow => "RETRY_NOW",
            Self::RetryLater => "RETRY_LATER",
            Self::CheckOutcome => "CHECK_OUTCOME",
            Self::ContactOperator => "CONTACT_OPERATOR",
        }
    }

    /// The name on the wire, with the enum's prefix.
    #[must_use]
    pub const fn full_name(self) -> &'static str {
        match self {
            Self::Unspecified => "NEXT_STEP_UNSPECIFIED",
            Self::None => "NEXT_STEP_NONE",
            Self::FixRequest => "NEXT_STEP_FIX_REQUEST",
            Self::CorrectCredentials => "NEXT_STEP_CORRECT_CREDENTIALS",
            Self::StartOver => "NEXT_STEP_START_OVER",
            Self::SignInLive => "NEXT_STEP_SIGN_IN_LIVE",
            Self::ContactBank => "NEXT_STEP_CONTACT_BANK",
            Self::RetryNow => "NEXT_STEP_RETRY_NOW",
            Self::RetryLater => "NEXT_STEP_RETRY_LATER",
            Self::CheckOutcome => "NEXT_STEP_CHECK_OUTCOME",
            Self::ContactOperator => "NEXT_STEP_CONTACT_OPERATOR",
        }
    }

    /// The value of a name as it is on the wire: unspecified when this client does not know it.
    #[must_use]
    pub fn from_full_name(name: &str) -> Self {
        match name {
            "NEXT_STEP_UNSPECIFIED" => Self::Unspecified,
            "NEXT_STEP_NONE" => Self::None,
            "NEXT_STEP_FIX_REQUEST" => Self::FixRequest,
            "NEXT_STEP_CORRECT_CREDENTIALS" => Self::CorrectCredentials,
            "NEXT_STEP_START_OVER" => Self::StartOver,
            "NEXT_STEP_SIGN_IN_LIVE" => Self::SignInLive,
            "NEXT_STEP_CONTACT_BANK" => Self::ContactBank,
            "NEXT_STEP_RETRY_NOW" => Self::RetryNow,
            "NEXT_STEP_RETRY_LATER" => Self::RetryLater,
            "NEXT_STEP_CHECK_OUTCOME" => Self::CheckOutcome,
            "NEXT_STEP_CONTACT_OPERATOR" => Self::ContactOperator,
            _ => Self::default(),
        }
    }
}

impl std::fmt::Display for NextStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A predicate for each reason.
impl GatewayError {
    /// Whether the reason is [`INVALID_REQUEST`](ErrorReason::InvalidRequest).
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.reason() == ErrorReason::InvalidRequest
    }

    /// Whether the reason is [`CONTINUATION_INVALID`](ErrorReason::ContinuationInvalid).
    #[must_use]
    pub fn is_continuation_invalid(&self) -> bool {
        self.reason() == ErrorReason::ContinuationInvalid
    }

    /// Whether the reason is [`REQUEST_REFUSED`](ErrorReason::RequestRefused).
    #[must_use]
    pub fn is_request_refused(&self) -> bool {
        self.reason() == ErrorReason::RequestRefused
    }

    /// Whether the reason is [`CREDENTIALS_REJECTED`](ErrorReason::CredentialsRejected).
    #[must_use]
    pub fn is_credentials_rejected(&self) -> bool {
        self.reason() == ErrorReason::CredentialsRejected
    }

    /// Whether the reason is [`ANSWERS_REJECTED`](ErrorReason::AnswersRejected).
    #[must_use]
    pub fn is_answers_rejected(&self) -> bool {
        self.reason() == ErrorReason::AnswersRejected
    }

    /// Whether the reason is [`ANSWERS_MISMATCHED`](ErrorReason::AnswersMismatched).
    #[must_use]
    pub fn is_answers_mismatched(&self) -> bool {
        self.reason() == ErrorReason::AnswersMismatched
    }

    /// Whether the reason is [`LOGIN_NOT_FOUND`](ErrorReason::LoginNotFound).
    #[must_use]
    pub fn is_login_not_found(&self) -> bool {
        self.reason() == ErrorReason::LoginNotFound
    }

    /// Whether the reason is [`SESSION_NOT_FOUND`](ErrorReason::SessionNotFound).
    #[must_use]
    pub fn is_session_not_found(&self) -> bool {
        self.reason() == ErrorReason::SessionNotFound
    }

    /// Whether the reason is [`SESSION_EXPIRED`](ErrorReason::SessionExpired).
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        self.reason() == ErrorReason::SessionExpired
    }

    /// Whether the reason is [`ALREADY_AUTHORIZED`](ErrorReason::AlreadyAuthorized).
    #[must_use]
    pub fn is_already_authorized(&self) -> bool {
        self.reason() == ErrorReason::AlreadyAuthorized
    }

    /// Whether the reason is [`LIVE_SIGN_IN_REQUIRED`](ErrorReason::LiveSignInRequired).
    #[must_use]
    pub fn is_live_sign_in_required(&self) -> bool {
        self.reason() == ErrorReason::LiveSignInRequired
    }

    /// Whether the reason is [`LOGIN_DISABLED`](ErrorReason::LoginDisabled).
    #[must_use]
    pub fn is_login_disabled(&self) -> bool {
        self.reason() == ErrorReason::LoginDisabled
    }

    /// Whether the reason is [`ACCESS_REFUSED`](ErrorReason::AccessRefused).
    #[must_use]
    pub fn is_access_refused(&self) -> bool {
        self.reason() == ErrorReason::AccessRefused
    }

    /// Whether the reason is [`BANK_ACTION_REQUIRED`](ErrorReason::BankActionRequired).
    #[must_use]
    pub fn is_bank_action_required(&self) -> bool {
        self.reason() == ErrorReason::BankActionRequired
    }

    /// Whether the reason is [`NO_TRANSACTIONS`](ErrorReason::NoTransactions).
    #[must_use]
    pub fn is_no_transactions(&self) -> bool {
        self.reason() == ErrorReason::NoTransactions
    }

    /// Whether the reason is [`INSTITUTION_UNAVAILABLE`](ErrorReason::InstitutionUnavailable).
    #[must_use]
    pub fn is_institution_unavailable(&self) -> bool {
        self.reason() == ErrorReason::InstitutionUnavailable
    }

    /// Whether the reason is [`INSTITUTION_DISABLED`](ErrorReason::InstitutionDisabled).
    #[must_use]
    pub fn is_institution_disabled(&self) -> bool {
        self.reason() == ErrorReason::InstitutionDisabled
    }

    /// Whether the reason is [`SESSION_CONFLICT`](ErrorReason::SessionConflict).
    #[must_use]
    pub fn is_session_conflict(&self) -> bool {
        self.reason() == ErrorReason::SessionConflict
    }

    /// Whether the reason is [`RATE_LIMITED`](ErrorReason::RateLimited).
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.reason() == ErrorReason::RateLimited
    }

    /// Whether the reason is [`UPSTREAM_FAILED`](ErrorReason::UpstreamFailed).
    #[must_use]
    pub fn is_upstream_failed(&self) -> bool {
        self.reason() == ErrorReason::UpstreamFailed
    }

    /// Whether the reason is [`UPSTREAM_REFUSED`](ErrorReason::UpstreamRefused).
    #[must_use]
    pub fn is_upstream_refused(&self) -> bool {
        self.reason() == ErrorReason::UpstreamRefused
    }

    /// Whether the reason is [`UPSTREAM_KEYS_REFUSED`](ErrorReason::UpstreamKeysRefused).
    #[must_use]
    pub fn is_upstream_keys_refused(&self) -> bool {
        self.reason() == ErrorReason::UpstreamKeysRefused
    }

    /// Whether the reason is [`UPSTREAM_FEATURE_DISABLED`](ErrorReason::UpstreamFeatureDisabled).
    #[must_use]
    pub fn is_upstream_feature_disabled(&self) -> bool {
        self.reason() == ErrorReason::UpstreamFeatureDisabled
    }

    /// Whether the reason is [`UPSTREAM_RESPONSE_INVALID`](ErrorReason::UpstreamResponseInvalid).
    #[must_use]
    pub fn is_upstream_response_invalid(&self) -> bool {
        self.reason() == ErrorReason::UpstreamResponseInvalid
    }

    /// Whether the reason is [`UPSTREAM_UNREACHABLE`](ErrorReason::UpstreamUnreachable).
    #[must_use]
    pub fn is_upstream_unreachable(&self) -> bool {
        self.reason() == ErrorReason::UpstreamUnreachable
    }

    /// Whether the reason is [`OUTCOME_UNKNOWN`](ErrorReason::OutcomeUnknown).
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.reason() == ErrorReason::OutcomeUnknown
    }

    /// Whether the reason is [`DEADLINE_EXCEEDED`](ErrorReason::DeadlineExceeded).
    #[must_use]
    pub fn is_deadline_exceeded(&self) -> bool {
        self.reason() == ErrorReason::DeadlineExceeded
    }

    /// Whether the reason is [`GATEWAY_FAULT`](ErrorReason::GatewayFault).
    #[must_use]
    pub fn is_gateway_fault(&self) -> bool {
        self.reason() == ErrorReason::GatewayFault
    }

    /// Whether the reason is [`METHOD_UNKNOWN`](ErrorReason::MethodUnknown).
    #[must_use]
    pub fn is_method_unknown(&self) -> bool {
        self.reason() == ErrorReason::MethodUnknown
    }

    /// Whether the reason is [`CREDENTIALS_HELD_BACK`](ErrorReason::CredentialsHeldBack).
    #[must_use]
    pub fn is_credentials_held_back(&self) -> bool {
        self.reason() == ErrorReason::CredentialsHeldBack
    }

    /// Whether the reason is [`CALLER_UNKNOWN`](ErrorReason::CallerUnknown).
    #[must_use]
    pub fn is_caller_unknown(&self) -> bool {
        self.reason() == ErrorReason::CallerUnknown
    }

    /// Whether the reason is [`CALLER_NOT_PERMITTED`](ErrorReason::CallerNotPermitted).
    #[must_use]
    pub fn is_caller_not_permitted(&self) -> bool {
        self.reason() == ErrorReason::CallerNotPermitted
    }

    /// Whether the reason is [`CALLER_LIMITED`](ErrorReason::CallerLimited).
    #[must_use]
    pub fn is_caller_limited(&self) -> bool {
        self.reason() == ErrorReason::CallerLimited
    }

    /// Whether the reason is [`GATEWAY_OVERLOADED`](ErrorReason::GatewayOverloaded).
    #[must_use]
    pub fn is_gateway_overloaded(&self) -> bool {
        self.reason() == ErrorReason::GatewayOverloaded
    }
}
