# frozen_string_literal: true

# The runner of the conformance suite: plays a plan with the installed gem and tells what came back. It judges nothing.

require "base64"
require "json"
require "pp" # rubocop:disable Lint/RedundantRequireStatement -- `pretty_inspect` needs it
require "yaml"
require "flinks_gateway"

include FlinksGateway # rubocop:disable Style/MixinUsage

# Every way in which Ruby prints a value.
module Printed
  class << self
    def of(*values) = values.flat_map { |value| parts(value) }.flat_map { |part| forms(part) }.uniq

    private

    def forms(value)
      forms = [value.inspect, value.to_s, "value: #{value}", format("%<value>p %<value>s", value:),
               value.pretty_inspect, JSON.generate(value), value.to_json, YAML.dump(value),
               attempt { Marshal.dump(value) }, attempt { value.no_such_method }, attempt { value => Integer }]
      forms += value.instance_variables.map { |name| value.instance_variable_get(name).inspect }
      if value.is_a?(Exception)
        forms += [value.message, value.full_message(highlight: false), value.cause&.full_message, value.cause.inspect]
      end
      forms.compact.map { |form| form.dup.force_encoding(Encoding::UTF_8).scrub }
    end

    def attempt
      yield
    rescue StandardError => e
      "#{e.message} #{e.full_message(highlight: false)}"
    end

    # The value, and what it is made of as far as it has a type of its own.
    def parts(value)
      case value
      when Array then value.flat_map { |item| parts(item) }
      when Value then [value] + value.class.members.flat_map { |name| parts(value.public_send(name)) }
      when GatewayError then [value] + parts(value.field_violations)
      when Client, Exception then [value]
      else []
      end
    end
  end
end

# What a step saw, as the protocol has it.
module Told
  class << self
    def outcome(value)
      case value
      in Session then { session: session(value) }
      in ChallengeRound then { challenge_round: round(value) }
      in PendingOperation then { pending: plain(value, :request_id, :flinks_code).merge(links: links(value)) }
      end
    end

    def round(round)
      plain(round, :continuation, :request_id, :round, :previous_answers_rejected, :tag).merge(
        challenges: round.challenges.map { |challenge| challenge(challenge) },
        expire_time_ms: milliseconds(round.expire_time), institution: institution(round.institution)
      )
    end

    def error(error)
      predicates = ErrorPredicates.instance_methods.select { |name| error.public_send(name) }
      plain(error, :code, :message, :reason, :reason_name, :next_step, :flinks_code, :http_status, :request_id,
            :metadata, :call_id).merge(
              retryable: error.retryable?, retry_delay_ms: error.retry_delay && (error.retry_delay * 1000).floor,
              field_violations: error.field_violations.map { |fault| plain(fault, :field, :description, :reason) },
              predicates: predicates.map { |name| "is_#{name.to_s.delete_suffix("?")}" }
            )
    end

    private

    def plain(value, *names) = names.to_h { |name| [name, value.public_send(name)] }

    def session(session)
      plain(session, :request_id, :tag).merge(
        login: login(session.login), institution: institution(session.institution), links: links(session)
      )
    end

    def login(login)
      login && plain(login, :login_id, :username, :type, :scheduled_refresh, :type_name).merge(
        last_refresh_time_ms: milliseconds(login.last_refresh_time)
      )
    end

    def institution(bank) = bank && plain(bank, :name, :display_name, :id)

    def links(value) = value.links.map { |link| plain(link, :resource, :rel, :href, :example) }

    def challenge(challenge)
      more =
        case challenge
        in QuestionAndAnswer then {}
        in QuestionSelection then plain(challenge, :questions)
        in MultipleChoice | MultipleSelection then plain(challenge, :choices)
        in TextOrCall then plain(challenge, :phone_numbers)
        in UnrecognizedChallenge then plain(challenge, :type, :iterables, :raw)
        in ImageSelection
          { images: challenge.images.map do |image|
            plain(image, :media_type).merge(content: Base64.strict_encode64(image.content))
          end }
        end
      plain(challenge, :kind, :id, :prompt).merge(more)
    end

    def milliseconds(time) = time && (time.to_r * 1000).floor
  end
end

# The steps of one case, and what it remembers.
class Case
  def initialize(clients) = @clients = clients

  def run(step)
    made = []
    result = step[:call] == "connect" ? connect(step) : call(step, made)
    result.merge(printed: Printed.of(@clients.at(step), *made))
  rescue GatewayError => e
    { error: Told.error(e), **saw, printed: Printed.of(@clients.at(step), *made, e) }
  rescue UnansweredChallengeError => e
    { unanswered: e.key, **saw, printed: Printed.of(@clients.at(step), *made, e) }
  rescue ArgumentError, TypeError => e
    { refused: e.message, **saw, printed: Printed.of(*made, e) }
  rescue StandardError => e
    { broken: "#{e.class}: #{e.message}", **saw }
  end

  private

  def connect(step)
    @clients.at(step) || @clients.open(step)
    { connected: true }
  end

  def call(step, made)
    @saw = nil
    client = @clients.at(step) || @clients.open(step)
    outcome = cancelling(step) { |options| send(step[:call], client, step, made, options) }
    made << outcome
    @round = outcome if outcome.is_a?(ChallengeRound)
    @login_id = outcome.login.login_id if outcome.is_a?(Session) && outcome.login
    { **Told.outcome(outcome), **saw }
  end

  def saw = @saw ? { saw: @saw.map { |round| Told.round(round) } } : {}

  def cancelling(step)
    options = step[:timeout_ms] ? { timeout: step[:timeout_ms] / 1000.0 } : {}
    return yield(options) unless step[:cancel_after_ms]

    cancellation = Cancellation.new
    timer = Thread.new do
      sleep step[:cancel_after_ms] / 1000.0
      cancellation.cancel
    end
    yield options.merge(cancellation:)
  ensure
    timer&.kill
  end

  def authorize(client, step, made, options) = client.authorize(request(step, made), **options)

  def cached_authorize(client, step, made, options)
    given = step[:request]
    made << CachedAuthorizeRequest.new(**given, login_id: known(given[:login_id]))
    client.cached_authorize(made.last, **options)
  end

  def answer(client, step, made, options)
    continuation = step[:continuation] || @round&.continuation || raise("no round to answer")
    made << step[:answers].map { |answer| to_answer(answer) }
    client.answer(continuation, made.last, **options)
  end

  def sign_in(client, step, made, options)
    @saw = []
    answerer = step[:by_kind] ? by_kind(step[:by_kind], made) : in_turn(step.fetch(:rounds, []).dup, made)
    delayed = lambda do |round|
      @saw << round
      made << round
      sleep step[:answer_after_ms] / 1000.0 if step[:answer_after_ms]
      answerer.call(round)
    end
    client.sign_in(request(step, made), delayed, **options)
  end

  def in_turn(rounds, made)
    lambda do |_round|
      answers = (rounds.shift || raise("no answers are left")).map { |answer| to_answer(answer) }
      made << answers
      answers
    end
  end

  def by_kind(answers, made)
    functions = answers.transform_values do |answer|
      lambda do |challenge|
        made << to_answer(answer.merge(challenge_id: challenge.id))
        made.last
      end
    end
    FlinksGateway.by_kind(**functions)
  end

  def request(step, made)
    given = step[:request]
    subject =
      if given.key?(:login_id)
        LoginId.new(known(given[:login_id]))
      else
        Credentials.new(**given.slice(:institution, :username, :password))
      end
    rest = given.except(:login_id, :institution, :username, :password)
    rest[:language] = rest[:language].to_sym if rest[:language]
    made << AuthorizeRequest.new(subject:, **rest)
    made.last
  end

  def to_answer(answer)
    case answer
    in { challenge_id: id, text: } then Answer.text(id, text)
    in { challenge_id: id, selected_question: { question:, text: } }
      Answer.selected_question(id, question, text)
    in { challenge_id: id, choice: } then Answer.choice(id, choice)
    in { challenge_id: id, choices: } then Answer.choices(id, choices)
    in { challenge_id: id, image_index: } then Answer.image_index(id, image_index)
    in { challenge_id: id, code_delivery: { phone_number: number, method: } }
      Answer.code_delivery(id, number, method.to_sym)
    in { challenge_id: id, raw: { key:, values: } } then Answer.raw(id, key, values)
    end
  end

  def known(login_id) = login_id == "$login_id" ? @login_id || raise("no login to name") : login_id
end

# The clients, each connected when a step first names its server.
class Clients
  def initialize(servers)
    @servers = servers
    @open = {}
  end

  def at(step) = @open[step[:server]]

  def open(step)
    server = @servers.fetch(step[:server].to_sym)
    options = server.fetch(:connect, {}).to_h do |name, value|
      case name
      when :ca, :certificate, :private_key then [name, File.read(value)]
      when :live_timeout_ms, :cached_timeout_ms then [name.to_s.delete_suffix("_ms").to_sym, value / 1000.0]
      else [name, value]
      end
    end
    @open[step[:server]] = FlinksGateway.connect(server[:address], **options)
  end
end

plan = JSON.parse(File.read(ARGV.fetch(0), encoding: Encoding::UTF_8), symbolize_names: true)
clients = Clients.new(plan[:servers])
$stdout.sync = true
plan[:cases].each do |entry|
  player = Case.new(clients)
  puts JSON.generate(case: entry[:name], steps: entry[:steps].map { |step| player.run(step) })
end
