// What a call ends in: a session, a round of challenges, or a pending operation. Plain readonly data that is told apart
// by `kind`; secret fields are there to be read but print as `[redacted]`.

/** How a live sign-in went, or went on. */
export type Outcome = Session | ChallengeRound | PendingOperation;

/** How reopening a saved login, or a whole sign-in, went. */
export type FinalOutcome = Session | PendingOperation;

/** An open session at Flinks. */
export interface Session {
  /** Tells outcomes apart. */
  readonly kind: "session";
  /** Names the session towards Flinks' data endpoints. Flinks ends it after 8 minutes without use. */
  readonly requestId: string;
  /** The saved login that was opened; null when Flinks saved none. */
  readonly login: Login | null;
  /** The bank that was signed in at; null when Flinks did not name one. */
  readonly institution: Institution | null;
  /** What can be asked for next. */
  readonly links: readonly Link[];
  /** The tag of the request, as Flinks echoed it. Secret. */
  readonly tag: string;
}

/** A saved login: the reference to a customer's credentials and data at Flinks. */
export interface Login {
  /** Whoever has it can reopen the login: keep it like a password. Secret. */
  readonly loginId: string;
  /** The user name at the bank as it was typed; empty when Flinks gave none. Secret. */
  readonly username: string;
  /** Whose accounts these are; `OTHER` when newer than this package, see `typeName`. */
  readonly type: LoginType;
  /** Whether Flinks refreshes the login every night. */
  readonly scheduledRefresh: boolean;
  /** When the bank was last asked, to the millisecond below; null when Flinks gave none. */
  readonly lastRefreshTime: Date | null;
  /** The type in Flinks' own words; empty when Flinks gave none. */
  readonly typeName: string;
}

/** Whose accounts a login opens. */
export type LoginType = "UNSPECIFIED" | "PERSONAL" | "BUSINESS" | "OTHER";

/** A bank, as far as Flinks named it: empty and 0 when it did not. */
export interface Institution {
  /** Flinks' name for it: what `Credentials.institution` takes. */
  readonly name: string;
  /** Its name for people. */
  readonly displayName: string;
  /** Flinks' number for it. */
  readonly id: number;
}

/** A step that Flinks offers next. */
export interface Link {
  /** What the link leads to; `UNSPECIFIED` when newer than this package, see `rel`. */
  readonly resource: Resource;
  /** What it leads to in Flinks' own words. */
  readonly rel: string;
  /** The path below Flinks' `…/BankingServices`, such as `/GetAccountsDetail`. */
  readonly href: string;
  /** An example of the path with its parameters. */
  readonly example: string;
}

/** What a {@link Link} leads to. */
export type Resource = "UNSPECIFIED" | "ACCOUNTS_DETAIL" | "ACCOUNTS_SUMMARY" | "STATEMENTS" | "AUTHORIZATION";

/** A sign-in that Flinks goes on with in the background: whether it opened shows when its data is asked for. */
export interface PendingOperation {
  /** Tells outcomes apart. */
  readonly kind: "pending";
  /** Names the session towards Flinks' data endpoints. */
  readonly requestId: string;
  /** How Flinks put it, such as `OPERATION_PENDING`; empty when Flinks gave no code. */
  readonly flinksCode: string;
  /** Where Flinks says to ask. */
  readonly links: readonly Link[];
}

/** The questions that a bank asks at once. All must be answered, in one call. */
export interface ChallengeRound {
  /** Tells outcomes apart. */
  readonly kind: "challengeRound";
  /** All that an answer needs, from any process: pass it back unchanged. Secret. */
  readonly continuation: string;
  /** Flinks' name for the session that is being opened, for correlation with Flinks only. */
  readonly requestId: string;
  /** What is asked, in Flinks' order. */
  readonly challenges: readonly Challenge[];
  /** Which round of the sign-in this is, from 1. */
  readonly round: number;
  /** Whether the bank refused the answers to the round before and asks again. */
  readonly previousAnswersRejected: boolean;
  /** Until when the round can be answered. The bank may give up earlier. */
  readonly expireTime: Date;
  /** The bank that asks; null when Flinks did not name it. */
  readonly institution: Institution | null;
  /** The tag of the request, as Flinks echoed it. Secret. */
  readonly tag: string;
}

/** One question. Texts are the bank's, byte for byte. */
export type Challenge =
  | QuestionAndAnswer
  | QuestionSelection
  | MultipleChoice
  | MultipleSelection
  | ImageSelection
  | TextOrCall
  | UnrecognizedChallenge;

/** What all challenges have. */
export interface ChallengeBase {
  /** Names the challenge within its round. */
  readonly id: string;
  /** What to show the customer. May be empty where pictures or phone numbers speak. Secret. */
  readonly prompt: string;
}

/** A question to answer in the customer's own words, with `Answer.text`. */
export interface QuestionAndAnswer extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "questionAndAnswer";
}

/** The customer picks one of several questions and answers it, with `Answer.selectedQuestion`. */
export interface QuestionSelection extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "questionSelection";
  /** The questions to pick from. Secret. */
  readonly questions: readonly string[];
}

/** The customer picks exactly one choice, with `Answer.choice`. */
export interface MultipleChoice extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "multipleChoice";
  /** What to pick from. Secret. */
  readonly choices: readonly string[];
}

/** The customer picks one or more choices, with `Answer.choices`. */
export interface MultipleSelection extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "multipleSelection";
  /** What to pick from. Secret. */
  readonly choices: readonly string[];
}

/** The customer picks the picture they once chose, with `Answer.imageIndex`. */
export interface ImageSelection extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "imageSelection";
  /** The pictures to pick from; the answer counts them from 0. */
  readonly images: readonly Image[];
}

/** A picture. */
export interface Image {
  /** The picture's bytes, ready to show. Secret. */
  readonly content: Uint8Array;
  /** What the bytes are, such as `image/png`. */
  readonly mediaType: string;
}

/** The customer picks the phone that the bank sends a code to, and how, with `Answer.codeDelivery`. */
export interface TextOrCall extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "textOrCall";
  /** The phone numbers to pick from, masked by the bank. Secret. */
  readonly phoneNumbers: readonly string[];
}

/** A challenge that the gateway or this package does not know: show what is here, answer with `Answer.raw`. */
export interface UnrecognizedChallenge extends ChallengeBase {
  /** Tells challenges apart. */
  readonly kind: "unrecognized";
  /** The kind in Flinks' own words; empty when the gateway is newer than this package. Secret. */
  readonly type: string;
  /** The strings that came with it, often the choices. Secret. */
  readonly iterables: readonly string[];
  /** The whole challenge, as Flinks sent it; null when the gateway is newer than this package. Secret. */
  readonly raw: JsonObject | null;
}

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}
