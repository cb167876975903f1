// What the sources share: the way into types that keep their insides private, and names from the wire.
#pragma once

#include <string_view>

#include "flinks_gateway/client.h"

namespace flinks_gateway::internal {

ErrorReason error_reason_named(std::string_view name) noexcept;
NextStep next_step_named(std::string_view name) noexcept;

/// The door to private members.
struct Access {
  static Answer answer(std::shared_ptr<const Wire> wire) { return Answer(std::move(wire)); }
  static const Wire& wire(const Answer& answer) { return *answer.wire_; }

  using CancellationState = Cancellation::State;
  static CancellationState& state(const Cancellation& cancellation) { return *cancellation.state_; }
};

}  // namespace flinks_gateway::internal
