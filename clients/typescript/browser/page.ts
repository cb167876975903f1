// A page that signs a customer in, reopens the login, is refused, and shows what it saw. Its gateway is in its URL.

import { Answer, AuthorizeRequest, byKind, CachedAuthorizeRequest, connect, Credentials, GatewayError } from "flinks-gateway-client/web";

const ANSWERS: Record<string, string> = {
  "What city were you born in?": "Montreal",
  "What is the best country on earth?": "Canada",
  "What shape do people like most?": "Triangle",
};

// What the console must not show.
const secrets = ["Greatday", "Everyday", ...Object.entries(ANSWERS).flat()];
const shown = document.getElementById("shown")!;
const show = (line: string) => shown.append(`${line}\n`);
const client = connect(new URLSearchParams(location.search).get("gateway")!, { plaintext: true });
const answer = byKind({ questionAndAnswer: ({ id, prompt }) => Answer.text(id, ANSWERS[prompt] ?? "") });

const request = (password: string) =>
  new AuthorizeRequest({
    subject: new Credentials({ institution: "FlinksCapital", username: "Greatday", password }),
    save: true,
  });

/** A sign-in that its bank takes a minute for, and how it failed. */
const slow = async () => {
  const subject = new Credentials({ institution: "ScenarioBank", username: "delay_60000.ok", password: "Everyday" });
  return client.authorize(new AuthorizeRequest({ subject, save: false })).catch(({ code }: GatewayError) => code);
};
Object.assign(globalThis, { secrets, slow });

async function signIn(password: string): Promise<void> {
  try {
    const outcome = await client.signIn(request(password), async (round, context) => {
      const answers = await answer(round, context);
      secrets.push(round.continuation);
      console.log(client, request(password), round, ...round.challenges, ...answers);
      show(`${round.institution?.name} asked ${round.challenges.length}`);
      return answers;
    });
    console.log(outcome);
    show(`${outcome.kind} at ${outcome.kind === "session" ? outcome.institution?.name : "nobody"}`);
    if (outcome.kind === "session" && outcome.login) {
      secrets.push(outcome.login.loginId);
      const again = new CachedAuthorizeRequest({ loginId: outcome.login.loginId });
      console.log(again, outcome.login, JSON.stringify([again, outcome]), `${again}`);
      show(`${(await client.cachedAuthorize(again)).kind} from cache`);
    }
  } catch (error) {
    console.log(error);
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    const { code, reason, nextStep, flinksCode, callId } = error;
    show([code, reason, nextStep, flinksCode || "no FlinksCode", callId ? "with its id" : "without an id"].join(", "));
  }
}

await signIn("Everyday");
await signIn("wrong");
document.body.dataset["done"] = "yes";
