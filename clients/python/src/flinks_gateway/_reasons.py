"""Generated from the contract: why calls fail, and who must do what next. A value is the name on the wire."""

import enum


class ErrorReason(enum.Enum):
    """What went wrong, and who can fix it."""

    UNSPECIFIED = "ERROR_REASON_UNSPECIFIED"
    """Not said, or newer than this package."""
    INVALID_REQUEST = "ERROR_REASON_INVALID_REQUEST"
    """The request breaks a rule of this contract. Nothing was sent to Flinks. The
    details hold a `google.rpc.BadRequest` that names each field at fault, its
    rule and how to keep it, up to 25 of them. Also for a message that is too
    large, cannot be decoded or is compressed, without `BadRequest`. Fixed by
    the caller's developer. Code `INVALID_ARGUMENT`; `UNIMPLEMENTED` for a
    compressed message."""
    CONTINUATION_INVALID = "ERROR_REASON_CONTINUATION_INVALID"
    """The continuation was not made by this gateway, was changed on the way, or
    was sealed with a key, or for an instance, that is no longer configured.
    Nothing was sent to Flinks. Comes with a `google.rpc.BadRequest`. The
    customer starts the sign-in over; where it happens often, the operator
    gives all replicas the same continuation keys. Code `INVALID_ARGUMENT`."""
    REQUEST_REFUSED = "ERROR_REASON_REQUEST_REFUSED"
    """Flinks found the request incomplete or did not know a value in it, such as
    the institution (`INVALID_REQUEST`). Fixed by the caller's developer. Code
    `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`."""
    CREDENTIALS_REJECTED = "ERROR_REASON_CREDENTIALS_REJECTED"
    """The bank refused the user name or the password (`INVALID_USERNAME`,
    `INVALID_PASSWORD`, or `INVALID_LOGIN` in a sign-in with credentials). The
    customer types them again; repeating the same ones can lock their account.
    Code `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`."""
    ANSWERS_REJECTED = "ERROR_REASON_ANSWERS_REJECTED"
    """The bank refused the answers and does not ask again
    (`INVALID_SECURITY_RESPONSE`, `INVALID_SECURITY_RESPONSE_NO_RETRY`). The
    customer starts over. Code `INVALID_ARGUMENT`. Metadata: `flinks_code`,
    `http_status`."""
    ANSWERS_MISMATCHED = "ERROR_REASON_ANSWERS_MISMATCHED"
    """Flinks does not find the answers to what it asked (`UNKNOWN_CHALLENGE_KEY`,
    `SECURITYRESPONSES_INCOMPLETE`): with raw answers, a wrong key. Fixed by
    the caller's developer; the customer starts over. Code `INVALID_ARGUMENT`.
    Metadata: `flinks_code`, `http_status`."""
    LOGIN_NOT_FOUND = "ERROR_REASON_LOGIN_NOT_FOUND"
    """The instance has no such LoginId (`INVALID_LOGIN` in a sign-in by one). The
    caller's developer checks the instance; the customer signs in with
    credentials again. Code `NOT_FOUND`. Metadata: `flinks_code`,
    `http_status`."""
    SESSION_NOT_FOUND = "ERROR_REASON_SESSION_NOT_FOUND"
    """Flinks does not know the session, or no longer (`SESSION_NONEXISTENT`). The
    customer starts over. Code `NOT_FOUND`. Metadata: `flinks_code`,
    `http_status`."""
    SESSION_EXPIRED = "ERROR_REASON_SESSION_EXPIRED"
    """The round was answered too late: by `ChallengeRound.expire_time`, in which
    case nothing was sent, or by Flinks' word (`SESSION_EXPIRED`). The customer
    starts over. Code `NOT_FOUND`. Metadata: `flinks_code` and `http_status`
    when Flinks said so."""
    ALREADY_AUTHORIZED = "ERROR_REASON_ALREADY_AUTHORIZED"
    """The round was answered before and its session is open
    (`ALREADY_AUTHORIZED`). The caller uses that session, or the customer
    starts over. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`,
    `http_status`."""
    LIVE_SIGN_IN_REQUIRED = "ERROR_REASON_LIVE_SIGN_IN_REQUIRED"
    """The login cannot be reopened from cache, or not without the customer:
    Flinks asked a challenge in cached mode, or has no stored answer to one
    (`QUESTION_NOT_FOUND`). The caller goes on with `Authorize`, the customer
    present. Code `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code`
    when there was one."""
    LOGIN_DISABLED = "ERROR_REASON_LOGIN_DISABLED"
    """The bank has locked the login (`DISABLED_LOGIN`). The customer calls the
    bank. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`."""
    ACCESS_REFUSED = "ERROR_REASON_ACCESS_REFUSED"
    """The bank refuses access without saying why (`UNAUTHORIZED` that is not
    about the gateway's keys); often a locked login. The customer signs in at
    the bank itself or calls it. Code `FAILED_PRECONDITION`. Metadata:
    `flinks_code`, `http_status`."""
    BANK_ACTION_REQUIRED = "ERROR_REASON_BANK_ACTION_REQUIRED"
    """The bank wants something done on its own site first, such as accepting
    terms (`NEW_ACCOUNT`). The customer does it there. Code
    `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`."""
    NO_TRANSACTIONS = "ERROR_REASON_NO_TRANSACTIONS"
    """The login has too few transactions for the product asked for
    (`NO_TRANSACTION`). Nobody can fix it now. Code `FAILED_PRECONDITION`.
    Metadata: `flinks_code`, `http_status`."""
    INSTITUTION_UNAVAILABLE = "ERROR_REASON_INSTITUTION_UNAVAILABLE"
    """The bank cannot be reached or is under maintenance (`RETRY_LATER`, or a
    code that ends so, such as `BANK_MAINTENANCE_RETRY_LATER`). Time fixes it;
    `retryable` except for answers, which start over. Code `ABORTED`, with
    `RetryInfo` of 5 minutes. Metadata: `flinks_code`, `http_status`."""
    INSTITUTION_DISABLED = "ERROR_REASON_INSTITUTION_DISABLED"
    """Flinks has switched the bank off for now (`DISABLED_INSTITUTION`). Time
    fixes it; `retryable` except for answers, which start over. Code `ABORTED`,
    with `RetryInfo` of an hour. Metadata: `flinks_code`, `http_status`."""
    SESSION_CONFLICT = "ERROR_REASON_SESSION_CONFLICT"
    """Another session of the same login is open, or its data is still being
    processed (`CONCURRENT_SESSION`, `CARD_IN_USE`). Time fixes it; `retryable`
    except for answers, which start over. Code `ABORTED`, with `RetryInfo` of a
    minute. Metadata: `flinks_code`, `http_status`."""
    RATE_LIMITED = "ERROR_REASON_RATE_LIMITED"
    """Flinks takes no more requests for a while (`TOO_MANY_REQUESTS`, or any
    reply with status 429 and no code that says otherwise). Time fixes it, and
    asking less; `retryable` except for answers, which start over. Code
    `RESOURCE_EXHAUSTED`, with `RetryInfo` of a minute. Metadata:
    `http_status`; `flinks_code` when there was one."""
    UPSTREAM_FAILED = "ERROR_REASON_UPSTREAM_FAILED"
    """Flinks failed unexpectedly (`AGGREGATION_ERROR`, or a status of 500 or
    above with an unknown code or none), or could not be reached again after it
    had refused the gateway's token. The bank may have been asked. Time fixes
    it, or Flinks does; try only a few times. `retryable` for
    `CachedAuthorize`. Code `ABORTED`, with `RetryInfo` of a minute. Metadata:
    `http_status` when Flinks answered; `flinks_code` when there was one."""
    UPSTREAM_REFUSED = "ERROR_REASON_UPSTREAM_REFUSED"
    """Flinks refused the call with a code that the gateway does not know, or with
    none. Fixed by the gateway's operator, with Flinks. Code
    `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code` when there
    was one."""
    UPSTREAM_KEYS_REFUSED = "ERROR_REASON_UPSTREAM_KEYS_REFUSED"
    """Flinks refused the gateway's own keys (`ACCESS_DENIED`, `UNAUTHORIZED`
    about the auth key or the authorize token, or an error below 500, other
    than 429, when asked for a token). Fixed by the gateway's operator. Code
    `INTERNAL`. Metadata: `http_status`; `flinks_code` when there was one."""
    UPSTREAM_FEATURE_DISABLED = "ERROR_REASON_UPSTREAM_FEATURE_DISABLED"
    """The Flinks instance does not offer this (`METHOD_NOT_AVAILABLE`). Fixed by
    the gateway's operator, with Flinks. Code `INTERNAL`. Metadata:
    `flinks_code`, `http_status`."""
    UPSTREAM_RESPONSE_INVALID = "ERROR_REASON_UPSTREAM_RESPONSE_INVALID"
    """Flinks, or something on the way to it, answered with what cannot be read:
    HTML, an empty, truncated or oversized body, a redirect, or JSON without
    what gives it meaning, such as a readable `RequestId` or
    `SecurityChallenges`. Others of a wrong type are no fault, but left unset.
    After a live call the outcome at the bank is unknown. Fixed by the
    gateway's operator. Code `INTERNAL`. Metadata: `http_status`; `fault`, one
    of `redirect`, `empty`, `html`, `not_json`, `not_utf8`, `truncated`,
    `too_large` (also for more than 1000 challenges in a round), `too_deep`,
    `wrong_type`, `incomplete`; `path`, the JSON property at fault, such as
    `RequestId`, absent when it is the whole."""
    UPSTREAM_UNREACHABLE = "ERROR_REASON_UPSTREAM_UNREACHABLE"
    """No connection to Flinks could be made, or none that lasted until the
    gateway had a token, or the gateway's process ended first. Nothing of the
    call was sent: always `retryable`, at once. Where it lasts, fixed by the
    gateway's operator. Code `UNAVAILABLE`."""
    OUTCOME_UNKNOWN = "ERROR_REASON_OUTCOME_UNKNOWN"
    """The connection to Flinks was lost after the request was sent, or the
    gateway's process had to end (its setting `drain_timeout`) while the call
    was under way: whether the bank took it is unknown. The customer decides;
    no program may repeat a live call. `retryable` for `CachedAuthorize`. Code
    `UNKNOWN`."""
    DEADLINE_EXCEEDED = "ERROR_REASON_DEADLINE_EXCEEDED"
    """The caller's deadline passed, or the gateway's own. Where nothing had been
    sent for certain, `next_step` is `NEXT_STEP_RETRY_NOW` and the call
    `retryable`, with more time. Else it is `NEXT_STEP_CHECK_OUTCOME`, for the
    outcome at the bank is unknown: the customer decides, and only
    `CachedAuthorize` is `retryable`. Code `DEADLINE_EXCEEDED`."""
    GATEWAY_FAULT = "ERROR_REASON_GATEWAY_FAULT"
    """The gateway itself failed. Fixed by its developers, whom its operator
    tells. Code `INTERNAL`."""
    METHOD_UNKNOWN = "ERROR_REASON_METHOD_UNKNOWN"
    """The gateway has no such method: the client's contract is newer than the
    server's, or the address is wrong. No RPC answers it. Fixed by the caller's
    developer. Code `UNIMPLEMENTED`."""


class NextStep(enum.Enum):
    """Who must do what after an error."""

    UNSPECIFIED = "NEXT_STEP_UNSPECIFIED"
    """Not said, or newer than this package."""
    NONE = "NEXT_STEP_NONE"
    """Nothing helps for now."""
    FIX_REQUEST = "NEXT_STEP_FIX_REQUEST"
    """The caller's developer corrects the program."""
    CORRECT_CREDENTIALS = "NEXT_STEP_CORRECT_CREDENTIALS"
    """The customer types user name and password again, for a new `Authorize`."""
    START_OVER = "NEXT_STEP_START_OVER"
    """A new `Authorize`, with the customer present."""
    SIGN_IN_LIVE = "NEXT_STEP_SIGN_IN_LIVE"
    """`Authorize` with the customer present, in place of what is saved: instead
    of `CachedAuthorize`, or with credentials where the LoginId is unknown."""
    CONTACT_BANK = "NEXT_STEP_CONTACT_BANK"
    """The customer visits the bank's own site, or calls the bank."""
    RETRY_NOW = "NEXT_STEP_RETRY_NOW"
    """The call may be repeated at once, by a program too: nothing was sent."""
    RETRY_LATER = "NEXT_STEP_RETRY_LATER"
    """The same call where it is `retryable`, else a new `Authorize`; after the
    delay of `RetryInfo`."""
    CHECK_OUTCOME = "NEXT_STEP_CHECK_OUTCOME"
    """Nobody knows whether the bank took the call. After a live call let the
    customer decide; a cached call may be repeated."""
    CONTACT_OPERATOR = "NEXT_STEP_CONTACT_OPERATOR"
    """The gateway's operator looks at its log and settings."""


class Predicates:
    """A question for each reason."""

    __slots__ = ()
    reason: ErrorReason

    def is_invalid_request(self) -> bool:
        """Whether the reason is `ErrorReason.INVALID_REQUEST`."""
        return self.reason is ErrorReason.INVALID_REQUEST

    def is_continuation_invalid(self) -> bool:
        """Whether the reason is `ErrorReason.CONTINUATION_INVALID`."""
        return self.reason is ErrorReason.CONTINUATION_INVALID

    def is_request_refused(self) -> bool:
        """Whether the reason is `ErrorReason.REQUEST_REFUSED`."""
        return self.reason is ErrorReason.REQUEST_REFUSED

    def is_credentials_rejected(self) -> bool:
        """Whether the reason is `ErrorReason.CREDENTIALS_REJECTED`."""
        return self.reason is ErrorReason.CREDENTIALS_REJECTED

    def is_answers_rejected(self) -> bool:
        """Whether the reason is `ErrorReason.ANSWERS_REJECTED`."""
        return self.reason is ErrorReason.ANSWERS_REJECTED

    def is_answers_mismatched(self) -> bool:
        """Whether the reason is `ErrorReason.ANSWERS_MISMATCHED`."""
        return self.reason is ErrorReason.ANSWERS_MISMATCHED

    def is_login_not_found(self) -> bool:
        """Whether the reason is `ErrorReason.LOGIN_NOT_FOUND`."""
        return self.reason is ErrorReason.LOGIN_NOT_FOUND

    def is_session_not_found(self) -> bool:
        """Whether the reason is `ErrorReason.SESSION_NOT_FOUND`."""
        return self.reason is ErrorReason.SESSION_NOT_FOUND

    def is_session_expired(self) -> bool:
        """Whether the reason is `ErrorReason.SESSION_EXPIRED`."""
        return self.reason is ErrorReason.SESSION_EXPIRED

    def is_already_authorized(self) -> bool:
        """Whether the reason is `ErrorReason.ALREADY_AUTHORIZED`."""
        return self.reason is ErrorReason.ALREADY_AUTHORIZED

    def is_live_sign_in_required(self) -> bool:
        """Whether the reason is `ErrorReason.LIVE_SIGN_IN_REQUIRED`."""
        return self.reason is ErrorReason.LIVE_SIGN_IN_REQUIRED

    def is_login_disabled(self) -> bool:
        """Whether the reason is `ErrorReason.LOGIN_DISABLED`."""
        return self.reason is ErrorReason.LOGIN_DISABLED

    def is_access_refused(self) -> bool:
        """Whether the reason is `ErrorReason.ACCESS_REFUSED`."""
        return self.reason is ErrorReason.ACCESS_REFUSED

    def is_bank_action_required(self) -> bool:
        """Whether the reason is `ErrorReason.BANK_ACTION_REQUIRED`."""
        return self.reason is ErrorReason.BANK_ACTION_REQUIRED

    def is_no_transactions(self) -> bool:
        """Whether the reason is `ErrorReason.NO_TRANSACTIONS`."""
        return self.reason is ErrorReason.NO_TRANSACTIONS

    def is_institution_unavailable(self) -> bool:
        """Whether the reason is `ErrorReason.INSTITUTION_UNAVAILABLE`."""
        return self.reason is ErrorReason.INSTITUTION_UNAVAILABLE

    def is_institution_disabled(self) -> bool:
        """Whether the reason is `ErrorReason.INSTITUTION_DISABLED`."""
        return self.reason is ErrorReason.INSTITUTION_DISABLED

    def is_session_conflict(self) -> bool:
        """Whether the reason is `ErrorReason.SESSION_CONFLICT`."""
        return self.reason is ErrorReason.SESSION_CONFLICT

    def is_rate_limited(self) -> bool:
        """Whether the reason is `ErrorReason.RATE_LIMITED`."""
        return self.reason is ErrorReason.RATE_LIMITED

    def is_upstream_failed(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_FAILED`."""
        return self.reason is ErrorReason.UPSTREAM_FAILED

    def is_upstream_refused(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_REFUSED`."""
        return self.reason is ErrorReason.UPSTREAM_REFUSED

    def is_upstream_keys_refused(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_KEYS_REFUSED`."""
        return self.reason is ErrorReason.UPSTREAM_KEYS_REFUSED

    def is_upstream_feature_disabled(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_FEATURE_DISABLED`."""
        return self.reason is ErrorReason.UPSTREAM_FEATURE_DISABLED

    def is_upstream_response_invalid(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_RESPONSE_INVALID`."""
        return self.reason is ErrorReason.UPSTREAM_RESPONSE_INVALID

    def is_upstream_unreachable(self) -> bool:
        """Whether the reason is `ErrorReason.UPSTREAM_UNREACHABLE`."""
        return self.reason is ErrorReason.UPSTREAM_UNREACHABLE

    def is_outcome_unknown(self) -> bool:
        """Whether the reason is `ErrorReason.OUTCOME_UNKNOWN`."""
        return self.reason is ErrorReason.OUTCOME_UNKNOWN

    def is_deadline_exceeded(self) -> bool:
        """Whether the reason is `ErrorReason.DEADLINE_EXCEEDED`."""
        return self.reason is ErrorReason.DEADLINE_EXCEEDED

    def is_gateway_fault(self) -> bool:
        """Whether the reason is `ErrorReason.GATEWAY_FAULT`."""
        return self.reason is ErrorReason.GATEWAY_FAULT

    def is_method_unknown(self) -> bool:
        """Whether the reason is `ErrorReason.METHOD_UNKNOWN`."""
        return self.reason is ErrorReason.METHOD_UNKNOWN
