// What the compiler must tell: this file is compiled, never run. An error that is not there is one itself.

import { AuthorizeRequest, Credentials } from "flinks-gateway-client";
import type { Challenge, Outcome } from "flinks-gateway-client";

export function everyOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "session":
    case "challengeRound":
    case "pending":
      return outcome.requestId;
  }
}

// @ts-expect-error: a pending operation is forgotten
export function oneOutcomeForgotten(outcome: Outcome): string {
  switch (outcome.kind) {
    case "session":
    case "challengeRound":
      return outcome.requestId;
  }
}

// @ts-expect-error: an unrecognized challenge is forgotten
export function oneChallengeForgotten(challenge: Challenge): string {
  switch (challenge.kind) {
    case "questionAndAnswer":
    case "questionSelection":
    case "multipleChoice":
    case "multipleSelection":
    case "imageSelection":
    case "textOrCall":
      return challenge.id;
  }
}

export function aChallengeHasWhatItsKindHas(challenge: Challenge): readonly string[] {
  // @ts-expect-error: not all challenges have choices
  challenge.choices;
  return challenge.kind === "multipleChoice" ? challenge.choices : [];
}

const subject = new Credentials({ institution: "FlinksCapital", username: "Greatday", password: "Everyday" });

// @ts-expect-error: whether Flinks saves the login has no default
new AuthorizeRequest({ subject });

// @ts-expect-error: an object that would print its password is no credentials
new AuthorizeRequest({ subject: { kind: "credentials", institution: "", username: "", password: "" }, save: false });

// @ts-expect-error: no such language
new AuthorizeRequest({ subject, save: false, language: "DE" });
