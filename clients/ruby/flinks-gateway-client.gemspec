# frozen_string_literal: true

require_relative "lib/flinks_gateway/version"

Gem::Specification.new do |spec|
  spec.name = "flinks-gateway-client"
  spec.version = FlinksGateway::VERSION
  spec.authors = ["The flinks-gateway authors"]
  spec.summary = "Client of flinks-gateway: signs a bank's customer in through Flinks."
  spec.description = "Sign-ins with typed security challenges, saved logins, and errors that a program can act on, " \
                     "over gRPC. Prints no secrets and repeats no sign-in."
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*.{rb,json}", "sig/*.rbs", "README.md", "LICENSE", ".yardopts"] }.sort
  spec.metadata["rubygems_mfa_required"] = "true"

  spec.add_dependency "google-protobuf", ">= 3.21", "< 5"
  spec.add_dependency "googleapis-common-protos-types", "~> 1.4"
  spec.add_dependency "grpc", "~> 1.51"
end
