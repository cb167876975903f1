# frozen_string_literal: true

# Generated from the contract: do not edit.

module FlinksGateway
  # What went wrong. The values are symbols.
  module ErrorReason
    # Unsaid, or newer than this client.
    UNSPECIFIED = :UNSPECIFIED

    # The request breaks a rule of this contract. Nothing was sent to Flinks. The
    # details hold a `google.rpc.BadRequest` that names each field at fault, its
    # rule and how to keep it, up to 25 of them. Also for a message that is too
    # large, cannot be decoded or is compressed, without `BadRequest`. Fixed by
    # the caller's developer. Code `INVALID_ARGUMENT`; `UNIMPLEMENTED` for a
    # compressed message.
    INVALID_REQUEST = :INVALID_REQUEST

    # The continuation was not made by this gateway, was changed on the way, or
    # was sealed with a key, or for an instance, that is no longer configured.
    # Nothing was sent to Flinks. Comes with a `google.rpc.BadRequest`. The
    # customer starts the sign-in over; where it happens often, the operator
    # gives all replicas the same continuation keys. Code `INVALID_ARGUMENT`.
    CONTINUATION_INVALID = :CONTINUATION_INVALID

    # Flinks found the request incomplete or did not know a value in it, such as
    # the institution (`INVALID_REQUEST`). Fixed by the caller's developer. Code
    # `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
    REQUEST_REFUSED = :REQUEST_REFUSED

    # The bank refused the user name or the password (`INVALID_USERNAME`,
    # `INVALID_PASSWORD`, or `INVALID_LOGIN` in a sign-in with credentials). The
    # customer types them again; repeating the same ones can lock their account.
    # Code `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
    CREDENTIALS_REJECTED = :CREDENTIALS_REJECTED

    # The bank refused the answers and does not ask again
    # (`INVALID_SECURITY_RESPONSE`, `INVALID_SECURITY_RESPONSE_NO_RETRY`). The
    # customer starts over. Code `INVALID_ARGUMENT`. Metadata: `flinks_code`,
    # `http_status`.
    ANSWERS_REJECTED = :ANSWERS_REJECTED

    # Flinks does not find the answers to what it asked (`UNKNOWN_CHALLENGE_KEY`,
    # `SECURITYRESPONSES_INCOMPLETE`): with raw answers, a wrong key. Fixed by
    # the caller's developer; the customer starts over. Code `INVALID_ARGUMENT`.
    # Metadata: `flinks_code`, `http_status`.
    ANSWERS_MISMATCHED = :ANSWERS_MISMATCHED

    # The instance has no such LoginId (`INVALID_LOGIN` in a sign-in by one). The
    # caller's developer checks the instance; the customer signs in with
    # credentials again. Code `NOT_FOUND`. Metadata: `flinks_code`,
    # `http_status`.
    LOGIN_NOT_FOUND = :LOGIN_NOT_FOUND

    # Flinks does not know the session, or no longer (`SESSION_NONEXISTENT`). The
    # customer starts over. Code `NOT_FOUND`. Metadata: `flinks_code`,
    # `http_status`.
    SESSION_NOT_FOUND = :SESSION_NOT_FOUND

    # The round was answered too late: by `ChallengeRound.expire_time`, in which
    # case nothing was sent, or by Flinks' word (`SESSION_EXPIRED`). The customer
    # starts over. Code `NOT_FOUND`. Metadata: `flinks_code` and `http_status`
    # when Flinks said so.
    SESSION_EXPIRED = :SESSION_EXPIRED

    # The round was answered before and its session is open
    # (`ALREADY_AUTHORIZED`). The caller uses that session, or the customer
    # starts over. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`,
    # `http_status`.
    ALREADY_AUTHORIZED = :ALREADY_AUTHORIZED

    # The login cannot be reopened from cache, or not without the customer:
    # Flinks asked a challenge in cached mode, or has no stored answer to one
    # (`QUESTION_NOT_FOUND`). The caller goes on with `Authorize`, the customer
    # present. Code `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code`
    # when there was one.
    LIVE_SIGN_IN_REQUIRED = :LIVE_SIGN_IN_REQUIRED

    # The bank has locked the login (`DISABLED_LOGIN`). The customer calls the
    # bank. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
    LOGIN_DISABLED = :LOGIN_DISABLED

    # The bank refuses access without saying why (`UNAUTHORIZED` that is not
    # about the gateway's keys); often a locked login. The customer signs in at
    # the bank itself or calls it. Code `FAILED_PRECONDITION`. Metadata:
    # `flinks_code`, `http_status`.
    ACCESS_REFUSED = :ACCESS_REFUSED

    # The bank wants something done on its own site first, such as accepting
    # terms (`NEW_ACCOUNT`). The customer does it there. Code
    # `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
    BANK_ACTION_REQUIRED = :BANK_ACTION_REQUIRED

    # The login has too few transactions for the product asked for
    # (`NO_TRANSACTION`). Nobody can fix it now. Code `FAILED_PRECONDITION`.
    # Metadata: `flinks_code`, `http_status`.
    NO_TRANSACTIONS = :NO_TRANSACTIONS

    # The bank cannot be reached or is under maintenance (`RETRY_LATER`, or a
    # code that ends so, such as `BANK_MAINTENANCE_RETRY_LATER`). Time fixes it;
    # `retryable` except for answers, which start over. Code `ABORTED`, with
    # `RetryInfo` of 5 minutes. Metadata: `flinks_code`, `http_status`.
    INSTITUTION_UNAVAILABLE = :INSTITUTION_UNAVAILABLE

    # Flinks has switched the bank off for now (`DISABLED_INSTITUTION`). Time
    # fixes it; `retryable` except for answers, which start over. Code `ABORTED`,
    # with `RetryInfo` of an hour. Metadata: `flinks_code`, `http_status`.
    INSTITUTION_DISABLED = :INSTITUTION_DISABLED

    # Another session of the same login is open, or its data is still being
    # processed (`CONCURRENT_SESSION`, `CARD_IN_USE`). Time fixes it; `retryable`
    # except for answers, which start over. Code `ABORTED`, with `RetryInfo` of a
    # minute. Metadata: `flinks_code`, `http_status`.
    SESSION_CONFLICT = :SESSION_CONFLICT

    # Flinks takes no more requests for a while (`TOO_MANY_REQUESTS`, or any
    # reply with status 429 and no code that says otherwise). Time fixes it, and
    # asking less; `retryable` except for answers, which start over. Code
    # `RESOURCE_EXHAUSTED`, with `RetryInfo` of a minute. Metadata:
    # `http_status`; `flinks_code` when there was one.
    RATE_LIMITED = :RATE_LIMITED

    # Flinks failed unexpectedly (`AGGREGATION_ERROR`, or a status of 500 or
    # above with an unknown code or none), or could not be reached again after it
    # had refused the gateway's token. The bank may have been asked. Time fixes
    # it, or Flinks does; try only a few times. `retryable` for
    # `CachedAuthorize`. Code `ABORTED`, with `RetryInfo` of a minute. Metadata:
    # `http_status` when Flinks answered; `flinks_code` when there was one.
    UPSTREAM_FAILED = :UPSTREAM_FAILED

    # Flinks refused the call with a code that the gateway does not know, or with
    # none. Fixed by the gateway's operator, with Flinks. Code
    # `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code` when there
    # was one.
    UPSTREAM_REFUSED = :UPSTREAM_REFUSED

    # Flinks refused the gateway's own keys (`ACCESS_DENIED`, `UNAUTHORIZED`
    # about the auth key or the authorize token, or an error below 500, other
    # than 429, when asked for a token). Fixed by the gateway's operator. Code
    # `INTERNAL`. Metadata: `http_status`; `flinks_code` when there was one.
    UPSTREAM_KEYS_REFUSED = :UPSTREAM_KEYS_REFUSED

    # The Flinks instance does not offer this (`METHOD_NOT_AVAILABLE`). Fixed by
    # the gateway's operator, with Flinks. Code `INTERNAL`. Metadata:
    # `flinks_code`, `http_status`.
    UPSTREAM_FEATURE_DISABLED = :UPSTREAM_FEATURE_DISABLED

    # Flinks, or something on the way to it, answered with what cannot be read:
    # HTML, an empty, truncated or oversized body, a redirect, or JSON without
    # what gives it meaning, such as a readable `RequestId` or
    # `SecurityChallenges`. Others of a wrong type are no fault, but left unset.
    # After a live call the outcome at the bank is unknown. Fixed by the
    # gateway's operator. Code `INTERNAL`. Metadata: `http_status`; `fault`, one
    # of `redirect`, `empty`, `html`, `not_json`, `not_utf8`, `truncated`,
    # `too_large` (also for more than 1000 challenges in a round), `too_deep`,
    # `wrong_type`, `incomplete`; `path`, the JSON property at fault, such as
    # `RequestId`, absent when it is the whole.
    UPSTREAM_RESPONSE_INVALID = :UPSTREAM_RESPONSE_INVALID

    # No connection to Flinks could be made, or none that lasted until the
    # gateway had a token, or the gateway's process ended first. Nothing of the
    # call was sent: always `retryable`, at once. Where it lasts, fixed by the
    # gateway's operator. Code `UNAVAILABLE`.
    UPSTREAM_UNREACHABLE = :UPSTREAM_UNREACHABLE

    # The connection to Flinks was lost after the request was sent, or the
    # gateway's process had to end (its setting `drain_timeout`) while the call
    # was under way: whether the bank took it is unknown. The customer decides;
    # no program may repeat a live call. `retryable` for `CachedAuthorize`. Code
    # `UNKNOWN`.
    OUTCOME_UNKNOWN = :OUTCOME_UNKNOWN

    # The caller's deadline passed, or the gateway's own. Where nothing had been
    # sent for certain, `next_step` is `NEXT_STEP_RETRY_NOW` and the call
    # `retryable`, with more time. Else it is `NEXT_STEP_CHECK_OUTCOME`, for the
    # outcome at the bank is unknown: the customer decides, and only
    # `CachedAuthorize` is `retryable`. Code `DEADLINE_EXCEEDED`.
    DEADLINE_EXCEEDED = :DEADLINE_EXCEEDED

    # The gateway itself failed. Fixed by its developers, whom its operator
    # tells. Code `INTERNAL`.
    GATEWAY_FAULT = :GATEWAY_FAULT

    # The gateway has no such method: the client's contract is newer than the
    # server's, or the address is wrong. No RPC answers it. Fixed by the caller's
    # developer. Code `UNIMPLEMENTED`.
    METHOD_UNKNOWN = :METHOD_UNKNOWN

    # The values by their names in the contract.
    # @return [Hash{String => Symbol}]
    BY_NAME = {
      "ERROR_REASON_UNSPECIFIED" => UNSPECIFIED,
      "ERROR_REASON_INVALID_REQUEST" => INVALID_REQUEST,
      "ERROR_REASON_CONTINUATION_INVALID" => CONTINUATION_INVALID,
      "ERROR_REASON_REQUEST_REFUSED" => REQUEST_REFUSED,
      "ERROR_REASON_CREDENTIALS_REJECTED" => CREDENTIALS_REJECTED,
      "ERROR_REASON_ANSWERS_REJECTED" => ANSWERS_REJECTED,
      "ERROR_REASON_ANSWERS_MISMATCHED" => ANSWERS_MISMATCHED,
      "ERROR_REASON_LOGIN_NOT_FOUND" => LOGIN_NOT_FOUND,
      "ERROR_REASON_SESSION_NOT_FOUND" => SESSION_NOT_FOUND,
      "ERROR_REASON_SESSION_EXPIRED" => SESSION_EXPIRED,
      "ERROR_REASON_ALREADY_AUTHORIZED" => ALREADY_AUTHORIZED,
      "ERROR_REASON_LIVE_SIGN_IN_REQUIRED" => LIVE_SIGN_IN_REQUIRED,
      "ERROR_REASON_LOGIN_DISABLED" => LOGIN_DISABLED,
      "ERROR_REASON_ACCESS_REFUSED" => ACCESS_REFUSED,
      "ERROR_REASON_BANK_ACTION_REQUIRED" => BANK_ACTION_REQUIRED,
      "ERROR_REASON_NO_TRANSACTIONS" => NO_TRANSACTIONS,
      "ERROR_REASON_INSTITUTION_UNAVAILABLE" => INSTITUTION_UNAVAILABLE,
      "ERROR_REASON_INSTITUTION_DISABLED" => INSTITUTION_DISABLED,
      "ERROR_REASON_SESSION_CONFLICT" => SESSION_CONFLICT,
      "ERROR_REASON_RATE_LIMITED" => RATE_LIMITED,
      "ERROR_REASON_UPSTREAM_FAILED" => UPSTREAM_FAILED,
      "ERROR_REASON_UPSTREAM_REFUSED" => UPSTREAM_REFUSED,
      "ERROR_REASON_UPSTREAM_KEYS_REFUSED" => UPSTREAM_KEYS_REFUSED,
      "ERROR_REASON_UPSTREAM_FEATURE_DISABLED" => UPSTREAM_FEATURE_DISABLED,
      "ERROR_REASON_UPSTREAM_RESPONSE_INVALID" => UPSTREAM_RESPONSE_INVALID,
      "ERROR_REASON_UPSTREAM_UNREACHABLE" => UPSTREAM_UNREACHABLE,
      "ERROR_REASON_OUTCOME_UNKNOWN" => OUTCOME_UNKNOWN,
      "ERROR_REASON_DEADLINE_EXCEEDED" => DEADLINE_EXCEEDED,
      "ERROR_REASON_GATEWAY_FAULT" => GATEWAY_FAULT,
      "ERROR_REASON_METHOD_UNKNOWN" => METHOD_UNKNOWN
    }.freeze

    # @return [Array<Symbol>] all values
    def self.all = BY_NAME.values

    # The value with this name in the contract; +UNSPECIFIED+ where this client is too old to know it.
    # @param name [String, nil]
    # @return [Symbol]
    def self.named(name) = BY_NAME.fetch(name, UNSPECIFIED)
  end
end

module FlinksGateway
  # A question for each {ErrorReason}, asked of a {GatewayError}.
  module ErrorPredicates
    # Whether the reason is {ErrorReason::INVALID_REQUEST}.
    # @return [Boolean]
    def invalid_request? = reason == ErrorReason::INVALID_REQUEST

    # Whether the reason is {ErrorReason::CONTINUATION_INVALID}.
    # @return [Boolean]
    def continuation_invalid? = reason == ErrorReason::CONTINUATION_INVALID

    # Whether the reason is {ErrorReason::REQUEST_REFUSED}.
    # @return [Boolean]
    def request_refused? = reason == ErrorReason::REQUEST_REFUSED

    # Whether the reason is {ErrorReason::CREDENTIALS_REJECTED}.
    # @return [Boolean]
    def credentials_rejected? = reason == ErrorReason::CREDENTIALS_REJECTED

    # Whether the reason is {ErrorReason::ANSWERS_REJECTED}.
    # @return [Boolean]
    def answers_rejected? = reason == ErrorReason::ANSWERS_REJECTED

    # Whether the reason is {ErrorReason::ANSWERS_MISMATCHED}.
    # @return [Boolean]
    def answers_mismatched? = reason == ErrorReason::ANSWERS_MISMATCHED

    # Whether the reason is {ErrorReason::LOGIN_NOT_FOUND}.
    # @return [Boolean]
    def login_not_found? = reason == ErrorReason::LOGIN_NOT_FOUND

    # Whether the reason is {ErrorReason::SESSION_NOT_FOUND}.
    # @return [Boolean]
    def session_not_found? = reason == ErrorReason::SESSION_NOT_FOUND

    # Whether the reason is {ErrorReason::SESSION_EXPIRED}.
    # @return [Boolean]
    def session_expired? = reason == ErrorReason::SESSION_EXPIRED

    # Whether the reason is {ErrorReason::ALREADY_AUTHORIZED}.
    # @return [Boolean]
    def already_authorized? = reason == ErrorReason::ALREADY_AUTHORIZED

    # Whether the reason is {ErrorReason::LIVE_SIGN_IN_REQUIRED}.
    # @return [Boolean]
    def live_sign_in_required? = reason == ErrorReason::LIVE_SIGN_IN_REQUIRED

    # Whether the reason is {ErrorReason::LOGIN_DISABLED}.
    # @return [Boolean]
    def login_disabled? = reason == ErrorReason::LOGIN_DISABLED

    # Whether the reason is {ErrorReason::ACCESS_REFUSED}.
    # @return [Boolean]
    def access_refused? = reason == ErrorReason::ACCESS_REFUSED

    # Whether the reason is {ErrorReason::BANK_ACTION_REQUIRED}.
    # @return [Boolean]
    def bank_action_required? = reason == ErrorReason::BANK_ACTION_REQUIRED

    # Whether the reason is {ErrorReason::NO_TRANSACTIONS}.
    # @return [Boolean]
    def no_transactions? = reason == ErrorReason::NO_TRANSACTIONS

    # Whether the reason is {ErrorReason::INSTITUTION_UNAVAILABLE}.
    # @return [Boolean]
    def institution_unavailable? = reason == ErrorReason::INSTITUTION_UNAVAILABLE

    # Whether the reason is {ErrorReason::INSTITUTION_DISABLED}.
    # @return [Boolean]
    def institution_disabled? = reason == ErrorReason::INSTITUTION_DISABLED

    # Whether the reason is {ErrorReason::SESSION_CONFLICT}.
    # @return [Boolean]
    def session_conflict? = reason == ErrorReason::SESSION_CONFLICT

    # Whether the reason is {ErrorReason::RATE_LIMITED}.
    # @return [Boolean]
    def rate_limited? = reason == ErrorReason::RATE_LIMITED

    # Whether the reason is {ErrorReason::UPSTREAM_FAILED}.
    # @return [Boolean]
    def upstream_failed? = reason == ErrorReason::UPSTREAM_FAILED

    # Whether the reason is {ErrorReason::UPSTREAM_REFUSED}.
    # @return [Boolean]
    def upstream_refused? = reason == ErrorReason::UPSTREAM_REFUSED

    # Whether the reason is {ErrorReason::UPSTREAM_KEYS_REFUSED}.
    # @return [Boolean]
    def upstream_keys_refused? = reason == ErrorReason::UPSTREAM_KEYS_REFUSED

    # Whether the reason is {ErrorReason::UPSTREAM_FEATURE_DISABLED}.
    # @return [Boolean]
    def upstream_feature_disabled? = reason == ErrorReason::UPSTREAM_FEATURE_DISABLED

    # Whether the reason is {ErrorReason::UPSTREAM_RESPONSE_INVALID}.
    # @return [Boolean]
    def upstream_response_invalid? = reason == ErrorReason::UPSTREAM_RESPONSE_INVALID

    # Whether the reason is {ErrorReason::UPSTREAM_UNREACHABLE}.
    # @return [Boolean]
    def upstream_unreachable? = reason == ErrorReason::UPSTREAM_UNREACHABLE

    # Whether the reason is {ErrorReason::OUTCOME_UNKNOWN}.
    # @return [Boolean]
    def outcome_unknown? = reason == ErrorReason::OUTCOME_UNKNOWN

    # Whether the reason is {ErrorReason::DEADLINE_EXCEEDED}.
    # @return [Boolean]
    def deadline_exceeded? = reason == ErrorReason::DEADLINE_EXCEEDED

    # Whether the reason is {ErrorReason::GATEWAY_FAULT}.
    # @return [Boolean]
    def gateway_fault? = reason == ErrorReason::GATEWAY_FAULT

    # Whether the reason is {ErrorReason::METHOD_UNKNOWN}.
    # @return [Boolean]
    def method_unknown? = reason == ErrorReason::METHOD_UNKNOWN
  end
end
