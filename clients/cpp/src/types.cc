// Making answers and answerers.
#include "flinks_gateway/types.h"

#include "convert.h"
#include "flinks_gateway/client.h"
#include "internal.h"

namespace flinks_gateway {

namespace {

/// An answer that `fill` gives to the message.
template <class Fill>
Answer make(std::string& challenge_id, const Fill& fill) {
  auto wire = std::make_shared<internal::Wire>();
  wire->answer.set_challenge_id(std::move(challenge_id));
  fill(wire->answer);
  return internal::Access::answer(std::move(wire));
}

}  // namespace

const std::string& Answer::challenge_id() const noexcept { return wire_->answer.challenge_id(); }

Answer Answer::text(std::string id, std::string text) {
  return make(id, [&](auto& wire) { wire.set_text(std::move(text)); });
}

Answer Answer::selected_question(std::string id, std::string question, std::string text) {
  return make(id, [&](auto& wire) {
    wire.mutable_selected_question()->set_question(std::move(question));
    wire.mutable_selected_question()->set_text(std::move(text));
  });
}

Answer Answer::choice(std::string id, std::string choice) {
  return make(id, [&](auto& wire) { wire.set_choice(std::move(choice)); });
}

Answer Answer::choices(std::string id, std::vector<std::string> values) {
  return make(id, [&](auto& wire) { wire.mutable_choices()->mutable_values()->Add(values.begin(), values.end()); });
}

Answer Answer::image_index(std::string id, std::int32_t index) {
  return make(id, [&](auto& wire) { wire.set_image_index(index); });
}

Answer Answer::code_delivery(std::string id, std::string phone_number, DeliveryMethod method) {
  return make(id, [&](auto& wire) {
    wire.mutable_code_delivery()->set_phone_number(std::move(phone_number));
    wire.mutable_code_delivery()->set_method(static_cast<internal::pb::DeliveryMethod>(method));
  });
}

Answer Answer::raw(std::string id, std::string key, std::vector<std::string> values) {
  return make(id, [&](auto& wire) {
    wire.mutable_raw()->set_key(std::move(key));
    wire.mutable_raw()->mutable_values()->Add(values.begin(), values.end());
  });
}

UnansweredChallengeError::UnansweredChallengeError(const std::string& kind)
    : std::runtime_error("by_kind has no function for " + kind), kind_(std::make_shared<const std::string>(kind)) {}

Answerer by_kind(ByKind functions) {
  static constexpr const char* kNames[] = {"question_and_answer", "question_selection", "multiple_choice",
                                           "multiple_selection",  "image_selection",    "text_or_call",
                                           "unrecognized"};
  return [functions = std::move(functions)](const ChallengeRound& round) {
    std::vector<std::function<Answer()>> questions;
    for (const Challenge& challenge : round.challenges) {
      const auto ask = [&](const auto& function, const auto& kind) {
        if (!function) throw UnansweredChallengeError(kNames[challenge.kind.index()]);
        questions.push_back([&] { return function(challenge, kind); });
      };
      std::visit(overloaded{
                     [&](const QuestionAndAnswer& kind) { ask(functions.question_and_answer, kind); },
                     [&](const QuestionSelection& kind) { ask(functions.question_selection, kind); },
                     [&](const MultipleChoice& kind) { ask(functions.multiple_choice, kind); },
                     [&](const MultipleSelection& kind) { ask(functions.multiple_selection, kind); },
                     [&](const ImageSelection& kind) { ask(functions.image_selection, kind); },
                     [&](const TextOrCall& kind) { ask(functions.text_or_call, kind); },
                     [&](const UnrecognizedChallenge& kind) { ask(functions.unrecognized, kind); },
                 },
                 challenge.kind);
    }
    std::vector<Answer> answers;
    for (const auto& question : questions) answers.push_back(question());
    return answers;
  };
}

}  // namespace flinks_gateway
