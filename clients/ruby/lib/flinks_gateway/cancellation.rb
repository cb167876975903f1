# frozen_string_literal: true

# How a call is ended from elsewhere.

module FlinksGateway
  # Ends calls from another thread, or from a signal handler: give it to the calls, and {#cancel} ends those that run
  # and refuses those that come. A cancelled call raises a {GatewayError} with code `:CANCELLED`, and the gateway drops
  # its request to Flinks; whether the bank took it is unknown.
  #
  #   stop = FlinksGateway::Cancellation.new
  #   trap("TERM") { stop.cancel }
  #   client.authorize(request, cancellation: stop)
  class Cancellation
    def initialize
      @operations = {}.compare_by_identity
      @cancelled = false
    end

    # Ends all calls that were given this; for good. It may be called more than once.
    # @return [void]
    def cancel
      # No lock, for signal handlers may not take one. The order suffices: an operation is noted before it asks whether
      # it is cancelled, and cancelling one twice does nothing.
      @cancelled = true
      @operations.keys.each(&:cancel) # rubocop:disable Style/HashEachMethods -- calls come and go meanwhile
      nil
    end

    # @return [Boolean]
    def cancelled? = @cancelled

    # @api private
    def during(operation)
      @operations[operation] = true
      operation.cancel if @cancelled
      yield
    ensure
      @operations.delete(operation)
    end

    # @return [String]
    def inspect = "#<#{self.class.name} cancelled=#{cancelled?}>"
  end
end
