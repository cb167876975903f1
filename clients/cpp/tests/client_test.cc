// What the conformance suite cannot see, without a gateway: port 1 of loopback, where nobody listens, is enough.
#include <atomic>
#include <iostream>
#include <sstream>
#include <thread>

#include <flinks_gateway/client.h>

using namespace flinks_gateway;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::cerr << "not so: " << what << '\n';
}

template <class Error, class Function>
bool throws(const Function& function) {
  try {
    function();
  } catch (const Error&) {
    return true;
  }
  return false;
}

const CachedAuthorizeRequest kRequest("b0debb48-f9f1-46c6-80a4-08d7dd88d478");

Client nobody(ConnectOptions options = {}) {
  options.plaintext = true;
  return connect("127.0.0.1:1", std::move(options));
}

void addresses() {
  ConnectOptions plaintext;
  plaintext.plaintext = true;
  for (const char* address : {"localhost:1", "LOCALHOST:1", "127.0.0.1:1", "127.255.0.9:65535", "[::1]:1"}) {
    connect(address, plaintext);
  }
  for (const char* address : {"", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:a", ":1",
                              "::1:1", "unix:/tmp/x", "dns:///localhost:1", "10.0.0.1:1", "127.0.0.1.bank.example:1",
                              "127.0.0.256:1", "localhost.bank.example:1", "[::2]:1", "0.0.0.0:1", "127.0.0.1:1\n"}) {
    expect(throws<std::invalid_argument>([&] { connect(address, plaintext); }), address);
  }
  connect("gateway.bank.example:443");
}

void tokens_are_asked_for_each_call() {
  std::atomic<int> asked = 0;
  ConnectOptions options;
  options.bearer_token = [&asked] { return "token-" + std::to_string(++asked); };
  const Client client = nobody(options);
  for (int call = 0; call < 3; ++call) {
    expect(throws<GatewayError>([&] { client.cached_authorize(kRequest); }), "nobody listens");
  }
  expect(asked == 3, "a token for each call");

  struct Vault {};
  options.bearer_token = []() -> std::string { throw Vault{}; };
  expect(throws<Vault>([&] { nobody(options).cached_authorize(kRequest); }), "what it throws is thrown unchanged");
  // gRPC alone would end the process over these.
  options.bearer_token = [] { return std::string("two\nlines"); };
  expect(throws<std::invalid_argument>([&] { nobody(options).cached_authorize(kRequest); }), "a token of two lines");
  options.bearer_token = "caf\xc3\xa9";
  expect(throws<std::invalid_argument>([&] { nobody(options); }), "a token that is not ASCII");
}

void nothing_is_sent_when_cancelled_or_closed() {
  const Client client = nobody();
  CallOptions options;
  options.cancellation.cancel();
  try {
    client.cached_authorize(kRequest, options);
    expect(false, "cancelled");
  } catch (const GatewayError& error) {
    expect(error.code() == StatusCode::kCancelled && error.is_outcome_unknown() && error.retryable(),
           "CANCELLED, and a cached call may be repeated");
  }
  const Client copy = client;
  copy.close();
  copy.close();
  expect(throws<std::logic_error>([&] { client.cached_authorize(kRequest); }), "closed for all copies");
}

void deadlines_of_any_size() {
  const Client client = nobody();
  for (const auto timeout : {std::chrono::milliseconds::min(), std::chrono::milliseconds(-1),
                             std::chrono::milliseconds(0)}) {
    CallOptions options;
    options.timeout = timeout;
    try {
      client.authorize(AuthorizeRequest(LoginId{"id"}, Save::kYes), options);
      expect(false, "late");
    } catch (const GatewayError& error) {
      expect(error.is_deadline_exceeded() && !error.retryable(), error.what());
    }
  }
  CallOptions options;
  options.timeout = std::chrono::milliseconds::max();
  try {
    client.authorize(AuthorizeRequest(LoginId{"id"}, Save::kYes), options);
  } catch (const GatewayError& error) {
    expect(error.code() == StatusCode::kUnavailable, "no deadline soon");
  }
}

void text_is_utf8() {
  const AuthorizeRequest latin1(Credentials{"FlinksCapital", "Ren\xe9", "caf\xe9"}, Save::kYes);
  expect(throws<std::invalid_argument>([&] { nobody().authorize(latin1); }), "credentials in Latin-1");
  expect(throws<std::invalid_argument>([&] { nobody().answer("", {Answer::choices("1", {"caf\xe9"})}); }), "an answer");
}

void one_client_serves_threads() {
  const Client client = nobody();
  const CallOptions options;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&] {
      for (int call = 0; call < 5; ++call) {
        failed += throws<GatewayError>([&] { client.cached_authorize(kRequest, options); }) ? 1 : 0;
      }
    });
  }
  options.cancellation.cancel();
  for (std::thread& thread : threads) thread.join();
  expect(failed == 20, "each call fails by itself");
}

void by_kind_asks_nobody_where_a_kind_is_missing() {
  ByKind functions;
  int asked = 0;
  functions.question_and_answer = [&](const Challenge& challenge, const QuestionAndAnswer&) {
    ++asked;
    return Answer::text(challenge.id, "Montreal");
  };
  const Answerer answerer = by_kind(functions);
  ChallengeRound round;
  round.challenges.push_back({"1", "What city were you born in?", QuestionAndAnswer{}});
  expect(answerer(round).size() == 1, "answered");
  round.challenges.push_back({"2", "", TextOrCall{}});
  try {
    answerer(round);
    expect(false, "unanswered");
  } catch (const UnansweredChallengeError& error) {
    expect(error.kind() == "text_or_call", "the kind by name");
  }
  expect(asked == 1, "not asked again");
}

void prints_without_secrets() {
  ConnectOptions options;
  options.bearer_token = "canary-token";
  const GatewayError error(GatewayError::Details{StatusCode::kInvalidArgument, "a sentence",
                                                 ErrorReason::kCredentialsRejected,
                                                 "ERROR_REASON_CREDENTIALS_REJECTED", NextStep::kCorrectCredentials,
                                                 false, std::chrono::milliseconds(5), {{"a", "b", "c"}}, "F", 401, "r",
                                                 {{"k", "v"}}, "id"});
  std::ostringstream out;
  out << nobody(options) << Answer::image_index("1", 7777) << Answer::raw("2", "canary-key", {"canary-value"})
      << Outcome(Session{"r", Login{"canary-id", "canary-name", LoginType::kOther, true, Timestamp{}, "T"}, {}, {}, ""})
      << FinalOutcome(PendingOperation{"r", "F", {Link{}}});
  const std::string text = out.str();
  expect(text.find("canary") == std::string::npos && text.find("7777") == std::string::npos, text.c_str());
  std::ostringstream told;
  told << error;
  expect(told.str() ==
             "GatewayError{code: INVALID_ARGUMENT, message: \"a sentence\", "
             "reason: \"ERROR_REASON_CREDENTIALS_REJECTED\", next_step: CORRECT_CREDENTIALS, retryable: false, "
             "retry_delay: 5 ms, field_violations: [FieldViolation{field: \"a\", description: \"b\", reason: \"c\"}], "
             "flinks_code: \"F\", http_status: 401, request_id: \"r\", metadata: {k: \"v\"}, call_id: \"id\"}",
         told.str().c_str());
  expect(error.what() == std::string("INVALID_ARGUMENT, ERROR_REASON_CREDENTIALS_REJECTED: a sentence"), error.what());
}

}  // namespace

int main() {
  addresses();
  tokens_are_asked_for_each_call();
  nothing_is_sent_when_cancelled_or_closed();
  deadlines_of_any_size();
  text_is_utf8();
  one_client_serves_threads();
  by_kind_asks_nobody_where_a_kind_is_missing();
  prints_without_secrets();
  return failures == 0 ? 0 : 1;
}
