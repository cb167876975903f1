# frozen_string_literal: true

# The calls.

require "timeout"

module FlinksGateway
  # A connection to a gateway, made by {FlinksGateway.connect}. Threads may share it; processes may not: connect after a
  # fork.
  #
  # Every call takes `timeout`, its deadline in seconds, and `cancellation`, a {Cancellation} to end it with. A call
  # whose thread is interrupted (`Timeout`, `Thread#raise`, `Thread#kill`, Ctrl-C) is cancelled too, and the
  # interruption goes on unchanged.
  #
  # Every call raises {GatewayError} when it fails, and `ArgumentError` or `TypeError` for wrong arguments, before
  # anything is sent. What the function of `bearer_token` raises is raised unchanged.
  class Client
    include Printing

    # @api private
    def initialize(options)
      @options = options
      @channel = options.channel
      @stub = V1::AuthorizationService::Stub.new(nil, nil, channel_override: @channel)
      @closed = false
    end

    # Signs a customer in at their bank now. Takes from seconds to minutes. Never repeated: each call is an attempt at
    # the bank, and banks lock customers out.
    # @param request [AuthorizeRequest]
    # @param timeout [Numeric, nil] seconds; `nil` is the client's `live_timeout`
    # @param cancellation [Cancellation, nil]
    # @return [Session, ChallengeRound, PendingOperation]
    # @raise [GatewayError]
    def authorize(request, timeout: nil, cancellation: nil)
      Check.one_of(:request, request, AuthorizeRequest)
      call(:authorize, Conversions.authorize_request(request), timeout, cancellation)
    end

    # Answers the challenges of a round and goes on with the sign-in. Never repeated. Works from any process.
    # @param continuation [String] the {ChallengeRound#continuation}
    # @param answers [Array<Answer>] one for each challenge
    # @param timeout [Numeric, nil] seconds; `nil` is the client's `live_timeout`
    # @param cancellation [Cancellation, nil]
    # @return [Session, ChallengeRound, PendingOperation]
    # @raise [GatewayError]
    def answer(continuation, answers, timeout: nil, cancellation: nil)
      message = V1::AnswerChallengesRequest.new(
        continuation: Check.text(:continuation, continuation),
        answers: Check.list(:answers, answers, :one_of, Answer).map { |answer| Conversions.answer(answer) }
      )
      call(:answer_challenges, message, timeout, cancellation)
    end

    # Reopens a saved login from Flinks' cache, without asking the bank. Repeated on `UNAVAILABLE`, a few times.
    # @param request [CachedAuthorizeRequest]
    # @param timeout [Numeric, nil] seconds, repeats included; `nil` is the client's `cached_timeout`
    # @param cancellation [Cancellation, nil]
    # @return [Session, PendingOperation]
    # @raise [GatewayError]
    def cached_authorize(request, timeout: nil, cancellation: nil)
      Check.one_of(:request, request, CachedAuthorizeRequest)
      call(:cached_authorize, Conversions.cached_authorize_request(request), timeout, cancellation)
    end

    # Signs in from beginning to end: {#authorize}, then the answerer and {#answer} until there is an outcome.
    #
    # When the answers are not there by the round's `expire_time`, the answerer is interrupted where it waits, as
    # `Timeout` does, and a {GatewayError} of {ErrorReason::SESSION_EXPIRED} is raised; nothing is sent. What the
    # answerer raises is raised unchanged.
    # @param request [AuthorizeRequest]
    # @param answerer [#call, nil] given a {ChallengeRound}, returns an Array of {Answer}s; {FlinksGateway.by_kind}
    #   makes one. Or a block.
    # @param timeout [Numeric, nil] seconds for each call to the gateway; `nil` is the client's `live_timeout`
    # @param cancellation [Cancellation, nil]
    # @yieldparam round [ChallengeRound]
    # @yieldreturn [Array<Answer>]
    # @return [Session, PendingOperation]
    # @raise [GatewayError]
    def sign_in(request, answerer = nil, timeout: nil, cancellation: nil, &block)
      raise ArgumentError, "an answerer or a block, not both" if answerer && block

      answerer ||= block
      Check.refuse(ArgumentError, :answerer, "must be callable, or a block given") unless answerer.respond_to?(:call)
      outcome = authorize(request, timeout:, cancellation:)
      while outcome.is_a?(ChallengeRound)
        outcome = answer(outcome.continuation, ask(answerer, outcome), timeout:, cancellation:)
      end
      outcome
    end

    # Ends the connection, once the calls that run have ended; new ones raise `IOError`. May be called more than once.
    # @return [void]
    def close
      @closed = true
      @channel.close
      nil
    end

    private

    def printable = { address: @options.address, plaintext: @options.plaintext }

    # Asks for a round's answers, until it expires.
    def ask(answerer, round)
      return answerer.call(round) unless round.expire_time

      left = round.expire_time - Time.now
      raise GatewayError.expired(round) unless left.positive?

      # A class of its own: the answerer's own timeouts are its own, and `rescue => error` does not catch this one.
      expired = Class.new(Exception) # rubocop:disable Lint/InheritException
      begin
        answers = Timeout.timeout(left, expired) { answerer.call(round) }
      rescue expired
        raise GatewayError.expired(round), cause: nil
      end
      Time.now < round.expire_time ? answers : raise(GatewayError.expired(round))
    end

    def call(method, message, timeout, cancellation)
      repeatable = method == :cached_authorize
      seconds = Check.seconds(:timeout, timeout || (repeatable ? @options.cached_timeout : @options.live_timeout))
      Check.optional(:cancellation, cancellation, :one_of, Cancellation)
      if cancellation&.cancelled?
        raise GatewayError.without_details(:CANCELLED, "cancelled; nothing was sent", repeatable:)
      end

      operation = operation(method, message, seconds)
      begin
        response = cancellation ? cancellation.during(operation) { run(operation) } : run(operation)
      rescue GRPC::BadStatus => e
        raise Status.error(e, operation.metadata, repeatable:)
      rescue GRPC::Core::CallError, Google::Protobuf::ParseError
        raise not_understood(operation, :INTERNAL, "the answer cannot be read", repeatable)
      end
      (repeatable ? Conversions.final_outcome(response) : Conversions.outcome(response)) ||
        raise(not_understood(operation, :UNKNOWN, "the outcome is newer than this client", repeatable))
    end

    def operation(method, message, seconds)
      raise IOError, "closed client" if @closed

      metadata = @options.metadata
      @stub.public_send(method, message, deadline: Time.now + seconds, metadata:, return_op: true)
    end

    # gRPC's wait frees what it waits for when it is interrupted; a thread of its own is never interrupted, but told to
    # end the call.
    def run(operation)
      Thread.new do
        Thread.current.report_on_exception = false
        operation.execute
      end.value
    ensure
      # Does nothing to a call that has ended.
      operation.cancel
    end

    def not_understood(operation, code, message, repeatable)
      GatewayError.without_details(code, message, repeatable:, call_id: Status.call_id(operation.metadata))
    end
  end

  # Connects to a gateway; lazily, with the first call. With a block, gives it the client, closes that afterwards, and
  # returns what the block did.
  #
  # TLS against the system's certificate authorities is the default.
  # @overload connect(address, ca: nil, certificate: nil, private_key: nil, bearer_token: nil, plaintext: false,
  #     dangerously_allow_plaintext_beyond_loopback: false, live_timeout: 250, cached_timeout: 35)
  #   @param address [String] `host:port`, an IPv6 host in brackets
  #   @param ca [String, nil] PEM of the certificate authorities to trust instead
  #   @param certificate [String, nil] PEM of the client's own certificate, for mTLS; with `private_key`
  #   @param private_key [String, nil] PEM of its key
  #   @param bearer_token [String, #call, nil] sent with each call; what is callable is asked before each
  #   @param plaintext [Boolean] no TLS; to loopback addresses only
  #   @param dangerously_allow_plaintext_beyond_loopback [Boolean] to any address: for a mesh that encrypts on its own
  #   @param live_timeout [Numeric] deadline of {Client#authorize} and {Client#answer}, in seconds: a little more than
  #     the gateway's own, so that the gateway is the one to answer
  #   @param cached_timeout [Numeric] deadline of {Client#cached_authorize}, in seconds
  #   @yieldparam client [Client]
  #   @return [Client] or what the block returns
  #   @raise [ArgumentError, TypeError] for options that are wrong or contradict each other
  def self.connect(address, **options)
    client = Client.new(Options.new(address, **options))
    block_given? ? yield(client) : client
  ensure
    client&.close if block_given?
  end
end
