// Printing. Fields that the contract marks `debug_redact` go through `secret`, which is not even given their value.
#include <iomanip>
#include <ostream>

#include "flinks_gateway/client.h"
#include "internal.h"

namespace flinks_gateway {
namespace {

void show(std::ostream& out, const std::string& text) { out << std::quoted(text); }
void show(std::ostream& out, bool value) { out << (value ? "true" : "false"); }
void show(std::ostream& out, Timestamp time) {
  out << std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count() << " ms";
}
void show(std::ostream& out, std::chrono::milliseconds duration) { out << duration.count() << " ms"; }

template <class Value>
void show(std::ostream& out, const Value& value) {
  out << value;
}

template <class Value>
void show(std::ostream& out, const std::optional<Value>& value) {
  if (value) {
    show(out, *value);
  } else {
    out << "none";
  }
}

template <class Value>
void show(std::ostream& out, const std::vector<Value>& values) {
  const char* separator = "";
  out << '[';
  for (const Value& value : values) {
    show(out << separator, value);
    separator = ", ";
  }
  out << ']';
}

void show(std::ostream& out, const std::map<std::string, std::string>& values) {
  const char* separator = "";
  out << '{';
  for (const auto& [key, value] : values) {
    out << separator << key << ": " << std::quoted(value);
    separator = ", ";
  }
  out << '}';
}

// `Name{field: value, other: [redacted]}`, closed at the end of its life.
class Printed {
 public:
  Printed(std::ostream& out, std::string_view name) : out_(out) { out_ << name << '{'; }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  ~Printed() { out_ << '}'; }

  template <class Value>
  Printed& field(std::string_view name, const Value& value) {
    show(begin(name), value);
    return *this;
  }
  Printed& secret(std::string_view name) {
    begin(name) << internal::kRedacted;
    return *this;
  }

 private:
  std::ostream& begin(std::string_view name) {
    out_ << separator_ << name << ": ";
    separator_ = ", ";
    return out_;
  }

  std::ostream& out_;
  const char* separator_ = "";
};

}  // namespace

std::string_view to_string(Language value) noexcept {
  switch (value) {
    case Language::kUnspecified: return "UNSPECIFIED";
    case Language::kEn: return "EN";
    case Language::kFr: return "FR";
  }
  return "UNSPECIFIED";
}

std::string_view to_string(LoginType value) noexcept {
  switch (value) {
    case LoginType::kUnspecified: return "UNSPECIFIED";
    case LoginType::kPersonal: return "PERSONAL";
    case LoginType::kBusiness: return "BUSINESS";
    case LoginType::kOther: return "OTHER";
  }
  return "OTHER";
}

std::string_view to_string(Resource value) noexcept {
  switch (value) {
    case Resource::kUnspecified: return "UNSPECIFIED";
    case Resource::kAccountsDetail: return "ACCOUNTS_DETAIL";
    case Resource::kAccountsSummary: return "ACCOUNTS_SUMMARY";
    case Resource::kStatements: return "STATEMENTS";
    case Resource::kAuthorization: return "AUTHORIZATION";
  }
  return "UNSPECIFIED";
}

std::string_view to_string(DeliveryMethod value) noexcept {
  switch (value) {
    case DeliveryMethod::kText: return "TEXT";
    case DeliveryMethod::kCall: return "CALL";
  }
  return "UNSPECIFIED";
}

std::string_view to_string(StatusCode code) noexcept {
  switch (code) {
    case StatusCode::kOk: return "OK";
    case StatusCode::kCancelled: return "CANCELLED";
    case StatusCode::kUnknown: return "UNKNOWN";
    case StatusCode::kInvalidArgument: return "INVALID_ARGUMENT";
    case StatusCode::kDeadlineExceeded: return "DEADLINE_EXCEEDED";
    case StatusCode::kNotFound: return "NOT_FOUND";
    case StatusCode::kAlreadyExists: return "ALREADY_EXISTS";
    case StatusCode::kPermissionDenied: return "PERMISSION_DENIED";
    case StatusCode::kResourceExhausted: return "RESOURCE_EXHAUSTED";
    case StatusCode::kFailedPrecondition: return "FAILED_PRECONDITION";
    case StatusCode::kAborted: return "ABORTED";
    case StatusCode::kOutOfRange: return "OUT_OF_RANGE";
    case StatusCode::kUnimplemented: return "UNIMPLEMENTED";
    case StatusCode::kInternal: return "INTERNAL";
    case StatusCode::kUnavailable: return "UNAVAILABLE";
    case StatusCode::kDataLoss: return "DATA_LOSS";
    case StatusCode::kUnauthenticated: return "UNAUTHENTICATED";
  }
  return "UNKNOWN";
}

std::ostream& operator<<(std::ostream& out, Save value) { return out << (value == Save::kYes ? "YES" : "NO"); }
std::ostream& operator<<(std::ostream& out, Language value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, LoginType value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, Resource value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, DeliveryMethod value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, StatusCode code) { return out << to_string(code); }

std::ostream& operator<<(std::ostream& out, const Credentials& value) {
  Printed(out, "Credentials").field("institution", value.institution).secret("username").secret("password");
  return out;
}

std::ostream& operator<<(std::ostream& out, const LoginId&) {
  Printed(out, "LoginId").secret("value");
  return out;
}

std::ostream& operator<<(std::ostream& out, const AuthorizeRequest& value) {
  Printed printed(out, "AuthorizeRequest");
  std::visit([&](const auto& subject) { printed.field("subject", subject); }, value.subject);
  printed.field("save", value.save)
      .field("language", value.language)
      .secret("tag")
      .field("schedule_refresh", value.schedule_refresh)
      .field("with_mfa_questions", value.with_mfa_questions)
      .field("instance", value.instance);
  return out;
}

std::ostream& operator<<(std::ostream& out, const CachedAuthorizeRequest& value) {
  Printed(out, "CachedAuthorizeRequest").secret("login_id").secret("tag").field("instance", value.instance);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Institution& value) {
  Printed(out, "Institution")
      .field("name", value.name)
      .field("display_name", value.display_name)
      .field("id", value.id);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Login& value) {
  Printed(out, "Login")
      .secret("login_id")
      .secret("username")
      .field("type", value.type)
      .field("scheduled_refresh", value.scheduled_refresh)
      .field("last_refresh_time", value.last_refresh_time)
      .field("type_name", value.type_name);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Link& value) {
  Printed(out, "Link")
      .field("resource", value.resource)
      .field("rel", value.rel)
      .field("href", value.href)
      .field("example", value.example);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Session& value) {
  Printed(out, "Session")
      .field("request_id", value.request_id)
      .field("login", value.login)
      .field("institution", value.institution)
      .field("links", value.links)
      .secret("tag");
  return out;
}

std::ostream& operator<<(std::ostream& out, const PendingOperation& value) {
  Printed(out, "PendingOperation")
      .field("request_id", value.request_id)
      .field("flinks_code", value.flinks_code)
      .field("links", value.links);
  return out;
}

std::ostream& operator<<(std::ostream& out, const QuestionAndAnswer&) { return out << "QuestionAndAnswer{}"; }

std::ostream& operator<<(std::ostream& out, const QuestionSelection&) {
  Printed(out, "QuestionSelection").secret("questions");
  return out;
}

std::ostream& operator<<(std::ostream& out, const MultipleChoice&) {
  Printed(out, "MultipleChoice").secret("choices");
  return out;
}

std::ostream& operator<<(std::ostream& out, const MultipleSelection&) {
  Printed(out, "MultipleSelection").secret("choices");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Image& value) {
  Printed(out, "Image").secret("content").field("media_type", value.media_type);
  return out;
}

std::ostream& operator<<(std::ostream& out, const ImageSelection& value) {
  Printed(out, "ImageSelection").field("images", value.images);
  return out;
}

std::ostream& operator<<(std::ostream& out, const TextOrCall&) {
  Printed(out, "TextOrCall").secret("phone_numbers");
  return out;
}

std::ostream& operator<<(std::ostream& out, const UnrecognizedChallenge&) {
  Printed(out, "UnrecognizedChallenge").secret("type").secret("iterables").secret("raw");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Challenge& value) {
  Printed printed(out, "Challenge");
  printed.field("id", value.id).secret("prompt");
  std::visit([&](const auto& kind) { printed.field("kind", kind); }, value.kind);
  return out;
}

std::ostream& operator<<(std::ostream& out, const ChallengeRound& value) {
  Printed(out, "ChallengeRound")
      .secret("continuation")
      .field("request_id", value.request_id)
      .field("challenges", value.challenges)
      .field("round", value.round)
      .field("previous_answers_rejected", value.previous_answers_rejected)
      .field("expire_time", value.expire_time)
      .field("institution", value.institution)
      .secret("tag");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Answer& value) {
  Printed(out, "Answer").field("challenge_id", value.challenge_id()).secret("answer");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Outcome& value) {
  std::visit([&](const auto& outcome) { out << outcome; }, value);
  return out;
}

std::ostream& operator<<(std::ostream& out, const FinalOutcome& value) {
  std::visit([&](const auto& outcome) { out << outcome; }, value);
  return out;
}

std::ostream& operator<<(std::ostream& out, const FieldViolation& value) {
  Printed(out, "FieldViolation")
      .field("field", value.field)
      .field("description", value.description)
      .field("reason", value.reason);
  return out;
}

std::ostream& operator<<(std::ostream& out, const GatewayError& value) {
  Printed(out, "GatewayError")
      .field("code", value.code())
      .field("message", value.message())
      .field("reason", value.reason_name())
      .field("next_step", value.next_step())
      .field("retryable", value.retryable())
      .field("retry_delay", value.retry_delay())
      .field("field_violations", value.field_violations())
      .field("flinks_code", value.flinks_code())
      .field("http_status", value.http_status())
      .field("request_id", value.request_id())
      .field("metadata", value.metadata())
      .field("call_id", value.call_id());
  return out;
}

std::ostream& operator<<(std::ostream& out, const ConnectOptions& value) {
  Printed(out, "ConnectOptions")
      .field("own_ca", !value.ca.empty())
      .field("mtls", !value.certificate.empty())
      .secret("private_key")
      .secret("bearer_token")
      .field("plaintext", value.plaintext)
      .field("dangerously_allow_plaintext_beyond_loopback", value.dangerously_allow_plaintext_beyond_loopback)
      .field("live_timeout", value.live_timeout)
      .field("cached_timeout", value.cached_timeout);
  return out;
}

}  // namespace flinks_gateway
