// What the sources share: errors, names from the wire, and the way into types that keep their insides private.
#pragma once

#include <string>
#include <string_view>

#include "flinks_gateway/client.h"

namespace flinks_gateway::internal {

/// Whether a call asks the bank.
enum class Call { kLive, kCached };

/// The error of a status. `details` are the bytes of `grpc-status-details-bin`, empty where there were none.
GatewayError make_error(Call call, StatusCode code, std::string message, const std::string& details = {},
                        std::string call_id = {});

ErrorReason error_reason_named(std::string_view name) noexcept;
NextStep next_step_named(std::string_view name) noexcept;

/// The door to private members.
struct Access {
  static const auto& message(const Answer& answer) { return *answer.message_; }
  static auto& state(const Cancellation& cancellation) { return *cancellation.state_; }
};

}  // namespace flinks_gateway::internal
