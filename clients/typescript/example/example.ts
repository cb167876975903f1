// Signs a customer of Flinks' bank for tests in, reopens the login from cache, and handles a refusal.

import { Answer, AuthorizeRequest, byKind, CachedAuthorizeRequest, connect, Credentials, GatewayError } from "flinks-gateway-client";

// What a program asks its customer; this one knows the answers.
const ANSWERS: Record<string, string> = {
  "What city were you born in?": "Montreal",
  "What is the best country on earth?": "Canada",
  "What shape do people like most?": "Triangle",
};

const answerEach = byKind({
  questionAndAnswer: (challenge) => Answer.text(challenge.id, ANSWERS[challenge.prompt] ?? ""),
});

const request = (password: string) =>
  new AuthorizeRequest({
    subject: new Credentials({ institution: "FlinksCapital", username: "Greatday", password }),
    save: true,
  });

const client = connect(process.argv[2] ?? "127.0.0.1:50051", { plaintext: true });
try {
  const outcome = await client.signIn(request("Everyday"), (round, context) => {
    const { length } = round.challenges;
    console.log(`${round.institution?.name} asked ${length} ${length === 1 ? "question" : "questions"}`);
    return answerEach(round, context);
  });
  if (outcome.kind === "session") {
    console.log(`signed in at ${outcome.institution?.name}`);
    if (outcome.login) {
      await client.cachedAuthorize(new CachedAuthorizeRequest({ loginId: outcome.login.loginId }));
      console.log("reopened from cache");
    }
  }
  await client.authorize(request("wrong"));
} catch (error) {
  if (error instanceof GatewayError && error.isCredentialsRejected()) {
    console.log(`refused: ${error.reason}, ${error.nextStep}`);
  } else {
    throw error;
  }
} finally {
  client.close();
}
