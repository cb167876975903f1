# frozen_string_literal: true

# How every failed call is told: `GatewayError`.

module FlinksGateway
  # A field of a request that breaks a rule.
  class FieldViolation < Value
    # The field's path in the contract.
    # @return [String]
    field :field
    # The rule, and how to keep it.
    # @return [String]
    field :description
    # The rule's name.
    # @return [String]
    field :reason

    def initialize(field: "", description: "", reason: "") = super
  end

  # A call that failed. {#reason} says what happened, {#next_step} who must do what; there is a predicate for each
  # reason, such as {#credentials_rejected?}.
  #
  # The `cause` is the error of the gRPC library, where there was one.
  class GatewayError < StandardError
    include ErrorPredicates

    # @return [Symbol] gRPC's status code, such as `:INVALID_ARGUMENT`
    attr_reader :code
    # @return [Symbol] a value of {ErrorReason}; `UNSPECIFIED` when newer than this client
    attr_reader :reason
    # @return [String] the reason's name as it came, such as `ERROR_REASON_CREDENTIALS_REJECTED`
    attr_reader :reason_name
    # @return [Symbol] a value of {NextStep}; `UNSPECIFIED` when newer than this client
    attr_reader :next_step
    # @return [Float, nil] seconds to wait before the call is repeated, where that is of use
    attr_reader :retry_delay
    # @return [Array<FieldViolation>] the fields of the request at fault
    attr_reader :field_violations
    # @return [Hash{String => String}] all of `ErrorInfo.metadata`
    attr_reader :metadata
    # @return [String] the gateway's `x-request-id`: the call's line in its log; empty when no gateway answered
    attr_reader :call_id

    # @api private
    def initialize(message, code:, reason:, next_step:, retryable:, reason_name: ErrorReason::BY_NAME.key(reason),
                   retry_delay: nil, field_violations: [], metadata: {}, call_id: "")
      super(message)
      @code = code
      @reason = reason
      @reason_name = reason_name
      @next_step = next_step
      @retryable = retryable
      @retry_delay = retry_delay
      @field_violations = field_violations.freeze
      @metadata = metadata.freeze
      @call_id = call_id
    end

    # Whether a program may repeat this very call, after {#retry_delay}. Where it may not, a repeated sign-in is a new
    # attempt at the bank.
    # @return [Boolean]
    def retryable? = @retryable

    # @return [String] Flinks' own code, such as `INVALID_PASSWORD`; empty when Flinks gave none
    def flinks_code = metadata.fetch("flinks_code", "")

    # @return [Integer] the status of Flinks' reply; 0 when Flinks did not answer
    def http_status = Integer(metadata.fetch("http_status", "0"), 10, exception: false) || 0

    # @return [String] Flinks' name for the session; empty when it is not known
    def request_id = metadata.fetch("request_id", "")

    # @return [String]
    def inspect = "#<#{self.class.name} #{code} #{reason_name}: #{message}>"

    # @param _keys [Array<Symbol>, nil]
    # @return [Hash{Symbol => Object}] what decides: code, reason, next_step, retryable, flinks_code
    def deconstruct_keys(_keys) = { code:, reason:, next_step:, retryable: retryable?, flinks_code: }

    # An error without the gateway's `ErrorInfo`, of which no more is known than its code.
    # @api private
    def self.without_details(code, message, repeatable:, call_id: "")
      reason, next_step, retryable =
        case code
        when :DEADLINE_EXCEEDED then [:DEADLINE_EXCEEDED, :CHECK_OUTCOME, repeatable]
        when :UNAUTHENTICATED, :PERMISSION_DENIED, :UNIMPLEMENTED then [:UNSPECIFIED, :CONTACT_OPERATOR, false]
        else [:OUTCOME_UNKNOWN, :CHECK_OUTCOME, repeatable]
        end
      new(message, code:, reason:, next_step:, retryable:, call_id:)
    end

    # The answers to a round were not there by its `expire_time`. As the gateway would say it.
    # @api private
    def self.expired(round)
      metadata = { "next_step" => "NEXT_STEP_START_OVER", "retryable" => "false", "request_id" => round.request_id }
      new("the round has expired; nothing was sent", code: :NOT_FOUND, reason: :SESSION_EXPIRED,
                                                     next_step: :START_OVER, retryable: false, metadata:)
    end
  end

  # The error of {FlinksGateway.by_kind} for a kind of challenge without a function. Its `key` is the kind.
  class UnansweredChallengeError < KeyError
  end
end
