/// \file
/// What failed calls throw.
#pragma once

#include <chrono>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "flinks_gateway/reasons.h"

namespace flinks_gateway {

/// gRPC's status codes, with the numbers of `grpc::StatusCode`.
enum class StatusCode {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// Such as `INVALID_ARGUMENT`; `UNKNOWN` for a code that gRPC does not have.
std::string_view to_string(StatusCode code) noexcept;
/// Prints `to_string` of it.
std::ostream& operator<<(std::ostream& out, StatusCode code);

/// A field of a request that breaks a rule of the contract.
struct FieldViolation {
  std::string field;        ///< Its path, such as `credentials.password`.
  std::string description;  ///< Its rule and how to keep it.
  std::string reason;       ///< The rule's name.
};
/// Prints it for a log.
std::ostream& operator<<(std::ostream& out, const FieldViolation& value);

/// A call that failed. After a live call (`authorize`, `answer`) only `retryable()` lets a program repeat it: any other
/// repeat is a new attempt at the bank, and banks lock customers out.
///
/// Copies share what they hold and never throw. `what()` has code, reason and message.
class GatewayError : public std::runtime_error, public ReasonPredicates<GatewayError> {
 public:
  /// All of an error, for those who make one in their tests. Each member is what the function of its name gives.
  struct Details {
    StatusCode code = StatusCode::kUnknown;
    std::string message;
    ErrorReason reason = ErrorReason::kUnspecified;
    std::string reason_name;
    NextStep next_step = NextStep::kUnspecified;
    bool retryable = false;
    std::optional<std::chrono::milliseconds> retry_delay;
    std::vector<FieldViolation> field_violations;
    std::string flinks_code;
    int http_status = 0;
    std::string request_id;
    std::map<std::string, std::string> metadata;
    std::string call_id;
  };

  /// For tests: the client makes its own.
  explicit GatewayError(Details details);
  /// Shares what the other holds.
  GatewayError(const GatewayError&) = default;
  /// Shares what the other holds.
  GatewayError& operator=(const GatewayError&) = default;

  /// gRPC's status code.
  StatusCode code() const noexcept { return details_->code; }
  /// gRPC's status message: a fixed sentence, without anything of the request.
  const std::string& message() const noexcept { return details_->message; }
  /// What went wrong; kUnspecified when newer than this client.
  ErrorReason reason() const noexcept { return details_->reason; }
  /// The reason's name as it came, such as `ERROR_REASON_CREDENTIALS_REJECTED`, also of one newer than this client.
  const std::string& reason_name() const noexcept { return details_->reason_name; }
  /// Who must do what; kUnspecified when newer than this client.
  NextStep next_step() const noexcept { return details_->next_step; }
  /// Whether a program may repeat this very call, after `retry_delay()`.
  bool retryable() const noexcept { return details_->retryable; }
  /// How long to wait first, where the gateway says so; rounded up.
  std::optional<std::chrono::milliseconds> retry_delay() const noexcept { return details_->retry_delay; }
  /// The fields at fault in a malformed request.
  const std::vector<FieldViolation>& field_violations() const noexcept { return details_->field_violations; }
  /// Flinks' own code, such as `INVALID_PASSWORD`; empty when it gave none.
  const std::string& flinks_code() const noexcept { return details_->flinks_code; }
  /// The HTTP status of Flinks' reply; 0 when there was none.
  int http_status() const noexcept { return details_->http_status; }
  /// Flinks' name for the session; empty when it is not known.
  const std::string& request_id() const noexcept { return details_->request_id; }
  /// All metadata of the gateway's `google.rpc.ErrorInfo`.
  const std::map<std::string, std::string>& metadata() const noexcept { return details_->metadata; }
  /// The call's line in the gateway's log; empty when no gateway answered.
  const std::string& call_id() const noexcept { return details_->call_id; }

 private:
  std::shared_ptr<const Details> details_;
};
/// Prints all of it for a log.
std::ostream& operator<<(std::ostream& out, const GatewayError& value);

}  // namespace flinks_gateway
