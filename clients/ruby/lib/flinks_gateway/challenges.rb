# frozen_string_literal: true

# What a bank asks, and the answers.

module FlinksGateway
  # One question of a {ChallengeRound}; always one of its subclasses. Texts are the bank's, byte for byte.
  # @abstract
  class Challenge < Value
    # Names the challenge within its round.
    # @return [String]
    field :id, Check::TEXT
    # What to show the customer; may be empty where pictures or phone numbers speak. A secret.
    # @return [String]
    field :prompt, Check::TEXT, secret: true, default: ""

    # @return [Symbol] the contract's name of this kind, such as +:multiple_choice+
    def kind = KINDS.fetch(self.class)
  end

  # A question to answer in the customer's own words. Answered with {Answer.text}.
  class QuestionAndAnswer < Challenge
  end

  # The customer picks one of several questions and answers it. Answered with {Answer.selected_question}.
  class QuestionSelection < Challenge
    # What to pick from. A secret.
    # @return [Array<String>]
    field :questions, Check.list(Check::TEXT), secret: true
  end

  # The customer picks exactly one choice. Answered with {Answer.choice}.
  class MultipleChoice < Challenge
    # What to pick from. A secret.
    # @return [Array<String>]
    field :choices, Check.list(Check::TEXT), secret: true
  end

  # The customer picks one or more choices. Answered with {Answer.choices}.
  class MultipleSelection < Challenge
    # What to pick from. A secret.
    # @return [Array<String>]
    field :choices, Check.list(Check::TEXT), secret: true
  end

  # A picture.
  class Image < Value
    # Its bytes, ready to show. A secret.
    # @return [String] binary
    field :content, Check::BYTES, secret: true
    # What the bytes are, such as +image/png+.
    # @return [String]
    field :media_type, Check::TEXT
  end

  # The customer picks the picture they once chose. Answered with {Answer.image_index}.
  class ImageSelection < Challenge
    # What to pick from; the answer counts them from 0.
    # @return [Array<Image>]
    field :images, Check.list(Check.one_of(Image))
  end

  # The customer picks the phone that the bank sends a code to, and how. Answered with {Answer.code_delivery}; the code
  # is asked for in the next round.
  class TextOrCall < Challenge
    # What to pick from, masked by the bank. A secret.
    # @return [Array<String>]
    field :phone_numbers, Check.list(Check::TEXT), secret: true
  end

  # A challenge of a kind that the gateway or this client does not know. Show the prompt and what else is here, and
  # answer with {Answer.raw}.
  class UnrecognizedChallenge < Challenge
    # The kind in Flinks' own words; empty when only the gateway knows it. A secret.
    # @return [String]
    field :type, Check::TEXT, secret: true, default: ""
    # The strings that came with it, often the choices. A secret.
    # @return [Array<String>]
    field :iterables, Check.list(Check::TEXT), secret: true, default: []
    # The whole challenge as Flinks sent it; +nil+ when only the gateway knows its kind. A secret.
    # @return [Hash{String => Object}, nil]
    field :raw, Check::JSON, secret: true, default: nil
  end

  class Challenge
    # @api private
    KINDS = {
      QuestionAndAnswer => :question_and_answer,
      QuestionSelection => :question_selection,
      MultipleChoice => :multiple_choice,
      MultipleSelection => :multiple_selection,
      ImageSelection => :image_selection,
      TextOrCall => :text_or_call,
      UnrecognizedChallenge => :unrecognized
    }.freeze
    private_constant :KINDS
  end

  # The questions that a bank asks at once: an outcome of {Client#authorize} and {Client#answer}. All must be answered
  # together.
  class ChallengeRound < Value
    # All that {Client#answer} needs, from any process: keep it where the customer's session is kept. A secret.
    # @return [String]
    field :continuation, Check::TEXT, secret: true
    # Flinks' name for the session that is being opened, for correlation.
    # @return [String]
    field :request_id, Check::TEXT
    # What is asked, in Flinks' order.
    # @return [Array<Challenge>]
    field :challenges, Check.list(Check.one_of(Challenge))
    # Which round of the sign-in this is, from 1.
    # @return [Integer]
    field :round, Check::INTEGER, default: 1
    # Whether the bank refused the answers to the round before and asks again.
    # @return [Boolean]
    field :previous_answers_rejected, Check::FLAG, default: false
    # Until when the round can be answered, in UTC.
    # @return [Time, nil]
    field :expire_time, Check::TIME, default: nil
    # The bank that asks; +nil+ when Flinks did not name it.
    # @return [Institution, nil]
    field :institution, Check.one_of(Institution, nil), default: nil
    # The tag of the request, as Flinks echoed it. A secret.
    # @return [String]
    field :tag, Check::TEXT, secret: true, default: ""
  end

  # How a bank delivers a code to a phone.
  module DeliveryMethod
    # A text message.
    TEXT = :TEXT
    # A voice call.
    CALL = :CALL

    # @return [Array<Symbol>] all values
    def self.all = [TEXT, CALL]
  end

  # The answer to one challenge, made by one of the methods below. Texts are sent byte for byte. Whether it fits what
  # was asked is checked by the gateway, before anything is sent to the bank.
  class Answer < Value
    # The {Challenge#id} that is answered.
    # @return [String]
    field :challenge_id, Check::TEXT
    # What is answered, as in the contract. A secret.
    # @api private
    field :content, ->(_name, content) { content }, secret: true

    private_class_method :new

    class << self
      # To {QuestionAndAnswer}.
      # @param challenge_id [String] the {Challenge#id}
      # @param text [String] what the customer typed
      # @return [Answer]
      def text(challenge_id, text) = of(challenge_id, text: string(:text, text))

      # To {QuestionSelection}.
      # @param challenge_id [String] the {Challenge#id}
      # @param question [String] one of the questions, verbatim
      # @param text [String] what the customer typed
      # @return [Answer]
      def selected_question(challenge_id, question, text)
        of(challenge_id, selected_question: { question: string(:question, question), text: string(:text, text) })
      end

      # To {MultipleChoice}.
      # @param challenge_id [String] the {Challenge#id}
      # @param choice [String] one of the choices, verbatim
      # @return [Answer]
      def choice(challenge_id, choice) = of(challenge_id, choice: string(:choice, choice))

      # To {MultipleSelection}.
      # @param challenge_id [String] the {Challenge#id}
      # @param values [Array<String>] one or more of the choices, verbatim
      # @return [Answer]
      def choices(challenge_id, values) = of(challenge_id, choices: { values: strings(:values, values) })

      # To {ImageSelection}.
      # @param challenge_id [String] the {Challenge#id}
      # @param index [Integer] the picture's place among the images, from 0
      # @return [Answer]
      def image_index(challenge_id, index) = of(challenge_id, image_index: Check::INTEGER.call(:index, index))

      # To {TextOrCall}.
      # @param challenge_id [String] the {Challenge#id}
      # @param phone_number [String] one of the phone numbers, verbatim, mask and all
      # @param method [Symbol] a value of {DeliveryMethod}
      # @return [Answer]
      def code_delivery(challenge_id, phone_number, method)
        Check.enum(DeliveryMethod).call(:method, method)
        number = string(:phone_number, phone_number)
        of(challenge_id, code_delivery: { phone_number: number, method: :"DELIVERY_METHOD_#{method}" })
      end

      # To any challenge, {UnrecognizedChallenge} above all: what is sent to Flinks, spelled out.
      # @param challenge_id [String] the {Challenge#id}
      # @param key [String] usually the challenge's prompt
      # @param values [Array<String>] the values, at least one
      # @return [Answer]
      def raw(challenge_id, key, values)
        of(challenge_id, raw: { key: string(:key, key), values: strings(:values, values) })
      end

      private

      def of(challenge_id, **content) = new(challenge_id:, content:)
      def string(name, value) = Check::TEXT.call(name, value)
      def strings(name, values) = Check.list(Check::TEXT).call(name, values)
    end
  end
end
