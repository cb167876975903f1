# frozen_string_literal: true

# What conformance cannot see: interruptions, tokens, threads, certificates. Over real sockets.

require "minitest/autorun"
require "openssl"
require "socket"
require "tempfile"
require "timeout"
require "flinks_gateway"

V1 = FlinksGateway::V1

# Speaks as much HTTP/2 as it takes to be called, never answers, and tells which frames came.
class Silence
  HEADERS = 1
  RST_STREAM = 3

  attr_reader :frames

  def initialize
    @server = TCPServer.new("127.0.0.1", 0)
    @frames = Queue.new
    @thread = Thread.new { loop { serve(@server.accept) } }
    @thread.report_on_exception = false
  end

  def address = "127.0.0.1:#{@server.addr[1]}"

  def wait_for(type) = Timeout.timeout(5) { loop { return type if frames.pop == type } }

  def close
    @thread.kill
    @server.close
  end

  private

  def serve(socket)
    socket.read(24) # the preface
    socket.write([0, 0, 4, 0, 0].pack("CnCCN"))
    while (head = socket.read(9))
      high, low, type, flags, = head.unpack("CnCCN")
      socket.read((high << 16) | low)
      socket.write([0, 0, 4, 1, 0].pack("CnCCN")) if type == 4 && flags.zero?
      frames << type
    end
  end
end

# A gateway that says yes, or asks one question until a time.
class Bank < V1::AuthorizationService::Service
  attr_reader :tokens, :answers
  attr_accessor :expire_time

  def initialize
    super
    @tokens = Queue.new
    @answers = Queue.new
  end

  def authorize(_request, call)
    tokens << call.metadata["authorization"]
    return V1::AuthorizeResponse.new(session: { request_id: "r" }) unless expire_time

    V1::AuthorizeResponse.new(
      challenge_round: {
        continuation: "c", request_id: "r", expire_time: { seconds: expire_time.to_i, nanos: expire_time.nsec },
        challenges: [{ id: "1", prompt: "p", question_and_answer: {} }]
      }
    )
  end

  def answer_challenges(request, _call)
    answers << request
    V1::AnswerChallengesResponse.new(session: { request_id: "r" })
  end

  def self.serve(credentials = :this_port_is_insecure, service: new, threads: 20)
    server = GRPC::RpcServer.new(pool_size: threads, poll_period: 0.1)
    port = server.add_http2_port("127.0.0.1:0", credentials)
    server.handle(service)
    thread = Thread.new { server.run }
    server.wait_till_running
    yield service, "127.0.0.1:#{port}"
  ensure
    server&.stop
    thread&.join
  end
end

# A gateway whose answers cannot be read.
module Gibberish
  Bytes = Struct.new(:bytes) do
    def self.encode(given) = given.bytes
    def self.decode(bytes) = new(bytes)
  end

  class Service
    include GRPC::GenericService
    self.marshal_class_method = :encode
    self.unmarshal_class_method = :decode
    self.service_name = V1::AuthorizationService::Service.service_name
    rpc :Authorize, Bytes, Bytes
  end

  class Bank < Service
    def authorize(_request, call)
      call.send_initial_metadata("x-request-id" => "c")
      Bytes.new("\xff")
    end
  end
end

module Requests
  def request
    FlinksGateway::AuthorizeRequest.new(
      subject: FlinksGateway::Credentials.new(institution: "i", username: "canary-user", password: "canary-password"),
      save: false
    )
  end
end

class InterruptionTest < Minitest::Test
  include Requests

  def setup
    @silence = Silence.new
    @client = FlinksGateway.connect(@silence.address, plaintext: true)
  end

  def teardown
    @client.close
    @silence.close
  end

  def test_a_timeout_around_a_call_cancels_it_on_the_wire
    assert_raises(Timeout::Error) { Timeout.timeout(0.2) { @client.authorize(request) } }
    assert @silence.wait_for(Silence::RST_STREAM)
  end

  def test_a_raise_in_the_thread_of_a_call_cancels_it_and_goes_on_unchanged
    thread = Thread.new { @client.authorize(request) }
    thread.report_on_exception = false
    @silence.wait_for(Silence::HEADERS)
    thread.raise(Interrupt, "mine")
    assert_equal "mine", assert_raises(Interrupt) { thread.join }.message
    assert @silence.wait_for(Silence::RST_STREAM)
  end

  def test_killing_the_thread_of_a_call_cancels_it
    thread = Thread.new { @client.authorize(request) }
    @silence.wait_for(Silence::HEADERS)
    thread.kill
    assert @silence.wait_for(Silence::RST_STREAM)
  end

  def test_a_cancellation_ends_the_calls_that_run_and_refuses_those_that_come
    stop = FlinksGateway::Cancellation.new
    threads = Array.new(3) do
      Thread.new { assert_raises(FlinksGateway::GatewayError) { @client.authorize(request, cancellation: stop) } }
    end
    3.times { @silence.wait_for(Silence::HEADERS) }
    stop.cancel
    threads.each { |thread| assert_equal :CANCELLED, thread.value.code }
    3.times { @silence.wait_for(Silence::RST_STREAM) }
    @silence.frames.clear
    late = assert_raises(FlinksGateway::GatewayError) { @client.authorize(request, cancellation: stop) }
    assert_equal :CANCELLED, late.code
    assert_empty @silence.frames
  end

  def test_a_signal_handler_may_cancel
    stop = FlinksGateway::Cancellation.new
    before = trap("USR1") { stop.cancel }
    thread = Thread.new do
      assert_raises(FlinksGateway::GatewayError) { @client.authorize(request, cancellation: stop) }
    end
    @silence.wait_for(Silence::HEADERS)
    Process.kill("USR1", Process.pid)
    assert_equal :CANCELLED, thread.value.code
  ensure
    trap("USR1", before)
  end

  def test_a_deadline_may_be_far_away_but_not_over
    [0, -1, Float::NAN, Float::INFINITY, Complex(1, 1), "1"].each do |timeout|
      assert_raises(ArgumentError, TypeError) { @client.authorize(request, timeout:) }
    end
    assert_empty @silence.frames
    thread = Thread.new { @client.authorize(request, timeout: 1e18) }
    assert @silence.wait_for(Silence::HEADERS)
    thread.kill
  end

  def test_many_interruptions_harm_nothing
    200.times { assert_raises(Timeout::Error) { Timeout.timeout(0.002) { @client.authorize(request) } } }
  end

  def test_closing_ends_no_call_but_those_to_come
    thread = Thread.new { assert_raises(FlinksGateway::GatewayError) { @client.authorize(request, timeout: 0.5) } }
    @silence.wait_for(Silence::HEADERS)
    @client.close
    assert_raises(IOError) { @client.authorize(request) }
    assert_equal :DEADLINE_EXCEEDED, thread.value.code
  end
end

class CallTest < Minitest::Test
  include Requests

  def test_an_address_is_a_host_and_a_port
    ["h", "h:", "h:65536", "h?x:1", "u@h:1", "a,b:1", "%68:1", "::1:1", "h:1\n"].each do |address|
      assert_raises(ArgumentError) { FlinksGateway.connect(address) }
    end
  end

  def test_a_token_is_asked_for_before_each_call
    Bank.serve do |bank, address|
      numbers = (1..).each
      client = FlinksGateway.connect(address, plaintext: true, bearer_token: -> { "t#{numbers.next}" })
      2.times { client.authorize(request) }
      assert_equal ["Bearer t1", "Bearer t2"], Array.new(2) { bank.tokens.pop }
    end
  end

  def test_what_a_token_function_raises_is_raised_and_what_it_gives_is_never_quoted
    given = nil
    client = FlinksGateway.connect("127.0.0.1:1", plaintext: true, bearer_token: -> { given || raise("mine") })
    assert_equal "mine", assert_raises(RuntimeError) { client.authorize(request) }.message
    given = nil
    theirs = GRPC::Unavailable.new("the token's own service")
    client = FlinksGateway.connect("127.0.0.1:1", plaintext: true, bearer_token: -> { given || raise(theirs) })
    assert_same(theirs, assert_raises(GRPC::BadStatus) { client.authorize(request) })
    given = "canary\n"
    refute_includes assert_raises(ArgumentError) { client.authorize(request) }.full_message, "canary"
  end

  def test_an_answer_that_cannot_be_read_is_an_error_of_the_call
    Bank.serve(service: Gibberish::Bank.new) do |_bank, address|
      unreadable = assert_raises(FlinksGateway::GatewayError) do
        FlinksGateway.connect(address, plaintext: true).authorize(request)
      end
      assert_equal [:INTERNAL, :OUTCOME_UNKNOWN, "c"], [unreadable.code, unreadable.reason, unreadable.call_id]
    end
  end

  def test_threads_share_a_client
    # One for each call: on a busy machine a thread has answered long before it is free for the next.
    Bank.serve(threads: 160) do |_bank, address|
      FlinksGateway.connect(address, plaintext: true) do |client|
        sessions = Array.new(16) { Thread.new { Array.new(10) { client.authorize(request) } } }.flat_map(&:value)
        assert_equal [FlinksGateway::Session.new(request_id: "r")] * 160, sessions
      end
    end
  end

  def test_an_answerer_is_interrupted_when_the_round_expires
    Bank.serve do |bank, address|
      bank.expire_time = Time.now + 0.4
      began = Time.now
      error = assert_raises(FlinksGateway::GatewayError) do
        FlinksGateway.connect(address, plaintext: true).sign_in(request) do
          sleep 10
        rescue StandardError
          flunk "the answerer could hold the interruption up"
        end
      end
      assert_predicate error, :session_expired?
      assert_operator Time.now - began, :<, 5
      assert_empty bank.answers
    end
  end

  def test_what_an_answerer_raises_is_raised_unchanged
    Bank.serve do |bank, address|
      bank.expire_time = Time.now + 60
      client = FlinksGateway.connect(address, plaintext: true)
      mine = Timeout::Error.new("mine")
      assert_same(mine, assert_raises(Timeout::Error) { client.sign_in(request) { raise mine } })
      assert_raises(TypeError) { client.sign_in(request) { "no answers" } }
      assert_empty bank.answers
      session = client.sign_in(request) { |round| [FlinksGateway::Answer.text(round.challenges.first.id, "a")] }
      assert_equal "r", session.request_id
    end
  end
end

class CertificateTest < Minitest::Test
  include Requests

  def setup
    @authority = certificate("authority", extensions: [["basicConstraints", "CA:TRUE"]])
    @server = certificate("server", @authority, extensions: [["subjectAltName", "IP:127.0.0.1"]])
    @user = certificate("user", @authority)
  end

  def test_both_ends_show_certificates
    pair = [{ private_key: @server[1].to_pem, cert_chain: @server[0].to_pem }]
    Bank.serve(GRPC::Core::ServerCredentials.new(@authority[0].to_pem, pair, true)) do |_bank, address|
      ca = @authority[0].to_pem
      client = FlinksGateway.connect(address, ca:, certificate: @user[0].to_pem, private_key: @user[1].to_pem)
      assert_equal "r", client.authorize(request).request_id
      error = assert_raises(FlinksGateway::GatewayError) { FlinksGateway.connect(address, ca:).authorize(request) }
      assert_equal :UNAVAILABLE, error.code
    end
  end

  def test_the_system_says_whom_to_trust
    pair = [{ private_key: @server[1].to_pem, cert_chain: @server[0].to_pem }]
    Bank.serve(GRPC::Core::ServerCredentials.new(nil, pair, false)) do |_bank, address|
      assert_raises(FlinksGateway::GatewayError) { FlinksGateway.connect(address).authorize(request) }
      Tempfile.create do |file|
        file.write(@authority[0].to_pem)
        file.flush
        before = ENV.to_h
        ENV.update("SSL_CERT_FILE" => file.path, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH" => nil)
        assert_equal "r", FlinksGateway.connect(address).authorize(request).request_id
      ensure
        ENV.replace(before)
      end
    end
  end

  def test_what_is_no_certificate_or_not_the_key_of_it_is_refused
    connect = ->(**options) { FlinksGateway.connect("localhost:1", **options) }
    bad = "-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n"
    own = { certificate: @user[0].to_pem, private_key: @user[1].to_pem }
    assert_instance_of FlinksGateway::Client, connect.call(**own)
    [{ ca: bad }, { ca: "" }, { **own, certificate: bad }, { **own, private_key: "canary" },
     { **own, private_key: @server[1].to_pem }].each do |options|
      refute_includes assert_raises(ArgumentError) { connect.call(**options) }.full_message, "canary"
    end
  end

  private

  def certificate(name, issuer = nil, extensions: [])
    key = OpenSSL::PKey::RSA.new(2048)
    made = OpenSSL::X509::Certificate.new
    made.version = 2
    made.serial = name.sum
    made.subject = OpenSSL::X509::Name.new([["CN", name]])
    made.issuer = issuer ? issuer[0].subject : made.subject
    made.public_key = key.public_key
    made.not_before = Time.now - 60
    made.not_after = Time.now + 3600
    factory = OpenSSL::X509::ExtensionFactory.new(issuer ? issuer[0] : made, made)
    extensions.each { |extension| made.add_extension(factory.create_extension(*extension)) }
    made.sign(issuer ? issuer[1] : key, "SHA256")
    [made, key]
  end
end

class ValueTest < Minitest::Test
  include Requests

  def test_values_are_equal_by_their_fields_and_frozen
    assert_equal request, request
    assert_equal request.hash, request.hash
    texts = [+"a"]
    challenge = FlinksGateway::MultipleChoice.new(id: "1", choices: texts)
    texts << "b"
    assert_equal ["a"], challenge.choices
    assert_raises(FrozenError) { challenge.instance_variable_set(:@fields, nil) }
  end

  def test_changing_a_text_in_place_raises_no_error_that_quotes_it
    given = "canary "
    login = FlinksGateway::LoginId.new(given)
    login.login_id.strip!
    FlinksGateway::AuthorizeRequest.new(subject: login, save: true).tag << "canary"
    assert_equal "canary ", given
  end

  def test_what_matches_no_pattern_prints_no_secret
    patterns = [
      -> { request => { tag: Integer } }, -> { request.subject => { password: Integer } },
      -> { request => { subject: { username: "x" } } }
    ]
    patterns.each do |pattern|
      refute_includes assert_raises(NoMatchingPatternError, &pattern).full_message, "canary"
    end
    request => { subject: FlinksGateway::Credentials(institution: "i"), save: false }
  end

  def test_wrong_fields_are_named_but_not_quoted
    wrong = [
      -> { FlinksGateway::Credentials.new(institution: "i", username: "canary\xff", password: "p") },
      -> { FlinksGateway::Credentials.new(institution: "i", username: "canary\xff".b, password: "p") },
      -> { FlinksGateway::Credentials.new(institution: "i", username: :canary, password: "p") },
      -> { FlinksGateway::Answer.image_index("1", 20_220_222_222) },
      -> { FlinksGateway::LoginId.new(canary: 1) }
    ]
    wrong.each { |make| refute_match(/canary|2022/, assert_raises(ArgumentError, TypeError, &make).message) }
  end

  def test_texts_of_all_encodings_are_the_same_text
    accents = ["é", "é".b, "é".dup.force_encoding("US-ASCII"), "é".encode("UTF-16LE"), "é".encode("ISO-8859-1")]
    assert_equal ["é"], accents.map { |text| FlinksGateway::LoginId.new(text).login_id }.uniq
  end
end
