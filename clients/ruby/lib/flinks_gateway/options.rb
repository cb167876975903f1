# frozen_string_literal: true

# What `FlinksGateway.connect` was given: checked, and turned into what gRPC takes.

require "ipaddr"

module FlinksGateway
  # @api private
  class Options
    HOST_AND_PORT = %r{\A(?:\[(?<ip>[\h:.]+)\]|(?<host>[^\s:/\[\]@,%?#]+)):(?<port>\d{1,5})\z}
    # Where systems keep their certificate authorities, after what OpenSSL says.
    CA_FILES = %w[
      /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem
    ].freeze

    # The retry policy, as gRPC takes it.
    SERVICE_CONFIG = File.read(File.join(__dir__, "service_config.json"), encoding: Encoding::UTF_8).freeze

    attr_reader :address, :plaintext, :live_timeout, :cached_timeout

    def initialize(address, ca: nil, certificate: nil, private_key: nil, bearer_token: nil, plaintext: false,
                   dangerously_allow_plaintext_beyond_loopback: false, live_timeout: 250, cached_timeout: 35)
      @address = Check.text(:address, address)
      @plaintext = Check.flag(:plaintext, plaintext)
      @live_timeout = Check.seconds(:live_timeout, live_timeout)
      @cached_timeout = Check.seconds(:cached_timeout, cached_timeout)
      @metadata = bearing(bearer_token)
      beyond = dangerously_allow_plaintext_beyond_loopback
      Check.flag(:dangerously_allow_plaintext_beyond_loopback, beyond)
      check(ca, certificate, private_key, beyond)
      @credentials = plaintext ? :this_channel_is_insecure : tls(ca, certificate, private_key)
    end

    # @return [GRPC::Core::Channel]
    def channel
      # Without the scheme a host such as `unix` would be one.
      GRPC::ClientStub.setup_channel(nil, "dns:///#{address}", @credentials, arguments)
    end

    # @return [Hash] to send with a call; asks for the token
    def metadata = @metadata.call

    def inspect = "#<#{self.class.name} #{address}>"

    private

    def arguments
      {
        "grpc.service_config" => SERVICE_CONFIG,
        "grpc.service_config_disable_resolution" => 1,
        "grpc.enable_retries" => 1,
        "grpc.max_receive_message_length" => 32 * 1024 * 1024,
        "grpc.keepalive_time_ms" => 60_000,
        "grpc.keepalive_timeout_ms" => 20_000,
        # A waiting call sends no data, however long; gRPC stops after two pings otherwise.
        "grpc.http2.max_pings_without_data" => 0,
        "grpc.primary_user_agent" => "flinks-gateway-ruby/#{VERSION}",
        # Clear text that was promised to stay on loopback must not go to a proxy of the environment's: to none that is
        # told the name, and, with newer versions of gRPC, to none that is told the address.
        **(plaintext ? { "grpc.enable_http_proxy" => 0, "grpc.address_http_proxy_enabled_addresses" => "" } : {})
      }
    end

    # A fixed token is checked now, a function's when it is asked.
    def bearing(token)
      return -> { {} } if token.nil?
      return -> { authorization(token.call) } if token.respond_to?(:call)

      Check.refuse(TypeError, :bearer_token, "must be a String or callable") unless token.is_a?(String)
      fixed = authorization(token)
      -> { fixed }
    end

    # Refused here: gRPC's error would quote it.
    def authorization(token)
      token = Check.text(:bearer_token, token)
      refuse(:bearer_token, "must be visible ASCII characters") unless token.match?(/\A[!-~]+\z/)
      { "authorization" => "Bearer #{token}" }
    end

    def check(ca, certificate, private_key, beyond)
      at = HOST_AND_PORT.match(address)
      refuse(:address, "must be host:port, an IPv6 host in brackets") unless at && at[:port].to_i <= 65_535
      if plaintext
        refuse(:plaintext, "is for loopback addresses only") unless beyond || loopback?(at[:ip] || at[:host])
        refuse(:plaintext, "goes without ca, certificate and private_key") if ca || certificate || private_key
      else
        refuse(:certificate, "and private_key go together") if certificate.nil? != private_key.nil?
        refuse(:dangerously_allow_plaintext_beyond_loopback, "needs plaintext") if beyond
      end
    end

    def refuse(name, rule) = Check.refuse(ArgumentError, name, rule)

    def loopback?(host)
      host.casecmp?("localhost") || IPAddr.new(host).loopback?
    rescue IPAddr::Error
      false
    end

    # What cannot be read is refused here: gRPC would log it and then find no address to connect to.
    def tls(ca, certificate, private_key)
      require "openssl"
      readable(:ca, ca) { |pem| OpenSSL::X509::Certificate.load(pem) } if ca
      roots = ca || system_authorities
      return GRPC::Core::ChannelCredentials.new(roots) unless certificate

      chain = readable(:certificate, certificate) { |pem| OpenSSL::X509::Certificate.load(pem) }
      key = readable(:private_key, private_key) { |pem| OpenSSL::PKey.read(pem, "") }
      refuse(:private_key, "is not the certificate's") unless chain.first.check_private_key(key)
      GRPC::Core::ChannelCredentials.new(roots, private_key, certificate)
    end

    def readable(name, pem)
      yield Check.bytes(name, pem)
    rescue OpenSSL::OpenSSLError
      refuse(name, "cannot be read as PEM")
    end

    # gRPC for Ruby would trust a list of its own.
    def system_authorities
      return if ENV["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"]

      files = [ENV.fetch("SSL_CERT_FILE", OpenSSL::X509::DEFAULT_CERT_FILE), *CA_FILES]
      found = files.find { |file| File.file?(file) && File.readable?(file) }
      found && File.read(found)
    end
  end
  private_constant :Options
end
