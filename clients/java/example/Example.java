// Signs in, reopens the login from cache, and handles an error: `example ADDRESS`, with a gateway on its sandbox.

import flinks.gateway.client.Answer;
import flinks.gateway.client.Answerer;
import flinks.gateway.client.AuthorizeRequest;
import flinks.gateway.client.CachedAuthorizeRequest;
import flinks.gateway.client.Challenge;
import flinks.gateway.client.ConnectOptions;
import flinks.gateway.client.Credentials;
import flinks.gateway.client.GatewayClient;
import flinks.gateway.client.GatewayException;
import flinks.gateway.client.Institution;
import flinks.gateway.client.Session;
import java.util.Map;

public final class Example {
    private static final Map<String, String> ANSWERS = Map.of(
            "What city were you born in?", "Montreal",
            "What is the best country on earth?", "Canada",
            "What shape do people like most?", "Triangle");

    public static void main(String[] arguments) {
        ConnectOptions options = ConnectOptions.defaults().plaintext(true);
        try (GatewayClient gateway = GatewayClient.connect(arguments[0], options)) {
            Answerer.ByKind byKind = Answerer.byKind().questionAndAnswer(Example::answer);
            Session session = gateway.signIn(signIn("Everyday"), round -> {
                        String bank = round.institution().map(Institution::name).orElse("The bank");
                        int count = round.challenges().size();
                        System.out.println(bank + " asked " + count + (count == 1 ? " question" : " questions"));
                        return byKind.answer(round);
                    })
                    .fold(opened -> opened, pending -> {
                        throw new IllegalStateException("not open yet: " + pending);
                    });
            System.out.println("signed in at " + session.institution().orElseThrow().name());

            // Keep the LoginId like a password: with it the login is reopened without the bank.
            String loginId = session.login().orElseThrow().loginId();
            System.out.println(gateway.cachedAuthorize(CachedAuthorizeRequest.of(loginId))
                    .<String>fold(reopened -> "reopened from cache", pending -> "not open yet: " + pending));

            gateway.authorize(signIn("wrong"));
        } catch (GatewayException error) {
            if (!error.isCredentialsRejected()) {
                throw error;
            }
            System.out.println("refused: " + error.reason() + ", " + error.nextStep());
        }
    }

    private static AuthorizeRequest signIn(String password) {
        return AuthorizeRequest.of(new Credentials("FlinksCapital", "Greatday", password)).save(true);
    }

    private static Answer answer(Challenge.QuestionAndAnswer question) {
        return Answer.text(question.id(), ANSWERS.getOrDefault(question.prompt(), ""));
    }
}
