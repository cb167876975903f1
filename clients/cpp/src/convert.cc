// Between the public types and the contract's messages.
#include "convert.h"

#include <algorithm>
#include <chrono>

#include <google/protobuf/util/json_util.h>

#include "internal.h"

namespace flinks_gateway::internal {
namespace {

// The same numbers on both sides, which grow together.
static_assert(static_cast<int>(LoginType::kOther) == pb::LoginType_MAX);
static_assert(static_cast<int>(Resource::kAuthorization) == pb::Resource_MAX);
static_assert(static_cast<int>(Language::kFr) == pb::Language_MAX);
static_assert(static_cast<int>(DeliveryMethod::kCall) == pb::DeliveryMethod_MAX);

template <class Repeated>
std::vector<std::string> strings(const Repeated& texts) {
  return {texts.begin(), texts.end()};
}

Timestamp decode(const google::protobuf::Timestamp& time);
Institution decode(const pb::Institution& institution);
Login decode(const pb::Login& wire);
Link decode(const pb::Link& wire);
Image decode(const pb::Image& wire);
Challenge decode(const pb::Challenge& wire);

template <class Message>
auto decode_all(const google::protobuf::RepeatedPtrField<Message>& wire) {
  std::vector<decltype(decode(wire[0]))> all;
  for (const Message& message : wire) all.push_back(decode(message));
  return all;
}

template <class Message>
auto decode_if(bool present, const Message& wire) {
  return present ? std::optional(decode(wire)) : std::nullopt;
}

Timestamp decode(const google::protobuf::Timestamp& time) {
  // The range that protobuf gives to timestamps; whatever is beyond would overflow.
  const std::int64_t seconds = std::clamp<std::int64_t>(time.seconds(), -62'135'596'800, 253'402'300'799);
  return Timestamp(std::chrono::seconds(seconds) +
                   std::chrono::duration_cast<Timestamp::duration>(std::chrono::nanoseconds(time.nanos())));
}

Institution decode(const pb::Institution& institution) {
  return {institution.name(), institution.display_name(), institution.id()};
}

Login decode(const pb::Login& wire) {
  const int type = wire.type();
  return {wire.login_id(),
          wire.username(),
          pb::LoginType_IsValid(type) ? static_cast<LoginType>(type) : LoginType::kOther,
          wire.scheduled_refresh(),
          decode_if(wire.has_last_refresh_time(), wire.last_refresh_time()),
          wire.type_name()};
}

Link decode(const pb::Link& wire) {
  const int resource = wire.resource();
  return {pb::Resource_IsValid(resource) ? static_cast<Resource>(resource) : Resource::kUnspecified, wire.rel(),
          wire.href(), wire.example()};
}

Session decode(const pb::Session& wire) {
  return {wire.request_id(), decode_if(wire.has_login(), wire.login()),
          decode_if(wire.has_institution(), wire.institution()), decode_all(wire.links()), wire.tag()};
}

PendingOperation decode(const pb::PendingOperation& wire) {
  return {wire.request_id(), wire.flinks_code(), decode_all(wire.links())};
}

UnrecognizedChallenge decode(const pb::UnrecognizedChallenge& wire) {
  UnrecognizedChallenge kind{wire.type(), strings(wire.iterables()), std::nullopt};
  std::string json;
  // Fails for numbers that JSON does not have, which no gateway sends.
  if (wire.has_raw() && google::protobuf::util::MessageToJsonString(wire.raw(), &json).ok()) kind.raw = std::move(json);
  return kind;
}

Image decode(const pb::Image& wire) { return {wire.content(), wire.media_type()}; }

Challenge decode(const pb::Challenge& wire) {
  Challenge challenge{wire.id(), wire.prompt(), UnrecognizedChallenge{}};
  switch (wire.kind_case()) {
    case pb::Challenge::kQuestionAndAnswer: challenge.kind = QuestionAndAnswer{}; break;
    case pb::Challenge::kQuestionSelection:
      challenge.kind = QuestionSelection{strings(wire.question_selection().questions())};
      break;
    case pb::Challenge::kMultipleChoice:
      challenge.kind = MultipleChoice{strings(wire.multiple_choice().choices())};
      break;
    case pb::Challenge::kMultipleSelection:
      challenge.kind = MultipleSelection{strings(wire.multiple_selection().choices())};
      break;
    case pb::Challenge::kImageSelection:
      challenge.kind = ImageSelection{decode_all(wire.image_selection().images())};
      break;
    case pb::Challenge::kTextOrCall:
      challenge.kind = TextOrCall{strings(wire.text_or_call().phone_numbers())};
      break;
    case pb::Challenge::kUnrecognized: challenge.kind = decode(wire.unrecognized()); break;
    case pb::Challenge::KIND_NOT_SET: break;
  }
  return challenge;
}

ChallengeRound decode(const pb::ChallengeRound& wire) {
  return {wire.continuation(),
          wire.request_id(),
          decode_all(wire.challenges()),
          wire.round(),
          wire.previous_answers_rejected(),
          decode_if(wire.has_expire_time(), wire.expire_time()),
          decode_if(wire.has_institution(), wire.institution()),
          wire.tag()};
}

template <class Response>
std::optional<Outcome> live(const Response& response) {
  switch (response.outcome_case()) {
    case Response::kSession: return decode(response.session());
    case Response::kChallengeRound: return decode(response.challenge_round());
    case Response::kPending: return decode(response.pending());
    case Response::OUTCOME_NOT_SET: break;
  }
  return std::nullopt;
}

}  // namespace

pb::AuthorizeRequest encode(const AuthorizeRequest& request) {
  pb::AuthorizeRequest wire;
  std::visit(overloaded{
                 [&](const Credentials& credentials) {
                   wire.mutable_credentials()->set_institution(credentials.institution);
                   wire.mutable_credentials()->set_username(credentials.username);
                   wire.mutable_credentials()->set_password(credentials.password);
                 },
                 [&](const LoginId& login_id) { wire.set_login_id(login_id.value); },
             },
             request.subject);
  wire.set_save(request.save == Save::kYes);
  wire.set_language(static_cast<pb::Language>(request.language));
  wire.set_tag(request.tag);
  wire.set_schedule_refresh(request.schedule_refresh);
  wire.set_with_mfa_questions(request.with_mfa_questions);
  wire.set_instance(request.instance);
  return wire;
}

pb::CachedAuthorizeRequest encode(const CachedAuthorizeRequest& request) {
  pb::CachedAuthorizeRequest wire;
  wire.set_login_id(request.login_id);
  wire.set_tag(request.tag);
  wire.set_instance(request.instance);
  return wire;
}

pb::AnswerChallengesRequest encode(const std::string& continuation, const std::vector<Answer>& answers) {
  pb::AnswerChallengesRequest request;
  request.set_continuation(continuation);
  for (const Answer& answer : answers) *request.add_answers() = Access::wire(answer).answer;
  return request;
}

std::optional<Outcome> decode(const pb::AuthorizeResponse& response) { return live(response); }

std::optional<Outcome> decode(const pb::AnswerChallengesResponse& response) { return live(response); }

std::optional<FinalOutcome> decode(const pb::CachedAuthorizeResponse& response) {
  switch (response.outcome_case()) {
    case pb::CachedAuthorizeResponse::kSession: return decode(response.session());
    case pb::CachedAuthorizeResponse::kPending: return decode(response.pending());
    case pb::CachedAuthorizeResponse::OUTCOME_NOT_SET: break;
  }
  return std::nullopt;
}

}  // namespace flinks_gateway::internal
