# frozen_string_literal: true

# What `Client#sign_in` asks for answers.

module FlinksGateway
  # Makes an answerer for {Client#sign_in} from a function for each kind of challenge. Each is given the challenge and
  # returns its {Answer}. For a kind without a function the sign-in ends with {UnansweredChallengeError}, before any
  # function is called for that round.
  #
  #   client.sign_in(request, FlinksGateway.by_kind(
  #     question_and_answer: ->(challenge) { FlinksGateway::Answer.text(challenge.id, ask(challenge.prompt)) }
  #   ))
  #
  # @param functions [Hash{Symbol => #call}] by the names in {Challenge::KINDS}
  # @return [Proc] an answerer
  def self.by_kind(**functions)
    unknown = functions.keys - Challenge::KINDS
    raise ArgumentError, "no kind of challenge: #{unknown.join(", ")}" if unknown.any?

    functions = functions.compact
    lambda do |round|
      missing = round.challenges.map(&:kind).find { |kind| !functions.key?(kind) }
      raise UnansweredChallengeError.new("no function answers #{missing}", receiver: functions, key: missing) if missing

      round.challenges.map { |challenge| functions.fetch(challenge.kind).call(challenge) }
    end
  end
end
