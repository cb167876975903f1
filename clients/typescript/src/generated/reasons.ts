// Generated from the contract by clients/generate. Do not edit.

/** Why a call failed, in words that a program can act on. */
export const ErrorReason = {
  /** Newer than this package, or not said. Its name, where it has one, is beside it or in the metadata. */
  UNSPECIFIED: "UNSPECIFIED",
  /**
   * The request breaks a rule of this contract. Nothing was sent to Flinks. The
   * details hold a `google.rpc.BadRequest` that names each field at fault, its
   * rule and how to keep it, up to 25 of them. Also for a message that is too
   * large, cannot be decoded or is compressed, without `BadRequest`. Fixed by
   * the caller's developer. Code `INVALID_ARGUMENT`; `UNIMPLEMENTED` for a
   * compressed message.
   */
  INVALID_REQUEST: "INVALID_REQUEST",
  /**
   * The continuation was not made by this gateway, was changed on the way, or
   * was sealed with a key, or for an instance, that is no longer configured.
   * Nothing was sent to Flinks. Comes with a `google.rpc.BadRequest`. The
   * customer starts the sign-in over; where it happens often, the operator
   * gives all replicas the same continuation keys. Code `INVALID_ARGUMENT`.
   */
  CONTINUATION_INVALID: "CONTINUATION_INVALID",
  /**
   * Flinks found the request incomplete or did not know a value in it, such as
   * the institution (`INVALID_REQUEST`). Fixed by the caller's developer. Code
   * `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
   */
  REQUEST_REFUSED: "REQUEST_REFUSED",
  /**
   * The bank refused the user name or the password (`INVALID_USERNAME`,
   * `INVALID_PASSWORD`, or `INVALID_LOGIN` in a sign-in with credentials). The
   * customer types them again; repeating the same ones can lock their account.
   * Code `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
   */
  CREDENTIALS_REJECTED: "CREDENTIALS_REJECTED",
  /**
   * The bank refused the answers and does not ask again
   * (`INVALID_SECURITY_RESPONSE`, `INVALID_SECURITY_RESPONSE_NO_RETRY`). The
   * customer starts over. Code `INVALID_ARGUMENT`. Metadata: `flinks_code`,
   * `http_status`.
   */
  ANSWERS_REJECTED: "ANSWERS_REJECTED",
  /**
   * Flinks does not find the answers to what it asked (`UNKNOWN_CHALLENGE_KEY`,
   * `SECURITYRESPONSES_INCOMPLETE`): with raw answers, a wrong key. Fixed by
   * the caller's developer; the customer starts over. Code `INVALID_ARGUMENT`.
   * Metadata: `flinks_code`, `http_status`.
   */
  ANSWERS_MISMATCHED: "ANSWERS_MISMATCHED",
  /**
   * The instance has no such LoginId (`INVALID_LOGIN` in a sign-in by one). The
   * caller's developer checks the instance; the customer signs in with
   * credentials again. Code `NOT_FOUND`. Metadata: `flinks_code`,
   * `http_status`.
   */
  LOGIN_NOT_FOUND: "LOGIN_NOT_FOUND",
  /**
   * Flinks does not know the session, or no longer (`SESSION_NONEXISTENT`). The
   * customer starts over. Code `NOT_FOUND`. Metadata: `flinks_code`,
   * `http_status`.
   */
  SESSION_NOT_FOUND: "SESSION_NOT_FOUND",
  /**
   * The round was answered too late: by `ChallengeRound.expire_time`, in which
   * case nothing was sent, or by Flinks' word (`SESSION_EXPIRED`). The customer
   * starts over. Code `NOT_FOUND`. Metadata: `flinks_code` and `http_status`
   * when Flinks said so.
   */
  SESSION_EXPIRED: "SESSION_EXPIRED",
  /**
   * The round was answered before and its session is open
   * (`ALREADY_AUTHORIZED`). The caller uses that session, or the customer
   * starts over. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`,
   * `http_status`.
   */
  ALREADY_AUTHORIZED: "ALREADY_AUTHORIZED",
  /**
   * The login cannot be reopened from cache, or not without the customer:
   * Flinks asked a challenge in cached mode, or has no stored answer to one
   * (`QUESTION_NOT_FOUND`). The caller goes on with `Authorize`, the customer
   * present. Code `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code`
   * when there was one.
   */
  LIVE_SIGN_IN_REQUIRED: "LIVE_SIGN_IN_REQUIRED",
  /**
   * The bank has locked the login (`DISABLED_LOGIN`). The customer calls the
   * bank. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
   */
  LOGIN_DISABLED: "LOGIN_DISABLED",
  /**
   * The bank refuses access without saying why (`UNAUTHORIZED` that is not
   * about the gateway's keys); often a locked login. The customer signs in at
   * the bank itself or calls it. Code `FAILED_PRECONDITION`. Metadata:
   * `flinks_code`, `http_status`.
   */
  ACCESS_REFUSED: "ACCESS_REFUSED",
  /**
   * The bank wants something done on its own site first, such as accepting
   * terms (`NEW_ACCOUNT`). The customer does it there. Code
   * `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
   */
  BANK_ACTION_REQUIRED: "BANK_ACTION_REQUIRED",
  /**
   * The login has too few transactions for the product asked for
   * (`NO_TRANSACTION`). Nobody can fix it now. Code `FAILED_PRECONDITION`.
   * Metadata: `flinks_code`, `http_status`.
   */
  NO_TRANSACTIONS: "NO_TRANSACTIONS",
  /**
   * The bank cannot be reached or is under maintenance (`RETRY_LATER`, or a
   * code that ends so, such as `BANK_MAINTENANCE_RETRY_LATER`). Time fixes it;
   * `retryable` except for answers, which start over. Code `ABORTED`, with
   * `RetryInfo` of 5 minutes. Metadata: `flinks_code`, `http_status`.
   */
  INSTITUTION_UNAVAILABLE: "INSTITUTION_UNAVAILABLE",
  /**
   * Flinks has switched the bank off for now (`DISABLED_INSTITUTION`). Time
   * fixes it; `retryable` except for answers, which start over. Code `ABORTED`,
   * with `RetryInfo` of an hour. Metadata: `flinks_code`, `http_status`.
   */
  INSTITUTION_DISABLED: "INSTITUTION_DISABLED",
  /**
   * Another session of the same login is open, or its data is still being
   * processed (`CONCURRENT_SESSION`, `CARD_IN_USE`). Time fixes it; `retryable`
   * except for answers, which start over. Code `ABORTED`, with `RetryInfo` of a
   * minute. Metadata: `flinks_code`, `http_status`.
   */
  SESSION_CONFLICT: "SESSION_CONFLICT",
  /**
   * Flinks takes no more requests for a while (`TOO_MANY_REQUESTS`, or any
   * reply with status 429 and no code that says otherwise). Time fixes it, and
   * asking less; `retryable` except for answers, which start over. Code
   * `RESOURCE_EXHAUSTED`, with `RetryInfo` of a minute. Metadata:
   * `http_status`; `flinks_code` when there was one.
   */
  RATE_LIMITED: "RATE_LIMITED",
  /**
   * Flinks failed unexpectedly (`AGGREGATION_ERROR`, or a status of 500 or
   * above with an unknown code or none), or could not be reached again after it
   * had refused the gateway's token. The bank may have been asked. Time fixes
   * it, or Flinks does; try only a few times. `retryable` for
   * `CachedAuthorize`. Code `ABORTED`, with `RetryInfo` of a minute. Metadata:
   * `http_status` when Flinks answered; `flinks_code` when there was one.
   */
  UPSTREAM_FAILED: "UPSTREAM_FAILED",
  /**
   * Flinks refused the call with a code that the gateway does not know, or with
   * none. Fixed by the gateway's operator, with Flinks. Code
   * `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code` when there
   * was one.
   */
  UPSTREAM_REFUSED: "UPSTREAM_REFUSED",
  /**
   * Flinks refused the gateway's own keys (`ACCESS_DENIED`, `UNAUTHORIZED`
   * about the auth key or the authorize token, or an error below 500, other
   * than 429, when asked for a token). Fixed by the gateway's operator. Code
   * `INTERNAL`. Metadata: `http_status`; `flinks_code` when there was one.
   */
  UPSTREAM_KEYS_REFUSED: "UPSTREAM_KEYS_REFUSED",
  /**
   * The Flinks instance does not offer this (`METHOD_NOT_AVAILABLE`). Fixed by
   * the gateway's operator, with Flinks. Code `INTERNAL`. Metadata:
   * `flinks_code`, `http_status`.
   */
  UPSTREAM_FEATURE_DISABLED: "UPSTREAM_FEATURE_DISABLED",
  /**
   * Flinks, or something on the way to it, answered with what cannot be read:
   * HTML, an empty, truncated or oversized body, a redirect, or JSON without
   * what gives it meaning, such as a readable `RequestId` or
   * `SecurityChallenges`. Others of a wrong type are no fault, but left unset.
   * After a live call the outcome at the bank is unknown. Fixed by the
   * gateway's operator. Code `INTERNAL`. Metadata: `http_status`; `fault`, one
   * of `redirect`, `empty`, `html`, `not_json`, `not_utf8`, `truncated`,
   * `too_large` (also for more than 1000 challenges in a round), `too_deep`,
   * `wrong_type`, `incomplete`; `path`, the JSON property at fault, such as
   * `RequestId`, absent when it is the whole.
   */
  UPSTREAM_RESPONSE_INVALID: "UPSTREAM_RESPONSE_INVALID",
  /**
   * No connection to Flinks could be made, or none that lasted until the
   * gateway had a token, or the gateway's process ended first. Nothing of the
   * call was sent: always `retryable`, at once. Where it lasts, fixed by the
   * gateway's operator. Code `UNAVAILABLE`.
   */
  UPSTREAM_UNREACHABLE: "UPSTREAM_UNREACHABLE",
  /**
   * The connection to Flinks was lost after the request was sent, or the
   * gateway's process had to end (its setting `drain_timeout`) while the call
   * was under way: whether the bank took it is unknown. The customer decides;
   * no program may repeat a live call. `retryable` for `CachedAuthorize`. Code
   * `UNKNOWN`.
   */
  OUTCOME_UNKNOWN: "OUTCOME_UNKNOWN",
  /**
   * The caller's deadline passed, or the gateway's own. Where nothing had been
   * sent for certain, `next_step` is `NEXT_STEP_RETRY_NOW` and the call
   * `retryable`, with more time. Else it is `NEXT_STEP_CHECK_OUTCOME`, for the
   * outcome at the bank is unknown: the customer decides, and only
   * `CachedAuthorize` is `retryable`. Code `DEADLINE_EXCEEDED`.
   */
  DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
  /**
   * The gateway itself failed. Fixed by its developers, whom its operator
   * tells. Code `INTERNAL`.
   */
  GATEWAY_FAULT: "GATEWAY_FAULT",
  /**
   * The gateway has no such method: the client's contract is newer than the
   * server's, or the address is wrong. No RPC answers it. Fixed by the caller's
   * developer. Code `UNIMPLEMENTED`.
   */
  METHOD_UNKNOWN: "METHOD_UNKNOWN",
  /**
   * The bank refused this very user name and password a short while ago, and
   * the gateway does not send them again for now: another attempt would bring
   * the customer nearer to being locked out. Nothing was sent. The customer
   * types them anew. Code `INVALID_ARGUMENT`, with a `RetryInfo` of the time
   * after which the gateway (its setting `lockout_guard`) lets them pass.
   */
  CREDENTIALS_HELD_BACK: "CREDENTIALS_HELD_BACK",
  /**
   * The caller showed neither a key nor a client certificate that the gateway
   * knows. Nothing was sent. Fixed by the gateway's operator (`callers_file`),
   * or by the caller's developer. Code `UNAUTHENTICATED`.
   */
  CALLER_UNKNOWN: "CALLER_UNKNOWN",
  /**
   * The caller is known, but may not call this method or use this Flinks
   * instance. Nothing was sent. Fixed by the gateway's operator. Code
   * `PERMISSION_DENIED`.
   */
  CALLER_NOT_PERMITTED: "CALLER_NOT_PERMITTED",
  /**
   * The caller has as many calls under way as it may, or makes them faster than
   * it may. Nothing was sent: always `retryable`. Code `RESOURCE_EXHAUSTED`,
   * with a `RetryInfo` of the time until there may be room.
   */
  CALLER_LIMITED: "CALLER_LIMITED",
  /**
   * The gateway has as many calls under way as it takes (its setting
   * `max_calls`). Nothing was sent: always `retryable`. Code `UNAVAILABLE`, with
   * `RetryInfo` of a second.
   */
  GATEWAY_OVERLOADED: "GATEWAY_OVERLOADED",
} as const;

/** Why a call failed, in words that a program can act on. */
export type ErrorReason = (typeof ErrorReason)[keyof typeof ErrorReason];

/** Who must do what after an error. */
export const NextStep = {
  /** Newer than this package, or not said. Its name, where it has one, is beside it or in the metadata. */
  UNSPECIFIED: "UNSPECIFIED",
  /** Nothing helps for now. */
  NONE: "NONE",
  /** The caller's developer corrects the program. */
  FIX_REQUEST: "FIX_REQUEST",
  /** The customer types user name and password again, for a new `Authorize`. */
  CORRECT_CREDENTIALS: "CORRECT_CREDENTIALS",
  /** A new `Authorize`, with the customer present. */
  START_OVER: "START_OVER",
  /**
   * `Authorize` with the customer present, in place of what is saved: instead
   * of `CachedAuthorize`, or with credentials where the LoginId is unknown.
   */
  SIGN_IN_LIVE: "SIGN_IN_LIVE",
  /** The customer visits the bank's own site, or calls the bank. */
  CONTACT_BANK: "CONTACT_BANK",
  /** The call may be repeated at once, by a program too: nothing was sent. */
  RETRY_NOW: "RETRY_NOW",
  /**
   * The same call where it is `retryable`, else a new `Authorize`; after the
   * delay of `RetryInfo`.
   */
  RETRY_LATER: "RETRY_LATER",
  /**
   * Nobody knows whether the bank took the call. After a live call let the
   * customer decide; a cached call may be repeated.
   */
  CHECK_OUTCOME: "CHECK_OUTCOME",
  /** The gateway's operator looks at its log and settings. */
  CONTACT_OPERATOR: "CONTACT_OPERATOR",
} as const;

/** Who must do what after an error. */
export type NextStep = (typeof NextStep)[keyof typeof NextStep];

/** A predicate for each {@link ErrorReason}. */
export abstract class ReasonedError extends Error {
  /** Why the call failed. `UNSPECIFIED` when newer than this package. */
  abstract readonly reason: ErrorReason;

  /**
   * The request breaks a rule of this contract. Nothing was sent to Flinks. The
   * details hold a `google.rpc.BadRequest` that names each field at fault, its
   * rule and how to keep it, up to 25 of them. Also for a message that is too
   * large, cannot be decoded or is compressed, without `BadRequest`. Fixed by
   * the caller's developer. Code `INVALID_ARGUMENT`; `UNIMPLEMENTED` for a
   * compressed message.
   */
  isInvalidRequest(): boolean {
    return this.reason === "INVALID_REQUEST";
  }

  /**
   * The continuation was not made by this gateway, was changed on the way, or
   * was sealed with a key, or for an instance, that is no longer configured.
   * Nothing was sent to Flinks. Comes with a `google.rpc.BadRequest`. The
   * customer starts the sign-in over; where it happens often, the operator
   * gives all replicas the same continuation keys. Code `INVALID_ARGUMENT`.
   */
  isContinuationInvalid(): boolean {
    return this.reason === "CONTINUATION_INVALID";
  }

  /**
   * Flinks found the request incomplete or did not know a value in it, such as
   * the institution (`INVALID_REQUEST`). Fixed by the caller's developer. Code
   * `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
   */
  isRequestRefused(): boolean {
    return this.reason === "REQUEST_REFUSED";
  }

  /**
   * The bank refused the user name or the password (`INVALID_USERNAME`,
   * `INVALID_PASSWORD`, or `INVALID_LOGIN` in a sign-in with credentials). The
   * customer types them again; repeating the same ones can lock their account.
   * Code `INVALID_ARGUMENT`. Metadata: `flinks_code`, `http_status`.
   */
  isCredentialsRejected(): boolean {
    return this.reason === "CREDENTIALS_REJECTED";
  }

  /**
   * The bank refused the answers and does not ask again
   * (`INVALID_SECURITY_RESPONSE`, `INVALID_SECURITY_RESPONSE_NO_RETRY`). The
   * customer starts over. Code `INVALID_ARGUMENT`. Metadata: `flinks_code`,
   * `http_status`.
   */
  isAnswersRejected(): boolean {
    return this.reason === "ANSWERS_REJECTED";
  }

  /**
   * Flinks does not find the answers to what it asked (`UNKNOWN_CHALLENGE_KEY`,
   * `SECURITYRESPONSES_INCOMPLETE`): with raw answers, a wrong key. Fixed by
   * the caller's developer; the customer starts over. Code `INVALID_ARGUMENT`.
   * Metadata: `flinks_code`, `http_status`.
   */
  isAnswersMismatched(): boolean {
    return this.reason === "ANSWERS_MISMATCHED";
  }

  /**
   * The instance has no such LoginId (`INVALID_LOGIN` in a sign-in by one). The
   * caller's developer checks the instance; the customer signs in with
   * credentials again. Code `NOT_FOUND`. Metadata: `flinks_code`,
   * `http_status`.
   */
  isLoginNotFound(): boolean {
    return this.reason === "LOGIN_NOT_FOUND";
  }

  /**
   * Flinks does not know the session, or no longer (`SESSION_NONEXISTENT`). The
   * customer starts over. Code `NOT_FOUND`. Metadata: `flinks_code`,
   * `http_status`.
   */
  isSessionNotFound(): boolean {
    return this.reason === "SESSION_NOT_FOUND";
  }

  /**
   * The round was answered too late: by `ChallengeRound.expire_time`, in which
   * case nothing was sent, or by Flinks' word (`SESSION_EXPIRED`). The customer
   * starts over. Code `NOT_FOUND`. Metadata: `flinks_code` and `http_status`
   * when Flinks said so.
   */
  isSessionExpired(): boolean {
    return this.reason === "SESSION_EXPIRED";
  }

  /**
   * The round was answered before and its session is open
   * (`ALREADY_AUTHORIZED`). The caller uses that session, or the customer
   * starts over. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`,
   * `http_status`.
   */
  isAlreadyAuthorized(): boolean {
    return this.reason === "ALREADY_AUTHORIZED";
  }

  /**
   * The login cannot be reopened from cache, or not without the customer:
   * Flinks asked a challenge in cached mode, or has no stored answer to one
   * (`QUESTION_NOT_FOUND`). The caller goes on with `Authorize`, the customer
   * present. Code `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code`
   * when there was one.
   */
  isLiveSignInRequired(): boolean {
    return this.reason === "LIVE_SIGN_IN_REQUIRED";
  }

  /**
   * The bank has locked the login (`DISABLED_LOGIN`). The customer calls the
   * bank. Code `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
   */
  isLoginDisabled(): boolean {
    return this.reason === "LOGIN_DISABLED";
  }

  /**
   * The bank refuses access without saying why (`UNAUTHORIZED` that is not
   * about the gateway's keys); often a locked login. The customer signs in at
   * the bank itself or calls it. Code `FAILED_PRECONDITION`. Metadata:
   * `flinks_code`, `http_status`.
   */
  isAccessRefused(): boolean {
    return this.reason === "ACCESS_REFUSED";
  }

  /**
   * The bank wants something done on its own site first, such as accepting
   * terms (`NEW_ACCOUNT`). The customer does it there. Code
   * `FAILED_PRECONDITION`. Metadata: `flinks_code`, `http_status`.
   */
  isBankActionRequired(): boolean {
    return this.reason === "BANK_ACTION_REQUIRED";
  }

  /**
   * The login has too few transactions for the product asked for
   * (`NO_TRANSACTION`). Nobody can fix it now. Code `FAILED_PRECONDITION`.
   * Metadata: `flinks_code`, `http_status`.
   */
  isNoTransactions(): boolean {
    return this.reason === "NO_TRANSACTIONS";
  }

  /**
   * The bank cannot be reached or is under maintenance (`RETRY_LATER`, or a
   * code that ends so, such as `BANK_MAINTENANCE_RETRY_LATER`). Time fixes it;
   * `retryable` except for answers, which start over. Code `ABORTED`, with
   * `RetryInfo` of 5 minutes. Metadata: `flinks_code`, `http_status`.
   */
  isInstitutionUnavailable(): boolean {
    return this.reason === "INSTITUTION_UNAVAILABLE";
  }

  /**
   * Flinks has switched the bank off for now (`DISABLED_INSTITUTION`). Time
   * fixes it; `retryable` except for answers, which start over. Code `ABORTED`,
   * with `RetryInfo` of an hour. Metadata: `flinks_code`, `http_status`.
   */
  isInstitutionDisabled(): boolean {
    return this.reason === "INSTITUTION_DISABLED";
  }

  /**
   * Another session of the same login is open, or its data is still being
   * processed (`CONCURRENT_SESSION`, `CARD_IN_USE`). Time fixes it; `retryable`
   * except for answers, which start over. Code `ABORTED`, with `RetryInfo` of a
   * minute. Metadata: `flinks_code`, `http_status`.
   */
  isSessionConflict(): boolean {
    return this.reason === "SESSION_CONFLICT";
  }

  /**
   * Flinks takes no more requests for a while (`TOO_MANY_REQUESTS`, or any
   * reply with status 429 and no code that says otherwise). Time fixes it, and
   * asking less; `retryable` except for answers, which start over. Code
   * `RESOURCE_EXHAUSTED`, with `RetryInfo` of a minute. Metadata:
   * `http_status`; `flinks_code` when there was one.
   */
  isRateLimited(): boolean {
    return this.reason === "RATE_LIMITED";
  }

  /**
   * Flinks failed unexpectedly (`AGGREGATION_ERROR`, or a status of 500 or
   * above with an unknown code or none), or could not be reached again after it
   * had refused the gateway's token. The bank may have been asked. Time fixes
   * it, or Flinks does; try only a few times. `retryable` for
   * `CachedAuthorize`. Code `ABORTED`, with `RetryInfo` of a minute. Metadata:
   * `http_status` when Flinks answered; `flinks_code` when there was one.
   */
  isUpstreamFailed(): boolean {
    return this.reason === "UPSTREAM_FAILED";
  }

  /**
   * Flinks refused the call with a code that the gateway does not know, or with
   * none. Fixed by the gateway's operator, with Flinks. Code
   * `FAILED_PRECONDITION`. Metadata: `http_status`; `flinks_code` when there
   * was one.
   */
  isUpstreamRefused(): boolean {
    return this.reason === "UPSTREAM_REFUSED";
  }

  /**
   * Flinks refused the gateway's own keys (`ACCESS_DENIED`, `UNAUTHORIZED`
   * about the auth key or the authorize token, or an error below 500, other
   * than 429, when asked for a token). Fixed by the gateway's operator. Code
   * `INTERNAL`. Metadata: `http_status`; `flinks_code` when there was one.
   */
  isUpstreamKeysRefused(): boolean {
    return this.reason === "UPSTREAM_KEYS_REFUSED";
  }

  /**
   * The Flinks instance does not offer this (`METHOD_NOT_AVAILABLE`). Fixed by
   * the gateway's operator, with Flinks. Code `INTERNAL`. Metadata:
   * `flinks_code`, `http_status`.
   */
  isUpstreamFeatureDisabled(): boolean {
    return this.reason === "UPSTREAM_FEATURE_DISABLED";
  }

  /**
   * Flinks, or something on the way to it, answered with what cannot be read:
   * HTML, an empty, truncated or oversized body, a redirect, or JSON without
   * what gives it meaning, such as a readable `RequestId` or
   * `SecurityChallenges`. Others of a wrong type are no fault, but left unset.
   * After a live call the outcome at the bank is unknown. Fixed by the
   * gateway's operator. Code `INTERNAL`. Metadata: `http_status`; `fault`, one
   * of `redirect`, `empty`, `html`, `not_json`, `not_utf8`, `truncated`,
   * `too_large` (also for more than 1000 challenges in a round), `too_deep`,
   * `wrong_type`, `incomplete`; `path`, the JSON property at fault, such as
   * `RequestId`, absent when it is the whole.
   */
  isUpstreamResponseInvalid(): boolean {
    return this.reason === "UPSTREAM_RESPONSE_INVALID";
  }

  /**
   * No connection to Flinks could be made, or none that lasted until the
   * gateway had a token, or the gateway's process ended first. Nothing of the
   * call was sent: always `retryable`, at once. Where it lasts, fixed by the
   * gateway's operator. Code `UNAVAILABLE`.
   */
  isUpstreamUnreachable(): boolean {
    return this.reason === "UPSTREAM_UNREACHABLE";
  }

  /**
   * The connection to Flinks was lost after the request was sent, or the
   * gateway's process had to end (its setting `drain_timeout`) while the call
   * was under way: whether the bank took it is unknown. The customer decides;
   * no program may repeat a live call. `retryable` for `CachedAuthorize`. Code
   * `UNKNOWN`.
   */
  isOutcomeUnknown(): boolean {
    return this.reason === "OUTCOME_UNKNOWN";
  }

  /**
   * The caller's deadline passed, or the gateway's own. Where nothing had been
   * sent for certain, `next_step` is `NEXT_STEP_RETRY_NOW` and the call
   * `retryable`, with more time. Else it is `NEXT_STEP_CHECK_OUTCOME`, for the
   * outcome at the bank is unknown: the customer decides, and only
   * `CachedAuthorize` is `retryable`. Code `DEADLINE_EXCEEDED`.
   */
  isDeadlineExceeded(): boolean {
    return this.reason === "DEADLINE_EXCEEDED";
  }

  /**
   * The gateway itself failed. Fixed by its developers, whom its operator
   * tells. Code `INTERNAL`.
   */
  isGatewayFault(): boolean {
    return this.reason === "GATEWAY_FAULT";
  }

  /**
   * The gateway has no such method: the client's contract is newer than the
   * server's, or the address is wrong. No RPC answers it. Fixed by the caller's
   * developer. Code `UNIMPLEMENTED`.
   */
  isMethodUnknown(): boolean {
    return this.reason === "METHOD_UNKNOWN";
  }

  /**
   * The bank refused this very user name and password a short while ago, and
   * the gateway does not send them again for now: another attempt would bring
   * the customer nearer to being locked out. Nothing was sent. The customer
   * types them anew. Code `INVALID_ARGUMENT`, with a `RetryInfo` of the time
   * after which the gateway (its setting `lockout_guard`) lets them pass.
   */
  isCredentialsHeldBack(): boolean {
    return this.reason === "CREDENTIALS_HELD_BACK";
  }

  /**
   * The caller showed neither a key nor a client certificate that the gateway
   * knows. Nothing was sent. Fixed by the gateway's operator (`callers_file`),
   * or by the caller's developer. Code `UNAUTHENTICATED`.
   */
  isCallerUnknown(): boolean {
    return this.reason === "CALLER_UNKNOWN";
  }

  /**
   * The caller is known, but may not call this method or use this Flinks
   * instance. Nothing was sent. Fixed by the gateway's operator. Code
   * `PERMISSION_DENIED`.
   */
  isCallerNotPermitted(): boolean {
    return this.reason === "CALLER_NOT_PERMITTED";
  }

  /**
   * The caller has as many calls under way as it may, or makes them faster than
   * it may. Nothing was sent: always `retryable`. Code `RESOURCE_EXHAUSTED`,
   * with a `RetryInfo` of the time until there may be room.
   */
  isCallerLimited(): boolean {
    return this.reason === "CALLER_LIMITED";
  }

  /**
   * The gateway has as many calls under way as it takes (its setting
   * `max_calls`). Nothing was sent: always `retryable`. Code `UNAVAILABLE`, with
   * `RetryInfo` of a second.
   */
  isGatewayOverloaded(): boolean {
    return this.reason === "GATEWAY_OVERLOADED";
  }
}
