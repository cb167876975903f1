/// \file
/// What goes to the gateway and what comes back. Values of these types print without their secrets: `operator<<` shows
/// `[redacted]` in place of passwords, user names, answers, LoginIds, continuations, prompts, choices, images, phone
/// numbers and tags. Their string members are plain UTF-8: what you print of them yourself is yours to guard.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace flinks_gateway {

/// Makes one visitor of several lambdas: `std::visit(overloaded{[](const Session&) {…}, …}, outcome)`. Does not compile
/// where a case is forgotten, as long as none of them takes `auto`.
template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

/// A time in UTC, in steps of 100 nanoseconds: fine enough for the contract, wide enough for the years 1 to 9999.
using Timestamp =
    std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>;

/// What a customer signs in with at their bank. Sent as it is, never trimmed.
struct Credentials {
  std::string institution;  ///< The bank, exactly as Flinks spells it, such as `FlinksCapital`.
  std::string username;     ///< Secret. User name or card number.
  std::string password;     ///< Secret.
};

/// A saved login to refresh live, by the Login::login_id of an earlier session.
struct LoginId {
  std::string value;  ///< Secret.
};

/// Whether Flinks keeps the customer's credentials and data, so that they can be refreshed, or reopened from cache.
enum class Save {
  kNo,   ///< It does not; the session may come without a Login.
  kYes,  ///< It does: Login::login_id leads back to them.
};

/// The language of a bank's prompts; unspecified leaves the choice to Flinks.
enum class Language {
  kUnspecified = 0,  ///< Flinks chooses.
  kEn = 1,           ///< English.
  kFr = 2,           ///< French.
};

/// Whom to sign in live, and what to keep of it. Saving has no default: what happens to a customer's bank password is
/// none. To refresh a saved login, Flinks documents Save::kYes.
struct AuthorizeRequest {
  /// The two that every request has; the rest may stay as it is.
  AuthorizeRequest(std::variant<Credentials, LoginId> who, Save keep) : subject(std::move(who)), save(keep) {}

  std::variant<Credentials, LoginId> subject;  ///< Whom: by what they type at their bank, or by a saved login.
  Save save;                                   ///< Whether Flinks keeps the login; there is no default.
  Language language = Language::kUnspecified;  ///< Part of a login's identity: there is one LoginId per language.
  std::string tag;                             ///< Secret. Echoed by Flinks; at most 512 characters; empty sends none.
  bool schedule_refresh = false;    ///< Turns on the nightly refresh of a login saved for the first time. Needs `save`.
  bool with_mfa_questions = false;  ///< Has Flinks collect all security questions. Needs `save`.
  std::string instance;             ///< Which of the gateway's Flinks instances; empty is its default.
};

/// Which saved login to reopen, without asking the bank.
struct CachedAuthorizeRequest {
  /// The LoginId that every request has; the rest may stay empty.
  explicit CachedAuthorizeRequest(std::string id) : login_id(std::move(id)) {}

  std::string login_id;  ///< Secret. The Login::login_id of an earlier session, or of Flinks Connect.
  std::string tag;       ///< Secret. Echoed by Flinks; at most 512 characters; empty sends none.
  std::string instance;  ///< Which of the gateway's Flinks instances; empty is its default.
};

/// A bank, as far as Flinks named it.
struct Institution {
  std::string name;          ///< To be compared exactly, such as `FlinksCapital`. Empty when Flinks gave none.
  std::string display_name;  ///< For people. Empty when Flinks gave none.
  std::int32_t id = 0;       ///< Flinks' number for it; zero when Flinks gave none.
};

/// Whose accounts a login opens.
enum class LoginType {
  kUnspecified = 0,  ///< Flinks did not say.
  kPersonal = 1,     ///< A person's.
  kBusiness = 2,     ///< A company's.
  kOther = 3,        ///< A newer one: see Login::type_name.
};

/// A saved login: the reference to a customer's credentials and data at Flinks.
struct Login {
  std::string login_id;  ///< Secret. Whoever has it can reopen the login: keep it like a password.
  std::string username;  ///< Secret. As it was typed; empty when Flinks gave none.
  LoginType type = LoginType::kUnspecified;    ///< Whose accounts it opens, where Flinks said so.
  bool scheduled_refresh = false;              ///< Whether Flinks refreshes the login every night.
  std::optional<Timestamp> last_refresh_time;  ///< When the bank was last asked.
  std::string type_name;                       ///< The type in Flinks' own words.
};

/// What a Link leads to.
enum class Resource {
  kUnspecified = 0,      ///< Unsaid, or a newer one: see Link::rel.
  kAccountsDetail = 1,   ///< The accounts with their transactions.
  kAccountsSummary = 2,  ///< The accounts with their balances.
  kStatements = 3,       ///< The bank's statements as documents.
  kAuthorization = 4,    ///< The sign-in itself.
};

/// A step that Flinks offers next.
struct Link {
  /// What it leads to.
  Resource resource = Resource::kUnspecified;
  std::string rel;      ///< What it leads to in Flinks' own words.
  std::string href;     ///< The path below Flinks' `…/BankingServices`, such as `/GetAccountsDetail`.
  std::string example;  ///< The path with its parameters; empty when Flinks gave none.
};

/// An open session at Flinks. Flinks ends it 8 minutes after it was opened unless data is asked for.
struct Session {
  std::string request_id;                  ///< Names the session towards Flinks' data endpoints.
  std::optional<Login> login;              ///< Absent when Flinks saved none.
  std::optional<Institution> institution;  ///< Absent when Flinks did not name it.
  std::vector<Link> links;                 ///< What can be asked for next.
  std::string tag;                         ///< Secret. The request's, as Flinks echoed it.
};

/// A sign-in that Flinks goes on with in the background. Whether the session opened shows when its data is asked for.
struct PendingOperation {
  std::string request_id;   ///< Names the session towards Flinks' data endpoints.
  std::string flinks_code;  ///< How Flinks put it, such as `OPERATION_PENDING`.
  std::vector<Link> links;  ///< Where Flinks says to ask.
};

/// Answered with Answer::text: a security question, or a code that the bank has sent.
struct QuestionAndAnswer {};

/// Answered with Answer::selected_question.
struct QuestionSelection {
  std::vector<std::string> questions;  ///< Secret.
};

/// Answered with Answer::choice.
struct MultipleChoice {
  std::vector<std::string> choices;  ///< Secret.
};

/// Answered with Answer::choices.
struct MultipleSelection {
  std::vector<std::string> choices;  ///< Secret.
};

/// A picture.
struct Image {
  std::string content;     ///< Secret. The bytes, ready to show.
  std::string media_type;  ///< Such as `image/png`; `application/octet-stream` when it is none of the usual.
};

/// Answered with Answer::image_index.
struct ImageSelection {
  std::vector<Image> images;  ///< In the order to show them: an answer names one by its place.
};

/// Answered with Answer::code_delivery. The code is asked for in the next round.
struct TextOrCall {
  std::vector<std::string> phone_numbers;  ///< Secret. Masked by the bank.
};

/// A kind that the gateway, or this client, does not know. Show what is here and answer with Answer::raw.
struct UnrecognizedChallenge {
  std::string type;                    ///< Secret. In Flinks' own words; empty when this client does not know the kind.
  std::vector<std::string> iterables;  ///< Secret. Often the choices.
  std::optional<std::string> raw;      ///< Secret. The whole challenge as JSON text, for a JSON library of your choice.
                                       ///< Absent when this client does not know the kind.
};

/// One question of the bank's. Its texts are the bank's, byte for byte.
struct Challenge {
  std::string id;      ///< Its place within the round, from `1`.
  std::string prompt;  ///< Secret. What to show the customer; may be empty where pictures or numbers speak.
  std::variant<QuestionAndAnswer, QuestionSelection, MultipleChoice, MultipleSelection, ImageSelection, TextOrCall,
               UnrecognizedChallenge>
      kind;  ///< How it is answered, and with what to choose from.
};

/// The questions that a bank asks at once; all must be answered in one Client::answer.
struct ChallengeRound {
  std::string continuation;  ///< Secret. All that an answer needs; any process may answer.
  std::string request_id;    ///< Flinks' name for the session that is being opened.
  std::vector<Challenge> challenges;       ///< In Flinks' order, at least one.
  std::int32_t round = 0;                  ///< From 1; a round that asks again counts.
  bool previous_answers_rejected = false;  ///< Whether the bank refused the answers before and asks again.
  std::optional<Timestamp> expire_time;    ///< Until when the round can be answered; every gateway sets it.
  std::optional<Institution> institution;  ///< Absent when Flinks did not name it.
  std::string tag;                         ///< Secret. The request's, as Flinks echoed it.
};

/// How a bank delivers a code to a phone.
enum class DeliveryMethod {
  kText = 1,  ///< A text message.
  kCall = 2,  ///< A voice call.
};

namespace internal {
struct Access;
struct Wire;
}  // namespace internal

/// The answer to one challenge. Texts are sent byte for byte, never trimmed or recased.
class Answer {
 public:
  /// To QuestionAndAnswer: what the customer typed.
  static Answer text(std::string challenge_id, std::string text);
  /// To QuestionSelection: one of its questions, verbatim, and the answer to it.
  static Answer selected_question(std::string challenge_id, std::string question, std::string text);
  /// To MultipleChoice: one of its choices, verbatim.
  static Answer choice(std::string challenge_id, std::string choice);
  /// To MultipleSelection: one or more of its choices, verbatim.
  static Answer choices(std::string challenge_id, std::vector<std::string> values);
  /// To ImageSelection: the picture's place, from 0.
  static Answer image_index(std::string challenge_id, std::int32_t index);
  /// To TextOrCall: one of its phone numbers, mask and all, and how to reach it.
  static Answer code_delivery(std::string challenge_id, std::string phone_number, DeliveryMethod method);
  /// To any challenge: an entry of Flinks' `SecurityResponses`, spelled out. The key is usually the prompt.
  static Answer raw(std::string challenge_id, std::string key, std::vector<std::string> values);

  /// The Challenge::id that is answered.
  const std::string& challenge_id() const noexcept;

 private:
  friend struct internal::Access;
  explicit Answer(std::shared_ptr<const internal::Wire> wire) : wire_(std::move(wire)) {}

  std::shared_ptr<const internal::Wire> wire_;  // Never changes, so copies share it.
};

/// What a live call ends in, other than an error.
using Outcome = std::variant<Session, ChallengeRound, PendingOperation>;

/// What a sign-in or a cached call ends in, other than an error.
using FinalOutcome = std::variant<Session, PendingOperation>;

/// The contract's name without its prefix, such as `EN`.
std::string_view to_string(Language value) noexcept;
/// The contract's name without its prefix, such as `PERSONAL`.
std::string_view to_string(LoginType value) noexcept;
/// The contract's name without its prefix, such as `ACCOUNTS_DETAIL`.
std::string_view to_string(Resource value) noexcept;
/// The contract's name without its prefix, such as `TEXT`.
std::string_view to_string(DeliveryMethod value) noexcept;

/// \name Printing
/// Prints a value for a log, secrets as `[redacted]`; of an enum, its `to_string`.
/// \{
std::ostream& operator<<(std::ostream& out, Save value);
std::ostream& operator<<(std::ostream& out, Language value);
std::ostream& operator<<(std::ostream& out, LoginType value);
std::ostream& operator<<(std::ostream& out, Resource value);
std::ostream& operator<<(std::ostream& out, DeliveryMethod value);
std::ostream& operator<<(std::ostream& out, const Credentials& value);
std::ostream& operator<<(std::ostream& out, const LoginId& value);
std::ostream& operator<<(std::ostream& out, const AuthorizeRequest& value);
std::ostream& operator<<(std::ostream& out, const CachedAuthorizeRequest& value);
std::ostream& operator<<(std::ostream& out, const Institution& value);
std::ostream& operator<<(std::ostream& out, const Login& value);
std::ostream& operator<<(std::ostream& out, const Link& value);
std::ostream& operator<<(std::ostream& out, const Session& value);
std::ostream& operator<<(std::ostream& out, const PendingOperation& value);
std::ostream& operator<<(std::ostream& out, const QuestionAndAnswer& value);
std::ostream& operator<<(std::ostream& out, const QuestionSelection& value);
std::ostream& operator<<(std::ostream& out, const MultipleChoice& value);
std::ostream& operator<<(std::ostream& out, const MultipleSelection& value);
std::ostream& operator<<(std::ostream& out, const Image& value);
std::ostream& operator<<(std::ostream& out, const ImageSelection& value);
std::ostream& operator<<(std::ostream& out, const TextOrCall& value);
std::ostream& operator<<(std::ostream& out, const UnrecognizedChallenge& value);
std::ostream& operator<<(std::ostream& out, const Challenge& value);
std::ostream& operator<<(std::ostream& out, const ChallengeRound& value);
std::ostream& operator<<(std::ostream& out, const Answer& value);
std::ostream& operator<<(std::ostream& out, const Outcome& value);
std::ostream& operator<<(std::ostream& out, const FinalOutcome& value);
/// \}

}  // namespace flinks_gateway
