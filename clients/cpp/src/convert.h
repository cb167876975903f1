// Between the public types and the contract's messages: the only place that knows both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flinks/gateway/v1/authorization_service.pb.h"
#include "flinks_gateway/types.h"

namespace flinks_gateway::internal {

namespace pb = ::flinks::gateway::v1;

/// What an Answer holds.
struct Wire {
  pb::ChallengeAnswer answer;
};

pb::AuthorizeRequest encode(const AuthorizeRequest& request);
pb::CachedAuthorizeRequest encode(const CachedAuthorizeRequest& request);
pb::AnswerChallengesRequest encode(const std::string& continuation, const std::vector<Answer>& answers);

/// Nothing where the outcome is newer than this client.
std::optional<Outcome> decode(const pb::AuthorizeResponse& response);
std::optional<Outcome> decode(const pb::AnswerChallengesResponse& response);
std::optional<FinalOutcome> decode(const pb::CachedAuthorizeResponse& response);

}  // namespace flinks_gateway::internal
