/// \file
/// The client of flinks-gateway: `connect`, then `sign_in`, or `authorize` and `answer`, or `cached_authorize`.
///
/// Failed calls throw GatewayError. Misuse (options that contradict each other, a malformed address or token, a closed
/// client) throws std::logic_error or its std::invalid_argument before anything is sent.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "flinks_gateway/error.h"
#include "flinks_gateway/types.h"

namespace flinks_gateway {

/// How to reach a gateway. TLS against the system's certificate authorities is the default.
struct ConnectOptions {
  /// PEM of the certificate authorities to trust instead of the system's.
  std::string ca = {};
  /// PEM of the client's own certificate, for mTLS; needs `private_key`.
  std::string certificate = {};
  /// Secret. PEM of the key of `certificate`.
  std::string private_key = {};
  /// Secret. Sent as `authorization: Bearer …`: a string, or a function that gives one, asked before each call, by the
  /// thread that calls. What the function throws ends the call unchanged.
  std::variant<std::monostate, std::string, std::function<std::string()>> bearer_token = {};
  /// No TLS, and no proxy on the way; only to a loopback address: `localhost`, 127.0.0.0/8, `::1`.
  bool plaintext = false;
  /// Lifts that; for a mesh that encrypts on its own. Needs `plaintext`.
  bool dangerously_allow_plaintext_beyond_loopback = false;
  /// Deadline of `authorize` and `answer`, each: a little more than the gateway's own limit, so that it answers first.
  std::chrono::milliseconds live_timeout = std::chrono::seconds(250);
  /// Deadline of `cached_authorize`, all its attempts together.
  std::chrono::milliseconds cached_timeout = std::chrono::seconds(35);
};
/// Prints it for a log, secrets as `[redacted]`.
std::ostream& operator<<(std::ostream& out, const ConnectOptions& value);

/// Cancels calls from another thread. Copies are one and the same; it stays cancelled for good, and any number
/// of calls may have it. A cancelled call throws GatewayError with StatusCode::kCancelled; the gateway drops its
/// request to Flinks, but the bank may have seen it.
class Cancellation {
 public:
  /// A new one, which cancels nothing yet.
  Cancellation();
  /// Cancels the calls that have it: those under way now, and later ones before they are sent. Safe from any thread,
  /// more than once.
  void cancel() const;
  /// Whether `cancel()` was called, on any copy. Safe from any thread.
  bool cancelled() const;

 private:
  friend struct internal::Access;
  struct State;
  std::shared_ptr<State> state_;
};

/// What a call may have of its own.
struct CallOptions {
  /// In place of the client's; in `sign_in`, of each of its calls.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Ends the call when another thread says so; keep a copy to say it.
  Cancellation cancellation = {};
};

/// Gives the answers to a round: asks the customer, in whatever way.
using Answerer = std::function<std::vector<Answer>(const ChallengeRound& round)>;

/// Makes an answerer from a function for each kind of challenge. Where a kind has none it throws
/// UnansweredChallengeError, before any function was asked about that round.
Answerer by_kind(ByKind functions);

/// A challenge of a kind that `by_kind` has no function for. The round it is of can still be answered otherwise.
class UnansweredChallengeError : public std::runtime_error {
 public:
  /// For those who write an answerer of their own.
  explicit UnansweredChallengeError(const std::string& kind);
  /// The contract's name of the kind, such as `text_or_call`.
  const std::string& kind() const noexcept { return *kind_; }

 private:
  std::shared_ptr<const std::string> kind_;
};

/// A connection to a gateway: made when it is first needed, and again when it was lost. Copies share it; all members
/// but assignment may be used from several threads at once. The connection ends with the last copy.
///
/// Only `cached_authorize` is ever retried (see service_config.json). A live call is sent once.
class Client {
 public:
  /// Signs a customer in at their bank now. From seconds to minutes.
  Outcome authorize(const AuthorizeRequest& request, const CallOptions& options = {}) const;

  /// Answers a round and goes on with the sign-in. As long as `authorize`.
  Outcome answer(const std::string& continuation, const std::vector<Answer>& answers,
                 const CallOptions& options = {}) const;

  /// Reopens a saved login from Flinks' cache, without asking the bank.
  FinalOutcome cached_authorize(const CachedAuthorizeRequest& request, const CallOptions& options = {}) const;

  /// Calls `authorize`, then `answerer` and `answer` until it is done. What `answerer` throws is thrown unchanged. When
  /// it returns after the round's `expire_time`, nothing is sent, and the error's reason is SESSION_EXPIRED; it is not
  /// interrupted.
  FinalOutcome sign_in(const AuthorizeRequest& request, const Answerer& answerer,
                       const CallOptions& options = {}) const;

  /// Ends the connection, for all copies. Calls under way end as they would have; later ones throw std::logic_error.
  void close() const;

 private:
  struct Connection;
  explicit Client(std::shared_ptr<Connection> connection);
  friend Client connect(const std::string& address, ConnectOptions options);
  friend std::ostream& operator<<(std::ostream& out, const Client& value);

  std::shared_ptr<Connection> connection_;
};

/// A client of the gateway at `address`, which is `host:port`; IPv6 in brackets. Nothing is sent yet.
/// \throws std::invalid_argument when the options contradict each other.
Client connect(const std::string& address, ConnectOptions options = {});
/// Prints the client's address and options for a log, secrets as `[redacted]`.
std::ostream& operator<<(std::ostream& out, const Client& value);

}  // namespace flinks_gateway
