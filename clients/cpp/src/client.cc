// The connection and its calls.
#include "flinks_gateway/client.h"

#include <algorithm>
#include <mutex>
#include <regex>
#include <set>

#include <grpcpp/grpcpp.h>

#include "convert.h"
#include "flinks/gateway/v1/authorization_service.grpc.pb.h"
#include "internal.h"
#include "print.h"
#include "service_config.h"

namespace flinks_gateway {

using internal::Access;
using internal::Call;
using internal::make_error;
using internal::secret;
namespace pb = internal::pb;
using Service = pb::AuthorizationService;

struct Cancellation::State {
  std::mutex mutex;
  bool cancelled = false;
  std::set<grpc::ClientContext*> calls;

  /// False where it is too late for the call.
  bool add(grpc::ClientContext& call) {
    const std::lock_guard lock(mutex);
    return !cancelled && calls.insert(&call).second;
  }
  void remove(grpc::ClientContext& call) {
    const std::lock_guard lock(mutex);
    calls.erase(&call);
  }
};

Cancellation::Cancellation() : state_(std::make_shared<State>()) {}

void Cancellation::cancel() const {
  const std::lock_guard lock(state_->mutex);
  state_->cancelled = true;
  for (grpc::ClientContext* call : state_->calls) call->TryCancel();
}

bool Cancellation::cancelled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

struct Client::Connection {
  std::string address;
  ConnectOptions options;
  std::mutex mutex;
  std::shared_ptr<Service::Stub> stub;  // None once it is closed.

  template <class Result, class Request, class Response>
  Result call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, const CallOptions& own, Call kind);
};

namespace {

void require(bool holds, const char* rule) {
  if (!holds) throw std::invalid_argument(std::string("flinks_gateway: ") + rule);
}

/// gRPC ends the process over metadata that HTTP/2 cannot carry, so a token is looked at first.
void check_token(const std::string& token) {
  const bool visible = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  require(!token.empty() && visible, "a bearer token is one or more visible ASCII characters");
}

std::string call_id(const grpc::ClientContext& context) {
  for (const auto* metadata : {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
    const auto found = metadata->find("x-request-id");
    if (found != metadata->end()) return {found->second.begin(), found->second.end()};
  }
  return {};
}

/// The address as gRPC's URI, so that no host is taken for a scheme such as `unix:`.
std::string target_of(const std::string& address, const ConnectOptions& options) {
  static const std::regex kAddress(R"((\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([1-9]\d{0,4}))");
  static const std::regex kLoopback(R"((localhost|127(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|\[::1\]))",
                                    std::regex::icase);
  std::smatch parts;
  require(std::regex_match(address, parts, kAddress) && std::stoi(parts[2]) <= 65535,
          "an address is host:port, with IPv6 in brackets");
  std::string host = parts[1];
  require(
      !options.plaintext || options.dangerously_allow_plaintext_beyond_loopback || std::regex_match(host, kLoopback),
      "plaintext goes to loopback addresses only: passwords are in it");
  if (host.front() == '[') host = "%5B" + host.substr(1, host.size() - 2) + "%5D";
  return "dns:///" + host + ":" + std::string(parts[2]);
}

void check(const ConnectOptions& options) {
  for (const std::string* pem : {&options.ca, &options.certificate, &options.private_key}) {
    require(pem->empty() || pem->find("-----BEGIN ") != std::string::npos,
            "ca, certificate and private_key are PEM texts");
  }
  require(options.certificate.empty() == options.private_key.empty(), "certificate and private_key need each other");
  require(!options.plaintext || (options.ca.empty() && options.certificate.empty()),
          "plaintext has no use for ca, certificate and private_key");
  require(options.plaintext || !options.dangerously_allow_plaintext_beyond_loopback,
          "dangerously_allow_plaintext_beyond_loopback needs plaintext");
  require(options.live_timeout.count() > 0 && options.cached_timeout.count() > 0, "timeouts are longer than zero");
  if (const auto* token = std::get_if<std::string>(&options.bearer_token)) check_token(*token);
  const auto* ask = std::get_if<std::function<std::string()>>(&options.bearer_token);
  require(!ask || *ask, "the function for the bearer token is not empty");
}

std::shared_ptr<grpc::ChannelCredentials> credentials_of(const ConnectOptions& options) {
  if (options.plaintext) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({options.ca, options.private_key, options.certificate});
}

grpc::ChannelArguments arguments_of(const ConnectOptions& options) {
  grpc::ChannelArguments arguments;
  // What may be retried is in the service config, and nowhere else: none from DNS.
  arguments.SetServiceConfigJSON(internal::kServiceConfig);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 1);
  // Banks take minutes: pings hold the connection open while a call waits, and gRPC would stop after two of them.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(32 << 20);
  // An error names up to 25 fields, which may not fit into gRPC's usual 8 KiB of metadata.
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 64 << 10);
  arguments.SetUserAgentPrefix("flinks-gateway-cpp/" FLINKS_GATEWAY_VERSION);
  // Each client has its own connection: its state, such as the wait after a failure, is nobody else's.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // With a proxy in the environment, clear text would leave the machine. The first is for `http_proxy` and the like,
  // the second for the `GRPC_ADDRESS_HTTP_PROXY` of newer versions of gRPC, which the first does not switch off.
  if (options.plaintext) {
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetString("grpc.address_http_proxy_enabled_addresses", "");  // Older headers have no macro for it.
  }
  return arguments;
}

/// What the gateway would say.
GatewayError expired(const ChallengeRound& round) {
  GatewayError::Details error;
  error.code = StatusCode::kNotFound;
  error.message = "the round was not answered in time; nothing was sent";
  error.reason = ErrorReason::kSessionExpired;
  error.reason_name = "ERROR_REASON_SESSION_EXPIRED";
  error.next_step = NextStep::kStartOver;
  error.request_id = round.request_id;
  error.metadata = {{"next_step", "NEXT_STEP_START_OVER"}, {"retryable", "false"}, {"request_id", round.request_id}};
  return GatewayError(std::move(error));
}

}  // namespace

template <class Result, class Request, class Response>
Result Client::Connection::call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const CallOptions& own, Call kind) {
  const std::shared_ptr<Service::Stub> open = [&] {
    const std::lock_guard lock(mutex);
    return stub;
  }();
  if (!open) throw std::logic_error("flinks_gateway: the client is closed");

  // Protobuf sends text that is not UTF-8, and no gateway can read it.
  require(Request().ParseFromString(request.SerializeAsString()), "texts are UTF-8");

  const auto usual = kind == Call::kLive ? options.live_timeout : options.cached_timeout;
  const auto timeout = own.timeout.value_or(usual);
  // gRPC would still send it.
  if (timeout.count() <= 0) throw make_error(kind, StatusCode::kDeadlineExceeded, "no time for the call");

  grpc::ClientContext context;
  if (!std::holds_alternative<std::monostate>(options.bearer_token)) {
    const auto* ask = std::get_if<std::function<std::string()>>(&options.bearer_token);
    const std::string token = ask ? (*ask)() : std::get<std::string>(options.bearer_token);
    check_token(token);
    // Not as call credentials, which gRPC refuses without TLS.
    context.AddMetadata("authorization", "Bearer " + token);
  }
  // No more than a year, which is for ever: the clock would overflow.
  const std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
  context.set_deadline(std::chrono::system_clock::now() + std::min(timeout, longest));

  // Its cancellation can end the call from now on.
  auto& cancellation = Access::state(own.cancellation);
  if (!cancellation.add(context)) throw make_error(kind, StatusCode::kCancelled, "cancelled before it was sent");
  const std::shared_ptr<void> at_the_end(nullptr, [&](void*) { cancellation.remove(context); });

  Response response;
  const grpc::Status status = ((*open).*method)(&context, request, &response);
  if (!status.ok()) {
    throw make_error(kind, static_cast<StatusCode>(status.error_code()), status.error_message(), status.error_details(),
                     call_id(context));
  }
  auto outcome = internal::decode<std::optional<Result>>(response);
  if (!outcome) {
    const char* message = "the gateway answered with an outcome that this client does not know";
    throw make_error(kind, StatusCode::kUnknown, message, "", call_id(context));
  }
  return *std::move(outcome);
}

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Client connect(const std::string& address, ConnectOptions options) {
  check(options);
  const std::string target = target_of(address, options);
  auto connection = std::make_shared<Client::Connection>();
  connection->address = address;
  connection->stub =
      Service::NewStub(grpc::CreateCustomChannel(target, credentials_of(options), arguments_of(options)));
  connection->options = std::move(options);
  return Client(std::move(connection));
}

Outcome Client::authorize(const AuthorizeRequest& request, const CallOptions& options) const {
  return connection_->call<Outcome>(&Service::Stub::Authorize, internal::encode(request), options, Call::kLive);
}

Outcome Client::answer(const std::string& continuation, const std::vector<Answer>& answers,
                       const CallOptions& options) const {
  pb::AnswerChallengesRequest request;
  request.set_continuation(continuation);
  for (const Answer& answer : answers) *request.add_answers() = Access::message(answer);
  return connection_->call<Outcome>(&Service::Stub::AnswerChallenges, request, options, Call::kLive);
}

FinalOutcome Client::cached_authorize(const CachedAuthorizeRequest& request, const CallOptions& options) const {
  return connection_->call<FinalOutcome>(&Service::Stub::CachedAuthorize, internal::encode(request), options,
                                         Call::kCached);
}

FinalOutcome Client::sign_in(const AuthorizeRequest& request, const Answerer& answerer,
                             const CallOptions& options) const {
  require(answerer != nullptr, "sign_in needs an answerer");
  Outcome outcome = authorize(request, options);
  while (const auto* round = std::get_if<ChallengeRound>(&outcome)) {
    const std::vector<Answer> answers = answerer(*round);
    const auto now = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
    if (round->expire_time && now >= *round->expire_time) throw expired(*round);
    outcome = answer(round->continuation, answers, options);
  }
  if (auto* session = std::get_if<Session>(&outcome)) return std::move(*session);
  return std::get<PendingOperation>(std::move(outcome));
}

void Client::close() const {
  const std::lock_guard lock(connection_->mutex);
  connection_->stub.reset();
}

UnansweredChallengeError::UnansweredChallengeError(const std::string& kind)
    : std::runtime_error("by_kind has no function for " + kind), kind_(std::make_shared<const std::string>(kind)) {}

Answerer by_kind(ByKind functions) {
  return [functions = std::move(functions)](const ChallengeRound& round) {
    std::vector<std::function<Answer()>> questions;
    for (const Challenge& challenge : round.challenges) {
      const auto find = [&](const auto& kind) {
        const auto [function, name] = internal::function_of(functions, kind);
        if (!*function) throw UnansweredChallengeError(name);
        questions.push_back([&, ask = function] { return (*ask)(challenge, kind); });
      };
      std::visit(find, challenge.kind);
    }
    std::vector<Answer> answers;
    for (const auto& ask : questions) answers.push_back(ask());
    return answers;
  };
}

std::ostream& operator<<(std::ostream& out, Save value) { return out << (value == Save::kYes ? "YES" : "NO"); }

std::ostream& operator<<(std::ostream& out, const ConnectOptions& it) {
  return internal::print(out, "ConnectOptions", "own_ca", !it.ca.empty(), "mtls", !it.certificate.empty(),
                         "private_key", secret, "bearer_token", secret, "plaintext", it.plaintext,
                         "dangerously_allow_plaintext_beyond_loopback", it.dangerously_allow_plaintext_beyond_loopback,
                         "live_timeout", it.live_timeout, "cached_timeout", it.cached_timeout);
}

std::ostream& operator<<(std::ostream& out, const Client& it) {
  return internal::print(out, "Client", "address", it.connection_->address, "options", it.connection_->options);
}

}  // namespace flinks_gateway
