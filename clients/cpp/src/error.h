// From a gRPC status to a GatewayError.
#pragma once

#include <string>

#include "flinks_gateway/error.h"

namespace flinks_gateway::internal {

/// Whether the call that failed asks the bank.
enum class Call { kLive, kCached };

/// The error of a status. `details` are the bytes of `grpc-status-details-bin`, empty where there were none.
GatewayError make_error(Call call, StatusCode code, std::string message, const std::string& details,
                        std::string call_id);

}  // namespace flinks_gateway::internal
