# frozen_string_literal: true

# What all public types are made of: values that check what they are given, never change, and do not print secrets.

module FlinksGateway
  # Prints an object without its secrets, in every way that Ruby and its serialisers have. Subclasses say in
  # `printable` what may be seen.
  # @api private
  module Printing
    # What stands for a secret.
    SECRET = Object.new
    # @return [String] printed without quotes
    def SECRET.inspect = "[redacted]"

    # @return [String] the fields, with `[redacted]` in place of each secret
    def inspect
      fields = printable.map { |name, value| " #{name}=#{value.inspect}" }.join(",")
      "#<#{self.class.name}#{fields}>"
    end
    alias to_s inspect

    # @return [void]
    def pretty_print(printer) = printer.text(inspect)

    # @return [Hash] for JSON, with `[redacted]` in place of each secret
    def as_json(*) = printable.to_h { |name, value| [name.to_s, Printing.plain(value)] }

    # @return [String] as {#as_json}; needs `json`
    def to_json(*args) = as_json.to_json(*args)

    # For YAML, which goes one way.
    # @return [void]
    def encode_with(coder) = as_json.each { |name, value| coder[name] = value }

    # @raise [TypeError] always: a dump would hold secrets
    def marshal_dump
      raise TypeError, "#{self.class.name} may hold secrets and is not dumped; keep the fields that you need"
    end

    def self.plain(value)
      case value
      when SECRET then value.inspect
      when Printing then value.as_json
      when Array then value.map { |item| plain(item) }
      when Time then value.strftime("%FT%T.%NZ")
      else value
      end
    end
  end
  private_constant :Printing

  # A value with named fields: frozen, equal by its fields, and without its secrets wherever it is printed. Values are
  # made from keywords, whose types are checked: `ArgumentError` and `TypeError` name a field that is wrong, and never
  # quote it.
  #
  # Values match patterns by class and by those fields that are no secrets (`in Session[login: Login => login]`): Ruby
  # prints what did not match a pattern.
  class Value
    include Printing

    class << self
      # @return [Array<Symbol>] the names of all fields
      def members = fields.keys

      # @api private
      # @return [Hash{Symbol => Boolean}] whether each field is a secret
      def fields = (superclass <= Value ? superclass.fields : {}).merge(@fields || {})

      private

      def field(name, secret: false)
        (@fields ||= {})[name] = secret
        define_method(name) { @fields.call.fetch(name) }
      end
    end

    # @api private
    def initialize(**fields)
      # Held by a closure, so that what walks through instance variables does not come upon them.
      @fields = -> { fields }
      freeze
    end

    # @return [Boolean] whether the other is of the same class, with the same fields
    def ==(other) = other.instance_of?(self.class) && other.all_fields == all_fields
    alias eql? ==

    # @return [Integer]
    def hash = [self.class, all_fields].hash

    # @param _keys [Array<Symbol>, nil]
    # @return [Hash{Symbol => Object}] the fields that are no secrets
    def deconstruct_keys(_keys) = all_fields.reject { |name, _| self.class.fields[name] }

    protected

    def all_fields = @fields.call

    private

    def printable = all_fields.to_h { |name, value| [name, self.class.fields[name] ? SECRET : value] }
  end
end
