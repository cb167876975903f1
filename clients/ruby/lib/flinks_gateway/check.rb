# frozen_string_literal: true

# What a field may hold. Errors name the field, and never what it held.

module FlinksGateway
  # Each check takes a field's name and a value, and gives the value as it is kept: a copy. Copies are not frozen: who
  # changed a frozen text (`strip!`, `force_encoding`) would be told so by a FrozenError that quotes it.
  # @api private
  module Check
    REQUIRED = Object.new.freeze

    # Text, as UTF-8. Bytes without an encoding, as sockets give them and terminals under `LANG=C`, are taken for UTF-8.
    TEXT = lambda do |name, value|
      refuse(TypeError, name, "must be a String") unless value.is_a?(String)
      raw = [Encoding::BINARY, Encoding::US_ASCII].include?(value.encoding)
      text = raw ? value.dup.force_encoding(Encoding::UTF_8) : value
      begin
        text = text.encode(Encoding::UTF_8)
      rescue EncodingError
        refuse(ArgumentError, name, "cannot be encoded as UTF-8")
      end
      refuse(ArgumentError, name, "is not valid UTF-8") unless text.valid_encoding?
      text
    end

    BYTES = lambda do |name, value|
      refuse(TypeError, name, "must be a String") unless value.is_a?(String)
      value.b
    end

    FLAG = lambda do |name, value|
      refuse(TypeError, name, "must be true or false") unless [true, false].include?(value)
      value
    end

    INTEGER = lambda do |name, value|
      refuse(TypeError, name, "must be an Integer") unless value.is_a?(Integer)
      refuse(ArgumentError, name, "is out of range") unless value.between?(-(2**31), (2**31) - 1)
      value
    end

    TIME = lambda do |name, value|
      refuse(TypeError, name, "must be a Time or nil") unless value.nil? || value.is_a?(Time)
      value
    end

    # What JSON can hold.
    JSON = lambda do |name, value|
      case value
      when Hash then value.to_h { |key, item| [TEXT.call(name, key), JSON.call(name, item)] }
      when Array then value.map { |item| JSON.call(name, item) }
      when String then TEXT.call(name, value)
      when Numeric, true, false, nil then value
      else refuse(TypeError, name, "must be made of what JSON can hold")
      end
    end

    class << self
      def one_of(*classes)
        lambda do |name, value|
          next value if classes.any? { |wanted| wanted.nil? ? value.nil? : value.is_a?(wanted) }

          refuse(TypeError, name, "must be #{classes.map { |wanted| wanted&.name || "nil" }.join(" or ")}")
        end
      end

      def list(check)
        lambda do |name, value|
          refuse(TypeError, name, "must be an Array") unless value.is_a?(Array)
          value.map { |item| check.call(name, item) }
        end
      end

      # A value of an enum.
      def enum(values)
        lambda do |name, value|
          unless values.all.include?(value)
            refuse(ArgumentError, name, "must be one of #{values.all.map(&:inspect).join(", ")}")
          end
          value
        end
      end

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
