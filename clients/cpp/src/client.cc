// The connection and its calls.
#include "flinks_gateway/client.h"

#include <algorithm>
#include <mutex>
#include <ostream>
#include <regex>
#include <set>

#include <grpcpp/grpcpp.h>

#include "convert.h"
#include "error.h"
#include "flinks/gateway/v1/authorization_service.grpc.pb.h"
#include "internal.h"
#include "service_config.h"

namespace flinks_gateway {

using internal::Access;
using internal::Call;
using internal::make_error;
using Service = internal::pb::AuthorizationService;

struct Cancellation::State {
  std::mutex mutex;
  bool cancelled = false;
  std::set<grpc::ClientContext*> calls;
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

  template <class Request, class Response>
  auto call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, const CallOptions& own, Call kind);
};

namespace {

void refuse(const std::string& why) { throw std::invalid_argument("flinks_gateway: " + why); }

/// A call that its Cancellation can end while this lives.
class Cancellable {
 public:
  Cancellable(const Cancellation& cancellation, grpc::ClientContext& context, Call kind)
      : state_(Access::state(cancellation)), context_(context) {
    const std::lock_guard lock(state_.mutex);
    if (state_.cancelled) {
      throw make_error(kind, StatusCode::kCancelled, "cancelled before it was sent", "", "");
    }
    state_.calls.insert(&context_);
  }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  ~Cancellable() {
    const std::lock_guard lock(state_.mutex);
    state_.calls.erase(&context_);
  }

 private:
  Access::CancellationState& state_;
  grpc::ClientContext& context_;
};

/// gRPC ends the process over metadata that HTTP/2 cannot carry, so a token is looked at first.
void check_token(const std::string& token) {
  const bool visible = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.empty() || !visible) refuse("the bearer token is empty, or has more than visible ASCII characters");
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
  if (!std::regex_match(address, parts, kAddress) || std::stoi(parts[2]) > 65535) {
    refuse("an address is host:port, with IPv6 in brackets");
  }
  std::string host = parts[1];
  if (options.plaintext && !options.dangerously_allow_plaintext_beyond_loopback &&
      !std::regex_match(host, kLoopback)) {
    refuse("plaintext goes to loopback addresses only: passwords are in it");
  }
  if (host.front() == '[') host = "%5B" + host.substr(1, host.size() - 2) + "%5D";
  return "dns:///" + host + ":" + std::string(parts[2]);
}

void check(const ConnectOptions& options) {
  const auto pem = [](const char* name, const std::string& text) {
    if (!text.empty() && text.find("-----BEGIN ") == std::string::npos) refuse(std::string(name) + " is no PEM");
  };
  pem("ca", options.ca);
  pem("certificate", options.certificate);
  pem("private_key", options.private_key);
  if (options.certificate.empty() != options.private_key.empty()) {
    refuse("certificate and private_key need each other");
  }
  if (options.plaintext && !(options.ca.empty() && options.certificate.empty())) {
    refuse("plaintext has no use for ca, certificate and private_key");
  }
  if (options.dangerously_allow_plaintext_beyond_loopback && !options.plaintext) {
    refuse("dangerously_allow_plaintext_beyond_loopback needs plaintext");
  }
  if (options.live_timeout.count() <= 0 || options.cached_timeout.count() <= 0) {
    refuse("timeouts are longer than zero");
  }
  if (const auto* token = std::get_if<std::string>(&options.bearer_token)) check_token(*token);
  if (const auto* ask = std::get_if<std::function<std::string()>>(&options.bearer_token); ask && !*ask) {
    refuse("the function for the bearer token is empty");
  }
}

std::shared_ptr<grpc::ChannelCredentials> credentials_of(const ConnectOptions& options) {
  if (options.plaintext) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.ca;
  tls.pem_cert_chain = options.certificate;
  tls.pem_private_key = options.private_key;
  return grpc::SslCredentials(tls);
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
  error.metadata = {
      {"next_step", "NEXT_STEP_START_OVER"}, {"retryable", "false"}, {"request_id", round.request_id}};
  return GatewayError(std::move(error));
}

}  // namespace

template <class Request, class Response>
auto Client::Connection::call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                              const Request& request, const CallOptions& own, Call kind) {
  const std::shared_ptr<Service::Stub> open = [&] {
    const std::lock_guard lock(mutex);
    return stub;
  }();
  if (!open) throw std::logic_error("flinks_gateway: the client is closed");

  // Protobuf sends text that is not UTF-8, and no gateway can read it.
  if (!Request().ParseFromString(request.SerializeAsString())) refuse("a text is not UTF-8");

  const auto usual = kind == Call::kLive ? options.live_timeout : options.cached_timeout;
  const auto timeout = own.timeout.value_or(usual);
  // gRPC would still send it.
  if (timeout.count() <= 0) throw make_error(kind, StatusCode::kDeadlineExceeded, "no time for the call", "", "");

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

  Response response;
  const grpc::Status status = [&] {
    const Cancellable cancellable(own.cancellation, context, kind);
    return ((*open).*method)(&context, request, &response);
  }();
  if (!status.ok()) {
    throw make_error(kind, static_cast<StatusCode>(status.error_code()), status.error_message(),
                     status.error_details(), call_id(context));
  }
  auto outcome = internal::decode(response);
  if (!outcome) {
    throw make_error(kind, StatusCode::kUnknown, "the gateway answered with an outcome that this client does not know",
                     "", call_id(context));
  }
  return *std::move(outcome);
}

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Client connect(const std::string& address, ConnectOptions options) {
  check(options);
  const std::string target = target_of(address, options);
  auto connection = std::make_shared<Client::Connection>();
  connection->address = address;
  connection->stub = Service::NewStub(
      grpc::CreateCustomChannel(target, credentials_of(options), arguments_of(options)));
  connection->options = std::move(options);
  return Client(std::move(connection));
}

Outcome Client::authorize(const AuthorizeRequest& request, const CallOptions& options) const {
  return connection_->call(&Service::Stub::Authorize, internal::encode(request), options, Call::kLive);
}

Outcome Client::answer(const std::string& continuation, const std::vector<Answer>& answers,
                       const CallOptions& options) const {
  return connection_->call(&Service::Stub::AnswerChallenges, internal::encode(continuation, answers), options,
                           Call::kLive);
}

FinalOutcome Client::cached_authorize(const CachedAuthorizeRequest& request, const CallOptions& options) const {
  return connection_->call(&Service::Stub::CachedAuthorize, internal::encode(request), options, Call::kCached);
}

FinalOutcome Client::sign_in(const AuthorizeRequest& request, const Answerer& answerer,
                             const CallOptions& options) const {
  if (!answerer) refuse("sign_in needs an answerer");
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

std::ostream& operator<<(std::ostream& out, const Client& value) {
  return out << "Client{address: \"" << value.connection_->address << "\", options: " << value.connection_->options
             << '}';
}

}  // namespace flinks_gateway
