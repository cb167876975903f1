# frozen_string_literal: true

# Between the public types and the generated messages: the only place that knows both.

require "google/rpc/error_details_pb"
require "google/rpc/status_pb"
require_relative "v1/authorization_service_services_pb"
require_relative "v1/error_reason_pb"
require_relative "bad_request_pb"

module FlinksGateway
  # @api private
  module Wire
    DOMAIN = "flinks-gateway"
    CODES = GRPC::Core::StatusCodes.constants.to_h { |name| [GRPC::Core::StatusCodes.const_get(name), name] }.freeze

    class << self
      # Requests

      def authorize(request)
        subject =
          case request.subject
          in Credentials => given
            { credentials: { institution: given.institution, username: given.username, password: given.password } }
          in LoginId => given
            { login_id: given.login_id }
          end
        V1::AuthorizeRequest.new(
          **subject, save: request.save, language: :"LANGUAGE_#{request.language}", tag: request.tag,
                     schedule_refresh: request.schedule_refresh, with_mfa_questions: request.with_mfa_questions,
                     instance: request.instance
        )
      end

      def answers(continuation, answers)
        V1::AnswerChallengesRequest.new(
          continuation:,
          answers: answers.map { |answer| V1::ChallengeAnswer.new(challenge_id: answer.challenge_id, **answer.content) }
        )
      end

      def cached(request)
        V1::CachedAuthorizeRequest.new(login_id: request.login_id, tag: request.tag, instance: request.instance)
      end

      # Outcomes

      # @return [Session, ChallengeRound, PendingOperation, nil] +nil+ when this client does not know the outcome
      def outcome(response)
        case response.outcome
        when :session then session(response.session)
        when :challenge_round then round(response.challenge_round)
        when :pending then pending(response.pending)
        end
      end

      # Errors

      # @param failure [GRPC::BadStatus]
      # @param headers [Hash, nil] the metadata before the answer
      # @param repeatable [Boolean] whether this call may be repeated when its outcome is unknown
      def error(failure, headers, repeatable:)
        code = CODES.fetch(failure.code, :UNKNOWN)
        message = text(failure.details)
        call_id = call_id(failure.metadata) || call_id(headers) || ""
        details = details(failure.metadata)
        info = unpack(details, Google::Rpc::ErrorInfo)
        return GatewayError.without_details(code, message, repeatable:, call_id:) unless info && info.domain == DOMAIN

        GatewayError.new(
          message,
          code:,
          reason: ErrorReason.named(info.reason),
          reason_name: info.reason,
          next_step: NextStep.named(info.metadata["next_step"]),
          retryable: info.metadata["retryable"] == "true",
          retry_delay: seconds(unpack(details, Google::Rpc::RetryInfo)&.retry_delay),
          field_violations: violations(unpack(details, BadRequest, "google.rpc.BadRequest")),
          metadata: info.metadata.to_h,
          call_id:
        )
      end

      def call_id(metadata) = Array(metadata && metadata["x-request-id"]).first

      private

      # A value whose fields are the message's, but for these.
      def made(type, message, **others)
        type.new(**(type.members - others.keys).to_h { |name| [name, message.public_send(name)] }, **others)
      end

      def session(message)
        login = message.login && login(message.login)
        made(Session, message, login:, institution: institution(message.institution), links: links(message.links))
      end

      def login(message)
        type = known(message.type, LoginType, "LOGIN_TYPE_", LoginType::OTHER)
        made(Login, message, type:, last_refresh_time: time(message.last_refresh_time))
      end

      def institution(message) = message && made(Institution, message)

      def links(messages)
        messages.map do |message|
          made(Link, message, resource: known(message.resource, Resource, "RESOURCE_", Resource::UNSPECIFIED))
        end
      end

      def pending(message) = made(PendingOperation, message, links: links(message.links))

      def round(message)
        made(
          ChallengeRound, message,
          challenges: message.challenges.map { |challenge| challenge(challenge) },
          expire_time: time(message.expire_time), institution: institution(message.institution)
        )
      end

      def challenge(message)
        common = { id: message.id, prompt: message.prompt }
        case message.kind
        when :question_and_answer then QuestionAndAnswer.new(**common)
        when :question_selection
          QuestionSelection.new(**common, questions: message.question_selection.questions.to_a)
        when :multiple_choice then MultipleChoice.new(**common, choices: message.multiple_choice.choices.to_a)
        when :multiple_selection then MultipleSelection.new(**common, choices: message.multiple_selection.choices.to_a)
        when :image_selection then ImageSelection.new(**common, images: images(message.image_selection.images))
        when :text_or_call then TextOrCall.new(**common, phone_numbers: message.text_or_call.phone_numbers.to_a)
        when :unrecognized then unrecognized(common, message.unrecognized)
        else UnrecognizedChallenge.new(**common)
        end
      end

      def images(messages) = messages.map { |message| made(Image, message) }

      def unrecognized(common, message)
        UnrecognizedChallenge.new(
          **common, type: message.type, iterables: message.iterables.to_a, raw: message.raw && object(message.raw)
        )
      end

      # The `to_h` of protobuf maps takes no block.
      def object(struct) = struct.fields.keys.to_h { |name| [name, json(struct.fields[name])] }

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

      # Values newer than the stubs come as numbers.
      def known(value, values, prefix, otherwise)
        name = value.to_s.delete_prefix(prefix).to_sym
        values.all.include?(name) ? name : otherwise
      end

      def time(message) = message && Time.at(message.seconds, message.nanos, :nsec, in: "UTC")

      def seconds(duration) = duration && (duration.seconds + (duration.nanos / 1e9))

      def violations(message)
        message ? message.field_violations.map { |violation| made(FieldViolation, violation) } : []
      end

      def details(metadata)
        bytes = Array(metadata && metadata["grpc-status-details-bin"]).first
        bytes ? Google::Rpc::Status.decode(bytes).details.to_a : []
      rescue Google::Protobuf::ParseError
        []
      end

      def unpack(details, type, name = type.descriptor.name)
        found = details.find { |any| any.type_url.delete_prefix("type.googleapis.com/") == name }
        found && type.decode(found.value)
      rescue Google::Protobuf::ParseError
        nil
      end

      def text(bytes) = bytes.to_s.dup.force_encoding(Encoding::UTF_8).scrub
    end
  end
  private_constant :Wire
end
