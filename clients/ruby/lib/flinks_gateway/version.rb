# frozen_string_literal: true

module FlinksGateway
  # The version of this package: that of the gateway it was built with.
  VERSION = "0.1.0"
end
