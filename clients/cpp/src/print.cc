// Printing. In the place of fields that the contract marks `debug_redact` stands `secret`: their value is not even given.
#include <algorithm>
#include <iomanip>
#include <ostream>

#include "convert.h"
#include "flinks_gateway/client.h"

namespace flinks_gateway {
namespace {

struct Secret {};
constexpr Secret secret;

void show(std::ostream& out, Secret) { out << "[redacted]"; }
void show(std::ostream& out, const std::string& text) { out << std::quoted(text); }
void show(std::ostream& out, bool value) { out << (value ? "true" : "false"); }
void show(std::ostream& out, std::chrono::milliseconds duration) { out << duration.count() << " ms"; }
void show(std::ostream& out, Timestamp time) {
  show(out, std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()));
}

template <class Value>
void show(std::ostream& out, const Value& value) {
  out << value;
}

template <class... Values>
void show(std::ostream& out, const std::variant<Values...>& value) {
  std::visit([&](const auto& held) { out << held; }, value);
}

template <class Value>
void show(std::ostream& out, const std::optional<Value>& value) {
  if (value) {
    show(out, *value);
  } else {
    out << "none";
  }
}

template <class Key, class Value>
void show(std::ostream& out, const std::pair<Key, Value>& entry) {
  out << entry.first << ": ";
  show(out, entry.second);
}

template <class Values>
void show_all(std::ostream& out, const Values& values, char begin, char end) {
  const char* separator = "";
  out << begin;
  for (const auto& value : values) {
    show(out << separator, value);
    separator = ", ";
  }
  out << end;
}

template <class Value>
void show(std::ostream& out, const std::vector<Value>& values) {
  show_all(out, values, '[', ']');
}

void show(std::ostream& out, const std::map<std::string, std::string>& values) { show_all(out, values, '{', '}'); }

std::ostream& fields(std::ostream& out, const char*) { return out << '}'; }

template <class Value, class... More>
std::ostream& fields(std::ostream& out, const char* separator, const char* name, const Value& value,
                     const More&... more) {
  show(out << separator << name << ": ", value);
  return fields(out, ", ", more...);
}

/// `Name{field: value, other: [redacted]}`: the fields' names and values by turns.
template <class... Fields>
std::ostream& print(std::ostream& out, const char* name, const Fields&... named) {
  return fields(out << name << '{', "", named...);
}

/// A name of the contract's without its enum's prefix; `otherwise` for a number that has none.
std::string_view short_name(std::string_view name, std::string_view prefix, std::string_view otherwise) {
  return name.empty() ? otherwise : name.substr(prefix.size());
}

}  // namespace

std::string_view to_string(Language value) noexcept {
  return short_name(internal::pb::Language_Name(static_cast<int>(value)), "LANGUAGE_", "UNSPECIFIED");
}

std::string_view to_string(LoginType value) noexcept {
  return short_name(internal::pb::LoginType_Name(static_cast<int>(value)), "LOGIN_TYPE_", "OTHER");
}

std::string_view to_string(Resource value) noexcept {
  return short_name(internal::pb::Resource_Name(static_cast<int>(value)), "RESOURCE_", "UNSPECIFIED");
}

std::string_view to_string(DeliveryMethod value) noexcept {
  return short_name(internal::pb::DeliveryMethod_Name(static_cast<int>(value)), "DELIVERY_METHOD_", "UNSPECIFIED");
}

std::string_view to_string(StatusCode code) noexcept {
  static constexpr std::string_view kNames[] = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
      "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < std::size(kNames) ? kNames[number] : "UNKNOWN";
}

std::ostream& operator<<(std::ostream& out, Save value) { return out << (value == Save::kYes ? "YES" : "NO"); }
std::ostream& operator<<(std::ostream& out, Language value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, LoginType value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, Resource value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, DeliveryMethod value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, StatusCode code) { return out << to_string(code); }

std::ostream& operator<<(std::ostream& out, const Credentials& it) {
  return print(out, "Credentials", "institution", it.institution, "username", secret, "password", secret);
}

std::ostream& operator<<(std::ostream& out, const LoginId&) { return print(out, "LoginId", "value", secret); }

std::ostream& operator<<(std::ostream& out, const AuthorizeRequest& it) {
  return print(out, "AuthorizeRequest", "subject", it.subject, "save", it.save, "language", it.language, "tag", secret,
               "schedule_refresh", it.schedule_refresh, "with_mfa_questions", it.with_mfa_questions, "instance",
               it.instance);
}

std::ostream& operator<<(std::ostream& out, const CachedAuthorizeRequest& it) {
  return print(out, "CachedAuthorizeRequest", "login_id", secret, "tag", secret, "instance", it.instance);
}

std::ostream& operator<<(std::ostream& out, const Institution& it) {
  return print(out, "Institution", "name", it.name, "display_name", it.display_name, "id", it.id);
}

std::ostream& operator<<(std::ostream& out, const Login& it) {
  return print(out, "Login", "login_id", secret, "username", secret, "type", it.type, "scheduled_refresh",
               it.scheduled_refresh, "last_refresh_time", it.last_refresh_time, "type_name", it.type_name);
}

std::ostream& operator<<(std::ostream& out, const Link& it) {
  return print(out, "Link", "resource", it.resource, "rel", it.rel, "href", it.href, "example", it.example);
}

std::ostream& operator<<(std::ostream& out, const Session& it) {
  return print(out, "Session", "request_id", it.request_id, "login", it.login, "institution", it.institution, "links",
               it.links, "tag", secret);
}

std::ostream& operator<<(std::ostream& out, const PendingOperation& it) {
  return print(out, "PendingOperation", "request_id", it.request_id, "flinks_code", it.flinks_code, "links", it.links);
}

std::ostream& operator<<(std::ostream& out, const QuestionAndAnswer&) { return print(out, "QuestionAndAnswer"); }

std::ostream& operator<<(std::ostream& out, const QuestionSelection&) {
  return print(out, "QuestionSelection", "questions", secret);
}

std::ostream& operator<<(std::ostream& out, const MultipleChoice&) {
  return print(out, "MultipleChoice", "choices", secret);
}

std::ostream& operator<<(std::ostream& out, const MultipleSelection&) {
  return print(out, "MultipleSelection", "choices", secret);
}

std::ostream& operator<<(std::ostream& out, const Image& it) {
  return print(out, "Image", "content", secret, "media_type", it.media_type);
}

std::ostream& operator<<(std::ostream& out, const ImageSelection& it) {
  return print(out, "ImageSelection", "images", it.images);
}

std::ostream& operator<<(std::ostream& out, const TextOrCall&) {
  return print(out, "TextOrCall", "phone_numbers", secret);
}

std::ostream& operator<<(std::ostream& out, const UnrecognizedChallenge&) {
  return print(out, "UnrecognizedChallenge", "type", secret, "iterables", secret, "raw", secret);
}

std::ostream& operator<<(std::ostream& out, const Challenge& it) {
  return print(out, "Challenge", "id", it.id, "prompt", secret, "kind", it.kind);
}

std::ostream& operator<<(std::ostream& out, const ChallengeRound& it) {
  return print(out, "ChallengeRound", "continuation", secret, "request_id", it.request_id, "challenges", it.challenges,
               "round", it.round, "previous_answers_rejected", it.previous_answers_rejected, "expire_time",
               it.expire_time, "institution", it.institution, "tag", secret);
}

std::ostream& operator<<(std::ostream& out, const Answer& it) {
  return print(out, "Answer", "challenge_id", it.challenge_id(), "answer", secret);
}

std::ostream& operator<<(std::ostream& out, const Outcome& it) { return show(out, it), out; }
std::ostream& operator<<(std::ostream& out, const FinalOutcome& it) { return show(out, it), out; }

std::ostream& operator<<(std::ostream& out, const FieldViolation& it) {
  return print(out, "FieldViolation", "field", it.field, "description", it.description, "reason", it.reason);
}

std::ostream& operator<<(std::ostream& out, const GatewayError& it) {
  return print(out, "GatewayError", "code", it.code(), "message", it.message(), "reason", it.reason_name(),
               "next_step", it.next_step(), "retryable", it.retryable(), "retry_delay", it.retry_delay(),
               "field_violations", it.field_violations(), "flinks_code", it.flinks_code(), "http_status",
               it.http_status(), "request_id", it.request_id(), "metadata", it.metadata(), "call_id", it.call_id());
}

std::ostream& operator<<(std::ostream& out, const ConnectOptions& it) {
  return print(out, "ConnectOptions", "own_ca", !it.ca.empty(), "mtls", !it.certificate.empty(), "private_key", secret,
               "bearer_token", secret, "plaintext", it.plaintext, "dangerously_allow_plaintext_beyond_loopback",
               it.dangerously_allow_plaintext_beyond_loopback, "live_timeout", it.live_timeout, "cached_timeout",
               it.cached_timeout);
}

}  // namespace flinks_gateway
