# frozen_string_literal: true

# Client of flinks-gateway: signs a bank's customer in through Flinks. Begin with {FlinksGateway.connect}.
#
# {FlinksGateway::V1} holds the generated messages, for those who want them: they print secrets.
module FlinksGateway
end

require_relative "flinks_gateway/version"
require_relative "flinks_gateway/v1/authorization_service_services_pb"
require_relative "flinks_gateway/enums"
require_relative "flinks_gateway/check"
require_relative "flinks_gateway/value"
require_relative "flinks_gateway/types"
require_relative "flinks_gateway/challenges"
require_relative "flinks_gateway/well_known"
require_relative "flinks_gateway/conversions"
require_relative "flinks_gateway/gateway_error"
require_relative "flinks_gateway/status"
require_relative "flinks_gateway/cancellation"
require_relative "flinks_gateway/by_kind"
require_relative "flinks_gateway/options"
require_relative "flinks_gateway/client"
