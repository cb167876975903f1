// Signs in at Flinks' bank for tests, reopens the login from cache, and handles a refusal.
// The argument is the address of a gateway on its sandbox: `flinks-gateway serve --sandbox --listen 127.0.0.1:50051`.
#include <iostream>
#include <map>
#include <string>

#include <flinks_gateway/client.h>

using namespace flinks_gateway;

namespace {

std::vector<Answer> look_up(const ChallengeRound& round) {
  static const std::map<std::string, std::string> kAnswers{
      {"What city were you born in?", "Montreal"},
      {"What is the best country on earth?", "Canada"},
      {"What shape do people like most?", "Triangle"},
  };
  std::cout << round.institution.value().name << " asked " << round.challenges.size() << " question\n";
  std::vector<Answer> answers;
  for (const Challenge& challenge : round.challenges) {
    answers.push_back(Answer::text(challenge.id, kAnswers.at(challenge.prompt)));
  }
  return answers;
}

Session opened(FinalOutcome outcome) {
  return std::visit(overloaded{
                        [](Session& session) { return std::move(session); },
                        [](PendingOperation& pending) -> Session {
                          throw std::runtime_error("Flinks goes on in the background: " + pending.request_id);
                        },
                    },
                    outcome);
}

}  // namespace

int main(int, char** arguments) {
  ConnectOptions options;
  options.plaintext = true;
  const Client client = connect(arguments[1], options);
  try {
    const AuthorizeRequest request(Credentials{"FlinksCapital", "Greatday", "Everyday"}, Save::kYes);
    const Session session = opened(client.sign_in(request, look_up));
    std::cout << "signed in at " << session.institution.value().name << '\n';

    opened(client.cached_authorize(CachedAuthorizeRequest(session.login.value().login_id)));
    std::cout << "reopened from cache\n";

    client.authorize(AuthorizeRequest(Credentials{"FlinksCapital", "Greatday", "wrong"}, Save::kYes));
  } catch (const GatewayError& error) {
    // Anything else has no answer here: `error.next_step()` says who must do what.
    if (!error.is_credentials_rejected()) throw;
    std::cout << "refused: " << error.reason() << ", " << error.next_step() << '\n';
  }
}
