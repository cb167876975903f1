# frozen_string_literal: true

# Google's own messages as Ruby has them.

module FlinksGateway
  # @api private
  module WellKnown
    class << self
      # @param timestamp [Google::Protobuf::Timestamp, nil]
      def time(timestamp) = timestamp && Time.at(timestamp.seconds, timestamp.nanos, :nsec, in: "UTC")

      # @param duration [Google::Protobuf::Duration, nil]
      def seconds(duration) = duration && (duration.seconds + (duration.nanos / 1e9))

      # The `to_h` of protobuf maps takes no block.
      # @param struct [Google::Protobuf::Struct, nil]
      def object(struct) = struct && struct.fields.keys.to_h { |name| [name, json(struct.fields[name])] }

      private

      def json(value)
        case value.kind
        when :struct_value then object(value.struct_value)
        when :list_value then value.list_value.values.map { |item| json(item) }
        when :string_value then value.string_value
        when :bool_value then value.bool_value
        when :number_value then number(value.number_value)
        end
      end

      # JSON does not tell whole numbers from others; Ruby does.
      def number(float) = float.finite? && float.to_i == float && float.abs < 2**53 ? float.to_i : float
    end
  end
  private_constant :WellKnown
end
