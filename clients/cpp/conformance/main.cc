// The runner of the conformance suite: does what a plan says through the public API and tells what came of it.
#include <condition_variable>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include <flinks_gateway/client.h>
#include <nlohmann/json.hpp>

using namespace flinks_gateway;
using nlohmann::json;

namespace {

std::string base64(const std::string& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned block = 0;
    for (std::size_t next = at; next < at + 3; ++next) {
      block = block << 8 | (next < bytes.size() ? static_cast<unsigned char>(bytes[next]) : 0U);
    }
    for (int shift = 18; shift >= 0; shift -= 6) text += kDigits[block >> shift & 63];
  }
  if (bytes.size() % 3 != 0) text.replace(text.size() - (3 - bytes.size() % 3), 3, 3 - bytes.size() % 3, '=');
  return text;
}

template <class Value>
json name(Value value) {
  return std::string(to_string(value));
}

json time(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return std::chrono::floor<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

json tell(const std::optional<Institution>& value) {
  if (!value) return nullptr;
  return {{"name", value->name}, {"display_name", value->display_name}, {"id", value->id}};
}

json tell(const std::vector<Link>& links) {
  json all = json::array();
  for (const Link& link : links) {
    all.push_back(
        {{"resource", name(link.resource)}, {"rel", link.rel}, {"href", link.href}, {"example", link.example}});
  }
  return all;
}

json tell(const Challenge& challenge) {
  json told{{"id", challenge.id}, {"prompt", challenge.prompt}};
  const auto kind = [&](const char* kind) { told["kind"] = kind; };
  std::visit(overloaded{
                 [&](const QuestionAndAnswer&) { kind("question_and_answer"); },
                 [&](const QuestionSelection& asked) {
                   kind("question_selection");
                   told["questions"] = asked.questions;
                 },
                 [&](const MultipleChoice& asked) {
                   kind("multiple_choice");
                   told["choices"] = asked.choices;
                 },
                 [&](const MultipleSelection& asked) {
                   kind("multiple_selection");
                   told["choices"] = asked.choices;
                 },
                 [&](const ImageSelection& asked) {
                   kind("image_selection");
                   told["images"] = json::array();
                   for (const Image& image : asked.images) {
                     told["images"].push_back({{"content", base64(image.content)}, {"media_type", image.media_type}});
                   }
                 },
                 [&](const TextOrCall& asked) {
                   kind("text_or_call");
                   told["phone_numbers"] = asked.phone_numbers;
                 },
                 [&](const UnrecognizedChallenge& asked) {
                   kind("unrecognized");
                   told["type"] = asked.type;
                   told["iterables"] = asked.iterables;
                   told["raw"] = asked.raw ? json::parse(*asked.raw) : json(nullptr);
                 },
             },
             challenge.kind);
  return told;
}

json tell(const Session& session) {
  json login = nullptr;
  if (session.login) {
    login = {{"login_id", session.login->login_id},
             {"username", session.login->username},
             {"type", name(session.login->type)},
             {"scheduled_refresh", session.login->scheduled_refresh},
             {"last_refresh_time_ms", time(session.login->last_refresh_time)},
             {"type_name", session.login->type_name}};
  }
  return {{"request_id", session.request_id},
          {"login", login},
          {"institution", tell(session.institution)},
          {"links", tell(session.links)},
          {"tag", session.tag}};
}

json tell(const ChallengeRound& round) {
  json challenges = json::array();
  for (const Challenge& challenge : round.challenges) challenges.push_back(tell(challenge));
  return {{"continuation", round.continuation},
          {"request_id", round.request_id},
          {"challenges", challenges},
          {"round", round.round},
          {"previous_answers_rejected", round.previous_answers_rejected},
          {"expire_time_ms", time(round.expire_time)},
          {"institution", tell(round.institution)},
          {"tag", round.tag}};
}

json tell(const PendingOperation& pending) {
  return {{"request_id", pending.request_id}, {"flinks_code", pending.flinks_code}, {"links", tell(pending.links)}};
}

json tell(const GatewayError& error) {
  json violations = json::array();
  for (const FieldViolation& violation : error.field_violations()) {
    violations.push_back(
        {{"field", violation.field}, {"description", violation.description}, {"reason", violation.reason}});
  }
  json predicates = json::array();
#define PREDICATE(name) \
  if (error.name()) predicates.push_back(#name);
#include "predicates.inc"
#undef PREDICATE
  return {{"code", name(error.code())},
          {"message", error.message()},
          {"reason", name(error.reason())},
          {"reason_name", error.reason_name()},
          {"next_step", name(error.next_step())},
          {"retryable", error.retryable()},
          {"retry_delay_ms", error.retry_delay() ? json(error.retry_delay()->count()) : json(nullptr)},
          {"field_violations", violations},
          {"flinks_code", error.flinks_code()},
          {"http_status", error.http_status()},
          {"request_id", error.request_id()},
          {"metadata", error.metadata()},
          {"call_id", error.call_id()},
          {"predicates", predicates}};
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

ConnectOptions options_of(const json& plan) {
  ConnectOptions options;
  const auto file = [&](const char* key) { return plan.contains(key) ? read(plan[key]) : std::string(); };
  options.plaintext = plan.value("plaintext", false);
  options.dangerously_allow_plaintext_beyond_loopback =
      plan.value("dangerously_allow_plaintext_beyond_loopback", false);
  options.ca = file("ca");
  options.certificate = file("certificate");
  options.private_key = file("private_key");
  if (plan.contains("bearer_token")) options.bearer_token = plan["bearer_token"].get<std::string>();
  if (plan.contains("live_timeout_ms")) options.live_timeout = std::chrono::milliseconds(plan["live_timeout_ms"]);
  if (plan.contains("cached_timeout_ms")) options.cached_timeout = std::chrono::milliseconds(plan["cached_timeout_ms"]);
  return options;
}

Answer answer_of(const json& plan, const std::string& id) {
  if (plan.contains("text")) return Answer::text(id, plan["text"]);
  if (plan.contains("choice")) return Answer::choice(id, plan["choice"]);
  if (plan.contains("choices")) return Answer::choices(id, plan["choices"]);
  if (plan.contains("image_index")) return Answer::image_index(id, plan["image_index"]);
  if (plan.contains("selected_question")) {
    return Answer::selected_question(id, plan["selected_question"]["question"], plan["selected_question"]["text"]);
  }
  if (plan.contains("code_delivery")) {
    const bool text = plan["code_delivery"]["method"] == "TEXT";
    return Answer::code_delivery(id, plan["code_delivery"]["phone_number"],
                                 text ? DeliveryMethod::kText : DeliveryMethod::kCall);
  }
  return Answer::raw(id, plan.at("raw").at("key"), plan["raw"]["values"]);
}

std::vector<Answer> answers_of(const json& plan) {
  std::vector<Answer> answers;
  for (const json& answer : plan) answers.push_back(answer_of(answer, answer.at("challenge_id")));
  return answers;
}

template <class Kind>
ByKind::Function<Kind> function_of(const json& plan, const char* kind) {
  if (!plan.contains(kind)) return nullptr;
  return [answer = plan[kind]](const Challenge& challenge, const Kind&) { return answer_of(answer, challenge.id); };
}

Answerer by_kind_of(const json& plan) {
  return by_kind({function_of<QuestionAndAnswer>(plan, "question_and_answer"),
                  function_of<QuestionSelection>(plan, "question_selection"),
                  function_of<MultipleChoice>(plan, "multiple_choice"),
                  function_of<MultipleSelection>(plan, "multiple_selection"),
                  function_of<ImageSelection>(plan, "image_selection"), function_of<TextOrCall>(plan, "text_or_call"),
                  function_of<UnrecognizedChallenge>(plan, "unrecognized")});
}

// Cancels a token when its time has come, unless the call ends first.
class Alarm {
 public:
  Alarm(const Cancellation& cancellation, std::chrono::milliseconds after)
      : thread_([this, cancellation, after] {
          std::unique_lock lock(mutex_);
          if (!done_.wait_for(lock, after, [this] { return ended_; })) cancellation.cancel();
        }) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    done_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool ended_ = false;
  std::thread thread_;
};

class Runner {
 public:
  explicit Runner(json servers) : servers_(std::move(servers)) {}

  json run(const json& plan) {
    continuation_.reset();
    login_id_.clear();
    json results = json::array();
    for (const json& step : plan.at("steps")) {
      result_ = json::object();
      printed_ = json::array();
      try {
        play(step);
      } catch (const GatewayError& error) {
        result_["error"] = tell(error);
        print(error);
        for (const FieldViolation& violation : error.field_violations()) print(violation);
        printed_.push_back(error.what());
      } catch (const UnansweredChallengeError& error) {
        result_["unanswered"] = error.kind();
        printed_.push_back(error.what());
      } catch (const std::invalid_argument& error) {
        result_["refused"] = error.what();
        printed_.push_back(error.what());
      } catch (const std::exception& error) {
        result_["broken"] = error.what();
      }
      result_["printed"] = printed_;
      results.push_back(result_);
    }
    return {{"case", plan.at("name")}, {"steps", results}};
  }

 private:
  // All ways that C++ has to print a value are this one.
  template <class Value>
  void print(const Value& value) {
    std::ostringstream text;
    text << value;
    printed_.push_back(text.str());
  }

  void play(const json& step) {
    const std::string server = step.at("server");
    if (clients_.count(server) == 0) {
      const ConnectOptions options = options_of(servers_.at(server).at("connect"));
      print(options);
      clients_.emplace(server, connect(servers_[server].at("address"), options));
    }
    const Client& client = clients_.at(server);
    print(client);
    const std::string call = step.at("call");
    if (call == "connect") {
      result_["connected"] = true;
      return;
    }
    CallOptions options;
    if (step.contains("timeout_ms")) options.timeout = std::chrono::milliseconds(step["timeout_ms"]);
    std::optional<Alarm> alarm;
    const auto start = [&] {
      if (step.contains("cancel_after_ms")) {
        alarm.emplace(options.cancellation, std::chrono::milliseconds(step["cancel_after_ms"]));
      }
    };
    if (call == "authorize") {
      const AuthorizeRequest request = request_of(step.at("request"));
      start();
      take(client.authorize(request, options));
    } else if (call == "cached_authorize") {
      const json& plan = step.at("request");
      CachedAuthorizeRequest request(login_id_of(plan));
      request.tag = plan.value("tag", "");
      request.instance = plan.value("instance", "");
      print(request);
      start();
      take(client.cached_authorize(request, options));
    } else if (call == "answer") {
      const std::vector<Answer> answers = answers_of(step.at("answers"));
      for (const Answer& answer : answers) print(answer);
      if (step.contains("continuation")) continuation_ = step["continuation"];
      if (!continuation_) throw std::runtime_error("there was no round to answer");
      start();
      take(client.answer(*continuation_, answers, options));
    } else if (call == "sign_in") {
      const AuthorizeRequest request = request_of(step.at("request"));
      const Answerer kinds = step.contains("by_kind") ? by_kind_of(step["by_kind"]) : Answerer();
      result_["saw"] = json::array();
      start();
      take(client.sign_in(
          request,
          [&](const ChallengeRound& round) {
            result_["saw"].push_back(tell(round));
            print_round(round);
            std::this_thread::sleep_for(std::chrono::milliseconds(step.value("answer_after_ms", 0)));
            if (kinds) return kinds(round);
            const std::vector<Answer> answers = answers_of(step.at("rounds").at(result_["saw"].size() - 1));
            for (const Answer& answer : answers) print(answer);
            return answers;
          },
          options));
    } else {
      throw std::runtime_error("what is the call " + call);
    }
  }

  template <class AnyOutcome>
  void take(const AnyOutcome& outcome) {
    print(outcome);
    std::visit([this](const auto& one) { seen(one); }, outcome);
  }

  void seen(const Session& session) {
    result_["session"] = tell(session);
    print(session);
    if (session.login) {
      login_id_ = session.login->login_id;
      print(*session.login);
    }
    if (session.institution) print(*session.institution);
    for (const Link& link : session.links) print(link);
  }
  void seen(const ChallengeRound& round) {
    result_["challenge_round"] = tell(round);
    continuation_ = round.continuation;
    print_round(round);
  }
  void seen(const PendingOperation& pending) {
    result_["pending"] = tell(pending);
    print(pending);
    for (const Link& link : pending.links) print(link);
  }

  void print_round(const ChallengeRound& round) {
    print(round);
    for (const Challenge& challenge : round.challenges) {
      print(challenge);
      std::visit([this](const auto& kind) { print(kind); }, challenge.kind);
      if (const auto* pictures = std::get_if<ImageSelection>(&challenge.kind)) {
        for (const Image& image : pictures->images) print(image);
      }
    }
  }

  AuthorizeRequest request_of(const json& plan) {
    const Save save = plan.at("save") ? Save::kYes : Save::kNo;
    AuthorizeRequest request =
        plan.contains("login_id")
            ? AuthorizeRequest(LoginId{login_id_of(plan)}, save)
            : AuthorizeRequest(Credentials{plan.at("institution"), plan.at("username"), plan.at("password")}, save);
    if (plan.contains("language")) request.language = plan["language"] == "FR" ? Language::kFr : Language::kEn;
    request.tag = plan.value("tag", "");
    request.schedule_refresh = plan.value("schedule_refresh", false);
    request.with_mfa_questions = plan.value("with_mfa_questions", false);
    request.instance = plan.value("instance", "");
    print(request);
    std::visit([this](const auto& subject) { print(subject); }, request.subject);
    return request;
  }

  std::string login_id_of(const json& plan) const {
    const std::string login_id = plan.at("login_id");
    if (login_id != "$login_id") return login_id;
    if (login_id_.empty()) throw std::runtime_error("there was no session with a login");
    return login_id_;
  }

  json servers_;
  std::map<std::string, Client> clients_;
  std::optional<std::string> continuation_;
  std::string login_id_;
  json result_;
  json printed_;
};

}  // namespace

int main(int, char** arguments) {
  const json plan = json::parse(read(arguments[1]));
  Runner runner(plan.at("servers"));
  for (const json& one : plan.at("cases")) std::cout << runner.run(one).dump() << std::endl;
}
