// From a gRPC status to a GatewayError: the gateway's ErrorInfo, or what little can be said without one.
#include "flinks_gateway/error.h"

#include <algorithm>
#include <charconv>

#include "flinks/gateway/internal/details.pb.h"
#include "internal.h"
#include "print.h"

namespace flinks_gateway {
namespace {

namespace wire = ::flinks::gateway::internal;

/// Reads a detail of this type, whatever stands before the type's name; leaves others alone.
template <class Message>
void unpack(const wire::Detail& detail, const std::string& type, Message& message) {
  const std::string& url = detail.type_url();
  if (url.substr(url.rfind('/') + 1) == type && !message.ParseFromString(detail.value())) message.Clear();
}

/// Rounded up, so that nobody repeats a call too early. Protobuf's durations have less than 10,000 years.
std::chrono::milliseconds decode(const wire::Duration& delay) {
  const std::int64_t seconds = std::clamp<std::int64_t>(delay.seconds(), 0, 315'576'000'000);
  return std::chrono::seconds(seconds) +
         std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(std::max(delay.nanos(), 0)));
}

/// Takes the gateway's details; false where there are none of it.
bool read(const std::string& bytes, GatewayError::Details& error) {
  wire::Status status;
  wire::ErrorInfo info;
  wire::RetryInfo retry;
  wire::BadRequest request;
  const auto ours = [&] { return info.domain() == "flinks-gateway"; };
  if (!status.ParseFromString(bytes)) return false;
  for (const wire::Detail& detail : status.details()) {
    if (!ours()) unpack(detail, "google.rpc.ErrorInfo", info);
    unpack(detail, "google.rpc.RetryInfo", retry);
    unpack(detail, "google.rpc.BadRequest", request);
  }
  if (!ours()) return false;

  error.reason_name = info.reason();
  error.reason = internal::error_reason_named(info.reason());
  error.metadata = {info.metadata().begin(), info.metadata().end()};
  const auto told = [&](const char* key) {
    const auto found = error.metadata.find(key);
    return found == error.metadata.end() ? std::string() : found->second;
  };
  error.next_step = internal::next_step_named(told("next_step"));
  error.retryable = told("retryable") == "true";
  error.flinks_code = told("flinks_code");
  error.request_id = told("request_id");
  const std::string http_status = told("http_status");
  std::from_chars(http_status.data(), http_status.data() + http_status.size(), error.http_status);

  if (retry.has_retry_delay()) error.retry_delay = decode(retry.retry_delay());
  for (const wire::FieldViolation& violation : request.field_violations()) {
    error.field_violations.push_back({violation.field(), violation.description(), violation.reason()});
  }
  return true;
}

std::string summary(const GatewayError::Details& error) {
  std::string text(to_string(error.code));
  if (!error.reason_name.empty()) text += ", " + error.reason_name;
  return error.message.empty() ? text : text + ": " + error.message;
}

}  // namespace

GatewayError::GatewayError(Details details)
    : std::runtime_error(summary(details)), details_(std::make_shared<const Details>(std::move(details))) {}

GatewayError internal::make_error(Call call, StatusCode code, std::string message, const std::string& details,
                                  std::string call_id) {
  GatewayError::Details error;
  error.code = code;
  error.message = std::move(message);
  error.call_id = std::move(call_id);
  if (!read(details, error)) {
    // gRPC's own error, or one of something on the way: it says no more than its code.
    switch (code) {
      case StatusCode::kUnauthenticated:
      case StatusCode::kPermissionDenied:
      case StatusCode::kUnimplemented: error.next_step = NextStep::kContactOperator; break;
      default:
        error.reason =
            code == StatusCode::kDeadlineExceeded ? ErrorReason::kDeadlineExceeded : ErrorReason::kOutcomeUnknown;
        error.reason_name = "ERROR_REASON_" + std::string(to_string(error.reason));
        error.next_step = NextStep::kCheckOutcome;
        error.retryable = call == Call::kCached;
    }
  }
  return GatewayError(std::move(error));
}

std::string_view to_string(StatusCode code) noexcept {
  static constexpr std::string_view kNames[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < std::size(kNames) ? kNames[number] : "UNKNOWN";
}

std::ostream& operator<<(std::ostream& out, StatusCode code) { return out << to_string(code); }

std::ostream& operator<<(std::ostream& out, const FieldViolation& it) {
  return internal::print(out, "FieldViolation", "field", it.field, "description", it.description, "reason", it.reason);
}

std::ostream& operator<<(std::ostream& out, const GatewayError& it) {
  return internal::print(out, "GatewayError", "code", it.code(), "message", it.message(), "reason", it.reason_name(),
                         "next_step", it.next_step(), "retryable", it.retryable(), "retry_delay", it.retry_delay(),
                         "field_violations", it.field_violations(), "flinks_code", it.flinks_code(), "http_status",
                         it.http_status(), "request_id", it.request_id(), "metadata", it.metadata(), "call_id",
                         it.call_id());
}

}  // namespace flinks_gateway
