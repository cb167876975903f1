# frozen_string_literal: true

# Generated from the contract: do not edit.

module FlinksGateway
  # Who must do what after an error. The values are symbols.
  module NextStep
    # Unsaid, or newer than this client.
    UNSPECIFIED = :UNSPECIFIED

    # Nothing helps for now.
    NONE = :NONE

    # The caller's developer corrects the program.
    FIX_REQUEST = :FIX_REQUEST

    # The customer types user name and password again, for a new `Authorize`.
    CORRECT_CREDENTIALS = :CORRECT_CREDENTIALS

    # A new `Authorize`, with the customer present.
    START_OVER = :START_OVER

    # `Authorize` with the customer present, in place of what is saved: instead
    # of `CachedAuthorize`, or with credentials where the LoginId is unknown.
    SIGN_IN_LIVE = :SIGN_IN_LIVE

    # The customer visits the bank's own site, or calls the bank.
    CONTACT_BANK = :CONTACT_BANK

    # The call may be repeated at once, by a program too: nothing was sent.
    RETRY_NOW = :RETRY_NOW

    # The same call where it is `retryable`, else a new `Authorize`; after the
    # delay of `RetryInfo`.
    RETRY_LATER = :RETRY_LATER

    # Nobody knows whether the bank took the call. After a live call let the
    # customer decide; a cached call may be repeated.
    CHECK_OUTCOME = :CHECK_OUTCOME

    # The gateway's operator looks at its log and settings.
    CONTACT_OPERATOR = :CONTACT_OPERATOR

    # The values by their names in the contract.
    # @return [Hash{String => Symbol}]
    BY_NAME = {
      "NEXT_STEP_UNSPECIFIED" => UNSPECIFIED,
      "NEXT_STEP_NONE" => NONE,
      "NEXT_STEP_FIX_REQUEST" => FIX_REQUEST,
      "NEXT_STEP_CORRECT_CREDENTIALS" => CORRECT_CREDENTIALS,
      "NEXT_STEP_START_OVER" => START_OVER,
      "NEXT_STEP_SIGN_IN_LIVE" => SIGN_IN_LIVE,
      "NEXT_STEP_CONTACT_BANK" => CONTACT_BANK,
      "NEXT_STEP_RETRY_NOW" => RETRY_NOW,
      "NEXT_STEP_RETRY_LATER" => RETRY_LATER,
      "NEXT_STEP_CHECK_OUTCOME" => CHECK_OUTCOME,
      "NEXT_STEP_CONTACT_OPERATOR" => CONTACT_OPERATOR
    }.freeze

    # @return [Array<Symbol>] all values
    def self.all = BY_NAME.values

    # The value with this name in the contract; +UNSPECIFIED+ where this client is too old to know it.
    # @param name [String, nil]
    # @return [Symbol]
    def self.named(name) = BY_NAME.fetch(name, UNSPECIFIED)
  end
end
