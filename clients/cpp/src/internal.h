// What the sources share: the way into types that keep their insides private, and names from the wire.
#pragma once

#include <string_view>

#include "flinks_gateway/client.h"

namespace grpc {
class ClientContext;
}

namespace flinks_gateway::internal {

inline constexpr char kRedacted[] = "[redacted]";

ErrorReason error_reason_named(std::string_view name) noexcept;
NextStep next_step_named(std::string_view name) noexcept;

/// The contract's name of a kind of challenge.
std::string_view name_of(const Challenge& challenge) noexcept;

/// The door to private members.
struct Access {
  using AnswerValue = Answer::Value;
  using Text = Answer::Text;
  using SelectedQuestion = Answer::SelectedQuestion;
  using Choice = Answer::Choice;
  using Choices = Answer::Choices;
  using ImageIndex = Answer::ImageIndex;
  using CodeDelivery = Answer::CodeDelivery;
  using Raw = Answer::Raw;
  static const AnswerValue& value(const Answer& answer) { return answer.value_; }

  using CancellationState = CancellationToken::State;
  static CancellationState& state(const CancellationToken& token) { return *token.state_; }
};

}  // namespace flinks_gateway::internal
