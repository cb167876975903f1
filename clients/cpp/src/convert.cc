// Between the public types and the contract's messages.
#include "convert.h"

#include <algorithm>
#include <chrono>

#include <google/protobuf/util/json_util.h>

#include "internal.h"

namespace flinks_gateway::internal {
namespace {

template <class Repeated>
std::vector<std::string> strings(const Repeated& texts) {
  return {texts.begin(), texts.end()};
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

LoginType decode(pb::LoginType type) {
  switch (type) {
    case pb::LOGIN_TYPE_UNSPECIFIED: return LoginType::kUnspecified;
    case pb::LOGIN_TYPE_PERSONAL: return LoginType::kPersonal;
    case pb::LOGIN_TYPE_BUSINESS: return LoginType::kBusiness;
    default: return LoginType::kOther;
  }
}

Login decode(const pb::Login& wire) {
  Login login;
  login.login_id = wire.login_id();
  login.username = wire.username();
  login.type = decode(wire.type());
  login.scheduled_refresh = wire.scheduled_refresh();
  if (wire.has_last_refresh_time()) login.last_refresh_time = decode(wire.last_refresh_time());
  login.type_name = wire.type_name();
  return login;
}

Resource decode(pb::Resource resource) {
  switch (resource) {
    case pb::RESOURCE_ACCOUNTS_DETAIL: return Resource::kAccountsDetail;
    case pb::RESOURCE_ACCOUNTS_SUMMARY: return Resource::kAccountsSummary;
    case pb::RESOURCE_STATEMENTS: return Resource::kStatements;
    case pb::RESOURCE_AUTHORIZATION: return Resource::kAuthorization;
    default: return Resource::kUnspecified;
  }
}

template <class Repeated>
std::vector<Link> links(const Repeated& wire) {
  std::vector<Link> links;
  for (const pb::Link& link : wire) {
    links.push_back({decode(link.resource()), link.rel(), link.href(), link.example()});
  }
  return links;
}

Session decode(const pb::Session& wire) {
  Session session;
  session.request_id = wire.request_id();
  if (wire.has_login()) session.login = decode(wire.login());
  if (wire.has_institution()) session.institution = decode(wire.institution());
  session.links = links(wire.links());
  session.tag = wire.tag();
  return session;
}

PendingOperation decode(const pb::PendingOperation& wire) {
  return {wire.request_id(), wire.flinks_code(), links(wire.links())};
}

UnrecognizedChallenge decode(const pb::UnrecognizedChallenge& wire) {
  UnrecognizedChallenge kind{wire.type(), strings(wire.iterables()), std::nullopt};
  std::string json;
  // Fails for numbers that JSON does not have, which no gateway sends.
  if (wire.has_raw() && google::protobuf::util::MessageToJsonString(wire.raw(), &json).ok()) kind.raw = std::move(json);
  return kind;
}

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
    case pb::Challenge::kImageSelection: {
      ImageSelection kind;
      for (const pb::Image& image : wire.image_selection().images()) {
        kind.images.push_back({image.content(), image.media_type()});
      }
      challenge.kind = std::move(kind);
      break;
    }
    case pb::Challenge::kTextOrCall:
      challenge.kind = TextOrCall{strings(wire.text_or_call().phone_numbers())};
      break;
    case pb::Challenge::kUnrecognized: challenge.kind = decode(wire.unrecognized()); break;
    case pb::Challenge::KIND_NOT_SET: break;
  }
  return challenge;
}

ChallengeRound decode(const pb::ChallengeRound& wire) {
  ChallengeRound round;
  round.continuation = wire.continuation();
  round.request_id = wire.request_id();
  for (const pb::Challenge& challenge : wire.challenges()) round.challenges.push_back(decode(challenge));
  round.round = wire.round();
  round.previous_answers_rejected = wire.previous_answers_rejected();
  if (wire.has_expire_time()) round.expire_time = decode(wire.expire_time());
  if (wire.has_institution()) round.institution = decode(wire.institution());
  round.tag = wire.tag();
  return round;
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
  for (const Answer& answer : answers) {
    pb::ChallengeAnswer& wire = *request.add_answers();
    wire.set_challenge_id(answer.challenge_id());
    std::visit(overloaded{
                   [&](const Access::Text& value) { wire.set_text(value.text); },
                   [&](const Access::SelectedQuestion& value) {
                     wire.mutable_selected_question()->set_question(value.question);
                     wire.mutable_selected_question()->set_text(value.text);
                   },
                   [&](const Access::Choice& value) { wire.set_choice(value.choice); },
                   [&](const Access::Choices& value) {
                     wire.mutable_choices()->mutable_values()->Add(value.values.begin(), value.values.end());
                   },
                   [&](const Access::ImageIndex& value) { wire.set_image_index(value.index); },
                   [&](const Access::CodeDelivery& value) {
                     wire.mutable_code_delivery()->set_phone_number(value.phone_number);
                     wire.mutable_code_delivery()->set_method(static_cast<pb::DeliveryMethod>(value.method));
                   },
                   [&](const Access::Raw& value) {
                     wire.mutable_raw()->set_key(value.key);
                     wire.mutable_raw()->mutable_values()->Add(value.values.begin(), value.values.end());
                   },
               },
               Access::value(answer));
  }
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
