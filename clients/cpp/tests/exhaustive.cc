// Compiles as it is, and with any of the FORGET_ macros it does not: the compiler tells who forgets a case.
#include <string>

#include <flinks_gateway/client.h>

using namespace flinks_gateway;

std::string outcome(const Outcome& outcome) {
  return std::visit(overloaded{
                        [](const Session& session) { return session.request_id; },
                        [](const ChallengeRound& round) { return round.request_id; },
#ifndef FORGET_OUTCOME
                        [](const PendingOperation& pending) { return pending.request_id; },
#endif
                    },
                    outcome);
}

std::size_t challenge(const Challenge& challenge) {
  return std::visit(overloaded{
                        [](const QuestionAndAnswer&) { return std::size_t{0}; },
                        [](const QuestionSelection& kind) { return kind.questions.size(); },
                        [](const MultipleChoice& kind) { return kind.choices.size(); },
                        [](const MultipleSelection& kind) { return kind.choices.size(); },
                        [](const ImageSelection& kind) { return kind.images.size(); },
                        [](const TextOrCall& kind) { return kind.phone_numbers.size(); },
#ifndef FORGET_CHALLENGE
                        [](const UnrecognizedChallenge& kind) { return kind.iterables.size(); },
#endif
                    },
                    challenge.kind);
}

#ifdef FORGET_SAVE
AuthorizeRequest request() { return AuthorizeRequest(LoginId{"id"}); }
#else
AuthorizeRequest request() { return AuthorizeRequest(LoginId{"id"}, Save::kYes); }
#endif

// Compilers warn of a forgotten NextStep, which warnings-as-errors turns into an error.
bool ours(NextStep step) {
  switch (step) {
    case NextStep::kUnspecified:
    case NextStep::kNone:
    case NextStep::kFixRequest:
    case NextStep::kRetryNow:
    case NextStep::kRetryLater:
    case NextStep::kCheckOutcome:
    case NextStep::kContactOperator: return true;
    case NextStep::kCorrectCredentials:
    case NextStep::kStartOver:
    case NextStep::kSignInLive: return false;
#ifndef FORGET_NEXT_STEP
    case NextStep::kContactBank: return false;
#endif
  }
  return true;
}
