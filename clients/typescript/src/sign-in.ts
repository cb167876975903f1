// Who answers the rounds of a sign-in.

import type { Answer, Challenge, ChallengeRound } from "./generated/values.js";

/** What an {@link Answerer} is given beside the round. */
export interface AnswererContext {
  /** Aborted when the answers are no longer wanted: the round expired, or the caller cancelled the sign-in. */
  readonly signal: AbortSignal;
}

/** Gives the answers to a round, one for each of its challenges. What it throws ends the sign-in, unchanged. */
export type Answerer = (round: ChallengeRound, context: AnswererContext) => readonly Answer[] | Promise<readonly Answer[]>;

type Ask<Asked> = (challenge: Asked, context: AnswererContext) => Answer | Promise<Answer>;

/** A function for each kind of challenge; for those that are left out, {@link UnansweredChallengeError} is thrown. */
export type AnswerersByKind = {
  readonly [Kind in Challenge["kind"]]?: Ask<Extract<Challenge, { kind: Kind }>> | undefined;
};

/** A bank asked a challenge of a kind that {@link byKind} was given no function for. Nothing of the round was sent. */
export class UnansweredChallengeError extends Error {
  /** The class's name, also where the code was minified. */
  override readonly name = "UnansweredChallengeError";

  /** @internal */
  constructor(
    /** The kind of the challenge. */
    readonly kind: Challenge["kind"],
  ) {
    super(`no function answers challenges of the kind ${kind}`);
  }
}

/**
 * Makes an {@link Answerer} from a function for each kind of challenge. They are asked one after another, in the bank's
 * order, and none of them where one is missing: nobody is asked in vain.
 */
export function byKind(answerers: AnswerersByKind): Answerer {
  return async (round, context) => {
    const unanswered = round.challenges.find(({ kind }) => !answerers[kind]);
    if (unanswered) {
      throw new UnansweredChallengeError(unanswered.kind);
    }
    const answers: Answer[] = [];
    for (const challenge of round.challenges) {
      // The function is the one of the challenge's own kind, which the compiler cannot follow.
      const ask = answerers[challenge.kind] as Ask<Challenge>;
      context.signal.throwIfAborted();
      answers.push(await ask(challenge, context));
    }
    return answers;
  };
}
