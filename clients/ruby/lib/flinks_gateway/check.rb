# frozen_string_literal: true

# What a field may hold. Errors name the field, and never what it held.

module FlinksGateway
  # Each check takes a field's name and a value, and gives the value as it is kept: a copy. Copies are not frozen: who
  # changed a frozen text (`strip!`, `force_encoding`) would be told so by a FrozenError that quotes it.
  # @api private
  module Check
    class << self
      # Text, as UTF-8. Bytes without an encoding, as sockets give them and terminals under `LANG=C`, are taken for
      # UTF-8.
      def text(name, value)
        one_of(name, value, String)
        raw = [Encoding::BINARY, Encoding::US_ASCII].include?(value.encoding)
        text = raw ? value.dup.force_encoding(Encoding::UTF_8) : value.encode(Encoding::UTF_8)
        text.valid_encoding? ? text : refuse(ArgumentError, name, "is not valid UTF-8")
      rescue EncodingError
        refuse(ArgumentError, name, "cannot be encoded as UTF-8")
      end

      def bytes(name, value) = one_of(name, value, String).b

      def flag(name, value)
        [true, false].include?(value) ? value : refuse(TypeError, name, "must be true or false")
      end

      def integer(name, value)
        one_of(name, value, Integer)
        value.between?(-(2**31), (2**31) - 1) ? value : refuse(ArgumentError, name, "is out of range")
      end

      # What JSON can hold.
      def json(name, value)
        case value
        when Hash then value.to_h { |key, item| [text(name, key), json(name, item)] }
        when Array then value.map { |item| json(name, item) }
        when String then text(name, value)
        when Numeric, true, false, nil then value
        else refuse(TypeError, name, "must be made of what JSON can hold")
        end
      end

      def one_of(name, value, *classes)
        return value if classes.any? { |wanted| value.is_a?(wanted) }

        refuse(TypeError, name, "must be an instance of #{classes.join(" or ")}")
      end

      # A value of an enum.
      def enum(name, value, values)
        return value if values.all.include?(value)

        refuse(ArgumentError, name, "must be one of #{values.all.map(&:inspect).join(", ")}")
      end

      # An Array of what passes another check.
      def list(name, value, check, *more)
        one_of(name, value, Array).map { |item| public_send(check, name, item, *more) }
      end

      # `nil`, or what passes another check.
      def optional(name, value, check, *more) = value.nil? ? nil : public_send(check, name, value, *more)

      # A number of seconds until a deadline, as a Float. gRPC's dates end in 2038: a year is as good as for ever.
      def seconds(name, value)
        refuse(TypeError, name, "must be a number of seconds") unless value.is_a?(Numeric) && value.real?
        refuse(ArgumentError, name, "must be positive and finite") unless value.to_f.positive? && value.to_f.finite?
        [value.to_f, 31_536_000.0].min
      end

      def refuse(error, name, rule) = raise(error, "#{name} #{rule}", cause: nil)
    end
  end
  private_constant :Check
end
