# frozen_string_literal: true

# What a failed call's status says, as a `GatewayError`.

require "google/rpc/error_details_pb"
require "google/rpc/status_pb"
require_relative "bad_request_pb"

module FlinksGateway
  # @api private
  module Status
    DOMAIN = "flinks-gateway"
    CODES = GRPC::Core::StatusCodes.constants.to_h { |name| [GRPC::Core::StatusCodes.const_get(name), name] }.freeze

    class << self
      # @param failure [GRPC::BadStatus]
      # @param headers [Hash, nil] the metadata before the answer
      # @param repeatable [Boolean] whether this call may be repeated when its outcome is unknown
      def error(failure, headers, repeatable:)
        code = CODES.fetch(failure.code, :UNKNOWN)
        message = failure.details.to_s.dup.force_encoding(Encoding::UTF_8).scrub
        call_id = call_id(failure.metadata, headers)
        info = detail(failure, Google::Rpc::ErrorInfo)
        return GatewayError.without_details(code, message, repeatable:, call_id:) unless info && info.domain == DOMAIN

        GatewayError.new(
          message,
          code:,
          reason: ErrorReason.named(info.reason),
          reason_name: info.reason,
          next_step: NextStep.named(info.metadata["next_step"]),
          retryable: info.metadata["retryable"] == "true",
          retry_delay: WellKnown.seconds(detail(failure, Google::Rpc::RetryInfo)&.retry_delay),
          field_violations: violations(detail(failure, BadRequest, "google.rpc.BadRequest")),
          metadata: info.metadata.to_h,
          call_id:
        )
      end

      # @param metadata [Array<Hash, nil>] where it may be
      def call_id(*metadata) = metadata.filter_map { |each| Array(each && each["x-request-id"]).first }.first || ""

      private

      def violations(bad_request)
        bad_request.to_h.fetch(:field_violations, []).map { |violation| FieldViolation.new(**violation) }
      end

      # @return [Object, nil] the detail of this type, where there is one that can be read
      def detail(failure, type, name = type.descriptor.name)
        status = Google::Rpc::Status.decode(Array(failure.metadata.to_h["grpc-status-details-bin"]).first || "")
        found = status.details.find { |any| any.type_url.delete_prefix("type.googleapis.com/") == name }
        found && type.decode(found.value)
      rescue Google::Protobuf::ParseError
        nil
      end
    end
  end
  private_constant :Status
end
