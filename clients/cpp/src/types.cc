// Making answers and answerers.
#include "flinks_gateway/types.h"

#include "flinks_gateway/client.h"
#include "internal.h"

namespace flinks_gateway {

Answer::Answer(std::string challenge_id, Value value)
    : challenge_id_(std::move(challenge_id)), value_(std::move(value)) {}

Answer Answer::text(std::string id, std::string text) { return {std::move(id), Text{std::move(text)}}; }

Answer Answer::selected_question(std::string id, std::string question, std::string text) {
  return {std::move(id), SelectedQuestion{std::move(question), std::move(text)}};
}

Answer Answer::choice(std::string id, std::string choice) { return {std::move(id), Choice{std::move(choice)}}; }

Answer Answer::choices(std::string id, std::vector<std::string> values) {
  return {std::move(id), Choices{std::move(values)}};
}

Answer Answer::image_index(std::string id, std::int32_t index) { return {std::move(id), ImageIndex{index}}; }

Answer Answer::code_delivery(std::string id, std::string phone_number, DeliveryMethod method) {
  return {std::move(id), CodeDelivery{std::move(phone_number), method}};
}

Answer Answer::raw(std::string id, std::string key, std::vector<std::string> values) {
  return {std::move(id), Raw{std::move(key), std::move(values)}};
}

std::string_view internal::name_of(const Challenge& challenge) noexcept {
  struct Names {
    std::string_view operator()(const QuestionAndAnswer&) const { return "question_and_answer"; }
    std::string_view operator()(const QuestionSelection&) const { return "question_selection"; }
    std::string_view operator()(const MultipleChoice&) const { return "multiple_choice"; }
    std::string_view operator()(const MultipleSelection&) const { return "multiple_selection"; }
    std::string_view operator()(const ImageSelection&) const { return "image_selection"; }
    std::string_view operator()(const TextOrCall&) const { return "text_or_call"; }
    std::string_view operator()(const UnrecognizedChallenge&) const { return "unrecognized"; }
  };
  return std::visit(Names{}, challenge.kind);
}

UnansweredChallenge::UnansweredChallenge(const std::string& kind)
    : std::runtime_error("by_kind has no function for " + kind), kind_(std::make_shared<const std::string>(kind)) {}

Answerer by_kind(ByKind functions) {
  return [functions = std::move(functions)](const ChallengeRound& round) {
    // Gives a challenge and its function to `use`.
    const auto dispatch = [&](const Challenge& challenge, const auto& use) {
      std::visit(
          overloaded{
              [&](const QuestionAndAnswer& kind) { use(challenge, kind, functions.question_and_answer); },
              [&](const QuestionSelection& kind) { use(challenge, kind, functions.question_selection); },
              [&](const MultipleChoice& kind) { use(challenge, kind, functions.multiple_choice); },
              [&](const MultipleSelection& kind) { use(challenge, kind, functions.multiple_selection); },
              [&](const ImageSelection& kind) { use(challenge, kind, functions.image_selection); },
              [&](const TextOrCall& kind) { use(challenge, kind, functions.text_or_call); },
              [&](const UnrecognizedChallenge& kind) { use(challenge, kind, functions.unrecognized); },
          },
          challenge.kind);
    };
    for (const Challenge& challenge : round.challenges) {
      dispatch(challenge, [](const Challenge& asked, const auto&, const auto& function) {
        if (!function) throw UnansweredChallenge(std::string(internal::name_of(asked)));
      });
    }
    std::vector<Answer> answers;
    answers.reserve(round.challenges.size());
    for (const Challenge& challenge : round.challenges) {
      dispatch(challenge, [&](const Challenge& asked, const auto& kind, const auto& function) {
        answers.push_back(function(asked, kind));
      });
    }
    return answers;
  };
}

}  // namespace flinks_gateway
