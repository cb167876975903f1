// Generated from the contract by clients/generate. Do not edit.

import type { MessageInitShape } from "@bufbuild/protobuf";

import * as check from "../checks.js";
import type { JsonObject } from "../received.js";
import { hide, Redacting } from "../redaction.js";
import * as stubs from "./stubs.js";

/** The language of a bank's prompts. */
export const Language = {
  /** English, `en` at Flinks. */
  EN: "EN",
  /** French, `fr` at Flinks. */
  FR: "FR",
} as const;

/** The language of a bank's prompts. */
export type Language = (typeof Language)[keyof typeof Language];

/** How a bank delivers a code to a phone. */
export const DeliveryMethod = {
  /** A text message, `Text` at Flinks. */
  TEXT: "TEXT",
  /** A voice call, `Call` at Flinks. */
  CALL: "CALL",
} as const;

/** How a bank delivers a code to a phone. */
export type DeliveryMethod = (typeof DeliveryMethod)[keyof typeof DeliveryMethod];

/** Whose accounts a login opens. */
export const LoginType = {
  /** Flinks did not say. */
  UNSPECIFIED: "UNSPECIFIED",
  /** A person's, `Personal` at Flinks. */
  PERSONAL: "PERSONAL",
  /** A company's, `Business` at Flinks. */
  BUSINESS: "BUSINESS",
  /** A type newer than this contract: see `Login.type_name`. */
  OTHER: "OTHER",
} as const;

/** Whose accounts a login opens. */
export type LoginType = (typeof LoginType)[keyof typeof LoginType];

/** What a `Link` leads to. */
export const Resource = {
  /** Unsaid, or something newer than this contract: see `Link.rel`. */
  UNSPECIFIED: "UNSPECIFIED",
  /** Accounts with their transactions, `AccountsDetail` at Flinks. */
  ACCOUNTS_DETAIL: "ACCOUNTS_DETAIL",
  /** Accounts with their balances, `AccountsSummary` at Flinks. */
  ACCOUNTS_SUMMARY: "ACCOUNTS_SUMMARY",
  /** The bank's statements as documents, `Statements` at Flinks. */
  STATEMENTS: "STATEMENTS",
  /** The sign-in itself, `Authorization` at Flinks. */
  AUTHORIZATION: "AUTHORIZATION",
} as const;

/** What a `Link` leads to. */
export type Resource = (typeof Resource)[keyof typeof Resource];

/** What {@link Credentials} is made with. */
export interface CredentialsFields {
  /**
   * The bank, by Flinks' name for it, exactly as Flinks spells it. Must not be
   * empty; at most 128 characters, no control characters. Examples:
   * `FlinksCapital`, which is Flinks' bank for tests, and `Desjardins`.
   */
  readonly institution: string;
  /**
   * The user name or card number at the bank. Sent as it is, never trimmed.
   * Must not be empty; at most 256 characters. Example: `Greatday`, which signs
   * in at `FlinksCapital`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly username: string;
  /**
   * The password at the bank. Sent as it is, never trimmed. Must not be empty;
   * at most 256 characters. Example: `Everyday`, at `FlinksCapital`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly password: string;
}

/** What a customer signs in with at their bank. */
export class Credentials extends Redacting implements CredentialsFields {
  /** Tells it from its alternatives. */
  readonly kind = "credentials";
  /**
   * The bank, by Flinks' name for it, exactly as Flinks spells it. Must not be
   * empty; at most 128 characters, no control characters. Examples:
   * `FlinksCapital`, which is Flinks' bank for tests, and `Desjardins`.
   */
  readonly institution: string;
  /**
   * The user name or card number at the bank. Sent as it is, never trimmed.
   * Must not be empty; at most 256 characters. Example: `Greatday`, which signs
   * in at `FlinksCapital`.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly username: string;
  /**
   * The password at the bank. Sent as it is, never trimmed. Must not be empty;
   * at most 256 characters. Example: `Everyday`, at `FlinksCapital`.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly password: string;

  /** @throws TypeError where a field is of a wrong type, or one without a default is left out. */
  constructor(fields: CredentialsFields) {
    super();
    this.institution = check.string("institution", fields.institution);
    hide(this, "Credentials", {
      username: check.string("username", fields.username),
      password: check.string("password", fields.password),
    });
  }
}

/**
 * A saved login to refresh live, with the credentials that Flinks holds:
 * the `Login.login_id` of an earlier session, a UUID with hyphens such as
 * `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. Empty is refused. The bank may
 * challenge again. Treat it as a secret.
 */
export class LoginId extends Redacting {
  /** Tells it from its alternatives. */
  readonly kind = "loginId";
  /**
   * What it holds.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly value: string;

  /** @throws TypeError where the value is of a wrong type. */
  constructor(value: string) {
    super();
    hide(this, "LoginId", { value: check.string("loginId", value) });
  }
}

/** What {@link AuthorizeRequest} is made with. */
export interface AuthorizeRequestFields {
  /** Who signs in. */
  readonly subject: Subject;
  /**
   * Whether Flinks keeps the credentials and data after the call, so that the
   * customer can be refreshed, or reopened from cache, by their LoginId. Must
   * be set, if only to `false`: what happens to a customer's bank password is
   * no default. With `false` the session may come without a `login`. To refresh
   * a saved login, Flinks documents `true`.
   */
  readonly save: boolean;
  /**
   * The language of the bank's prompts, such as `LANGUAGE_FR`. Unspecified
   * leaves the choice to Flinks; a number that the enum lacks is refused. It is
   * part of a login's identity: a customer has one LoginId per language.
   */
  readonly language?: Language | undefined;
  /**
   * Free text that Flinks stores with the request and echoes in its responses
   * and webhooks, at most 512 characters. Empty sends none. Example:
   * `loan-application-4711`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly tag?: string | undefined;
  /**
   * Turns the nightly refresh on for a login that is saved for the first time.
   * Needs `save`. `false` sends nothing. Logins that exist already are not
   * changed by it.
   */
  readonly scheduleRefresh?: boolean | undefined;
  /**
   * Has Flinks collect all the security questions of the customer as well, so
   * that they can be answered in advance. Needs `save`. `false` sends nothing.
   */
  readonly withMfaQuestions?: boolean | undefined;
  /**
   * Which of the gateway's configured Flinks instances to use, such as `ca`.
   * Empty is the instance named `default`, or the only one configured; where
   * there is neither, empty is refused.
   */
  readonly instance?: string | undefined;
}

/** Whom to sign in live, and what to keep of it. */
export class AuthorizeRequest extends Redacting implements AuthorizeRequestFields {
  /** Who signs in. */
  readonly subject: Subject;
  /**
   * Whether Flinks keeps the credentials and data after the call, so that the
   * customer can be refreshed, or reopened from cache, by their LoginId. Must
   * be set, if only to `false`: what happens to a customer's bank password is
   * no default. With `false` the session may come without a `login`. To refresh
   * a saved login, Flinks documents `true`.
   */
  readonly save: boolean;
  /**
   * The language of the bank's prompts, such as `LANGUAGE_FR`. Unspecified
   * leaves the choice to Flinks; a number that the enum lacks is refused. It is
   * part of a login's identity: a customer has one LoginId per language.
   */
  readonly language: Language | undefined;
  /**
   * Free text that Flinks stores with the request and echoes in its responses
   * and webhooks, at most 512 characters. Empty sends none. Example:
   * `loan-application-4711`.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly tag: string;
  /**
   * Turns the nightly refresh on for a login that is saved for the first time.
   * Needs `save`. `false` sends nothing. Logins that exist already are not
   * changed by it.
   */
  readonly scheduleRefresh: boolean;
  /**
   * Has Flinks collect all the security questions of the customer as well, so
   * that they can be answered in advance. Needs `save`. `false` sends nothing.
   */
  readonly withMfaQuestions: boolean;
  /**
   * Which of the gateway's configured Flinks instances to use, such as `ca`.
   * Empty is the instance named `default`, or the only one configured; where
   * there is neither, empty is refused.
   */
  readonly instance: string;

  /** @throws TypeError where a field is of a wrong type, or one without a default is left out. */
  constructor(fields: AuthorizeRequestFields) {
    super();
    this.subject = check.kind("credentials", "loginId")("subject", fields.subject);
    this.save = check.bool("save", fields.save);
    this.language = fields.language === undefined ? undefined : check.oneOf(Language)("language", fields.language);
    this.scheduleRefresh = check.bool("scheduleRefresh", fields.scheduleRefresh ?? false);
    this.withMfaQuestions = check.bool("withMfaQuestions", fields.withMfaQuestions ?? false);
    this.instance = check.string("instance", fields.instance ?? "");
    hide(this, "AuthorizeRequest", { tag: check.string("tag", fields.tag ?? "") });
  }
}

/** What {@link CachedAuthorizeRequest} is made with. */
export interface CachedAuthorizeRequestFields {
  /**
   * The saved login: the `Login.login_id` of an earlier session or of Flinks
   * Connect, a UUID with hyphens such as
   * `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. Must not be empty. Treat it as a
   * secret.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly loginId: string;
  /**
   * Free text that Flinks stores with the request and echoes, at most 512
   * characters. Empty sends none. Example: `monthly-report-4711`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly tag?: string | undefined;
  /**
   * Which of the gateway's configured Flinks instances holds the login, such as
   * `ca`; a login of one is unknown to all others. Empty is the instance named
   * `default`, or the only one configured; where there is neither, empty is
   * refused.
   */
  readonly instance?: string | undefined;
}

/** Which saved login to reopen. */
export class CachedAuthorizeRequest extends Redacting implements CachedAuthorizeRequestFields {
  /**
   * The saved login: the `Login.login_id` of an earlier session or of Flinks
   * Connect, a UUID with hyphens such as
   * `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. Must not be empty. Treat it as a
   * secret.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly loginId: string;
  /**
   * Free text that Flinks stores with the request and echoes, at most 512
   * characters. Empty sends none. Example: `monthly-report-4711`.
   *
   * Secret: prints as `[redacted]`.
   */
  declare readonly tag: string;
  /**
   * Which of the gateway's configured Flinks instances holds the login, such as
   * `ca`; a login of one is unknown to all others. Empty is the instance named
   * `default`, or the only one configured; where there is neither, empty is
   * refused.
   */
  readonly instance: string;

  /** @throws TypeError where a field is of a wrong type, or one without a default is left out. */
  constructor(fields: CachedAuthorizeRequestFields) {
    super();
    this.instance = check.string("instance", fields.instance ?? "");
    hide(this, "CachedAuthorizeRequest", {
      loginId: check.string("loginId", fields.loginId),
      tag: check.string("tag", fields.tag ?? ""),
    });
  }
}

/** Who signs in. */
export type Subject = Credentials | LoginId;

/** @internal */
type Content = NonNullable<MessageInitShape<typeof stubs.ChallengeAnswerSchema>["answer"]>;

/**
 * The answer to one challenge. Examples are JSON as grpcurl takes it; each goes
 * beside a `challengeId`.
 *
 * Two answers whose key at Flinks is the same (the prompt, the question or the
 * phone number) are refused, for Flinks would lose one of them: answer both
 * challenges with `raw`.
 */
export class Answer extends Redacting {
  /**
   * The `Challenge.id` that is answered. Must be one of the round, each once;
   * empty is refused. Example: `"challengeId": "1"`.
   */
  readonly challengeId: string;
  /** @internal */
  declare readonly content: Content;

  private constructor(challengeId: string, content: Content) {
    super();
    this.challengeId = check.string("challengeId", challengeId);
    hide(this, "Answer", { content });
  }

  /**
   * To `question_and_answer`: what the customer typed. Must not be empty.
   * Example: `"text": "Montreal"`.
   */
  static text(challengeId: string, text: string): Answer {
    return new Answer(challengeId, { case: "text", value: check.string("text", text) });
  }

  /**
   * To `question_selection`: one of its questions, and the answer. Example:
   * `"selectedQuestion": {"question": "First pet?", "text": "Rex"}`.
   */
  static selectedQuestion(challengeId: string, question: string, text: string): Answer {
    return new Answer(challengeId, {
      case: "selectedQuestion",
      value: { question: check.string("question", question), text: check.string("text", text) },
    });
  }

  /**
   * To `multiple_choice`: one of its choices, verbatim. Must not be empty.
   * Example: `"choice": "Queen Street"`.
   */
  static choice(challengeId: string, choice: string): Answer {
    return new Answer(challengeId, { case: "choice", value: check.string("choice", choice) });
  }

  /**
   * To `multiple_selection`: at least one of its choices. Example:
   * `"choices": {"values": ["Savings", "Mortgage"]}`.
   */
  static choices(challengeId: string, values: readonly string[]): Answer {
    return new Answer(challengeId, { case: "choices", value: { values: check.list("values", values, check.string) } });
  }

  /**
   * To `image_selection`: the picture's place in `images`, from 0; one beyond
   * the last is refused. Example: `"imageIndex": 2`, the third.
   */
  static imageIndex(challengeId: string, imageIndex: number): Answer {
    return new Answer(challengeId, { case: "imageIndex", value: check.int32("imageIndex", imageIndex) });
  }

  /**
   * To `text_or_call`: one of its phone numbers, and how. Example:
   * `"codeDelivery": {"phoneNumber": "(•••) •••-1234", "method":
   * "DELIVERY_METHOD_TEXT"}`.
   */
  static codeDelivery(challengeId: string, phoneNumber: string, method: DeliveryMethod): Answer {
    return new Answer(challengeId, {
      case: "codeDelivery",
      value: {
        phoneNumber: check.string("phoneNumber", phoneNumber),
        method: stubs.DeliveryMethod[check.oneOf(DeliveryMethod)("method", method)],
      },
    });
  }

  /**
   * To any challenge: what is sent to Flinks, spelled out. Example:
   * `"raw": {"key": "Approve this sign-in", "values": ["Approved"]}`.
   */
  static raw(challengeId: string, key: string, values: readonly string[]): Answer {
    return new Answer(challengeId, {
      case: "raw",
      value: { key: check.string("key", key), values: check.list("values", values, check.string) },
    });
  }
}

/** A bank, as far as Flinks named it. */
export interface Institution {
  /**
   * Flinks' name for it, to be compared exactly, such as `FlinksCapital`: what
   * `Credentials.institution` takes. Empty when Flinks gave none.
   */
  readonly name: string;
  /** Its name for people, such as `Flinks Capital`. Empty when Flinks gave none. */
  readonly displayName: string;
  /** Flinks' number for it, such as `14`. Zero when Flinks gave none. */
  readonly id: number;
}

/** A saved login: the reference to a customer's credentials and data at Flinks. */
export interface Login {
  /**
   * The LoginId, a UUID such as `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. It
   * stands for instance, institution, user name and language, survives a
   * change of password, and lives until the card is deleted at Flinks. Whoever
   * has it can reopen the login: keep it like a password. Never empty.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly loginId: string;
  /**
   * The user name at the bank as it was typed, such as `Greatday`. Empty when
   * Flinks gave none.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly username: string;
  /**
   * Whose accounts these are, read from `type_name` in any casing. Unspecified
   * when Flinks did not say.
   */
  readonly type: LoginType;
  /**
   * Whether Flinks refreshes the login every night. `false` also when Flinks
   * did not say.
   */
  readonly scheduledRefresh: boolean;
  /**
   * When the bank was last asked, such as `2026-03-01T04:12:33.123456700Z`; to
   * 100 nanoseconds. Flinks writes it without a zone; UTC is assumed, as Flinks
   * documents. Absent when Flinks gave none or wrote it unreadably.
   */
  readonly lastRefreshTime: Date | null;
  /**
   * The type in Flinks' own words, such as `Personal`: what `type` was read
   * from. Empty when Flinks gave none.
   */
  readonly typeName: string;
}

/** A step that Flinks offers next. */
export interface Link {
  /**
   * What the link leads to, told from `rel`. Unspecified when that is none of
   * the enum's.
   */
  readonly resource: Resource;
  /**
   * What it leads to in Flinks' own words, such as `AccountsDetail`, or
   * `GetAccountsDetailAsync` while an operation is pending. Empty when Flinks
   * gave none.
   */
  readonly rel: string;
  /**
   * The path below Flinks' `…/BankingServices`, such as `/GetAccountsDetail`.
   * Empty when Flinks gave none.
   */
  readonly href: string;
  /**
   * An example of the path with its parameters, such as
   * `/GetAccountsDetailAsync/{requestId}`. Empty when Flinks gave none.
   */
  readonly example: string;
}

/** An open session at Flinks. */
export interface Session {
  /** Tells it from its alternatives. */
  readonly kind: "session";
  /**
   * Names the session towards Flinks' data endpoints (`/GetAccountsDetail`,
   * `/GetAccountsSummary`, `/GetStatements`): up to 128 letters, digits, `-`,
   * `_` and `.`, in Flinks' examples a UUID such as
   * `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`. Never empty. Flinks ends the
   * session 8 minutes after it was opened unless data is asked for, and after
   * 30 minutes in any case.
   */
  readonly requestId: string;
  /**
   * The saved login that was opened. Absent when Flinks saved none, or gave no
   * LoginId that can be read.
   */
  readonly login: Login | null;
  /** The bank that was signed in at. Absent when Flinks did not name one. */
  readonly institution: Institution | null;
  /**
   * What can be asked for next, as Flinks lists it, such as
   * `/GetAccountsDetail`. Empty when Flinks listed nothing.
   */
  readonly links: readonly Link[];
  /**
   * The tag of the request, as Flinks echoed it, such as
   * `loan-application-4711`. Empty when Flinks echoed none.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly tag: string;
}

/**
 * A sign-in that Flinks goes on with in the background (HTTP status 202).
 *
 * The gateway cannot wait for it: whether the session opened shows when its
 * data is asked for at Flinks, with the request id.
 */
export interface PendingOperation {
  /** Tells it from its alternatives. */
  readonly kind: "pending";
  /**
   * Names the session towards Flinks' data endpoints, as `Session.request_id`
   * does. Never empty. Example: `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`.
   */
  readonly requestId: string;
  /**
   * How Flinks put it, in upper case, such as `OPERATION_PENDING` or
   * `OPERATION_DISPATCHED`. Empty when Flinks gave no code.
   */
  readonly flinksCode: string;
  /**
   * Where Flinks says to ask, such as `/GetAccountsDetailAsync`. Empty when
   * Flinks did not say.
   */
  readonly links: readonly Link[];
}

/** A picture. */
export interface Image {
  /**
   * The picture's bytes, ready to show; in JSON as base64, such as
   * `iVBORw0KGgo…` for a PNG. Empty only where Flinks sent an empty picture.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly content: Uint8Array;
  /**
   * What the bytes are, told from their first ones: `image/png`, `image/jpeg`,
   * `image/gif`, `image/webp`, `image/bmp`, or `application/octet-stream` for
   * all others. Never empty.
   */
  readonly mediaType: string;
}

/**
 * The questions that a bank asks at once. All must be answered in one
 * `AnswerChallenges` call.
 */
export interface ChallengeRound {
  /** Tells it from its alternatives. */
  readonly kind: "challengeRound";
  /**
   * Everything the gateway needs to go on, sealed: opaque base64url such as
   * `AX3k0v…`, bound to this round, and good at every replica that shares the
   * continuation keys. Never empty. Pass it back unchanged. Treat it as a
   * secret.
   *
   * It holds the round's images in base64, and so is about 1.8 times as large
   * as their bytes. A round with images beyond about 1.5 MB in all needs
   * clients that take messages above the usual default of 4 MiB.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly continuation: string;
  /**
   * Flinks' name for the session that is being opened, for correlation with
   * Flinks only. Never empty. Example: `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`.
   */
  readonly requestId: string;
  /** What is asked, in Flinks' order; from 1 to 1000 challenges. */
  readonly challenges: readonly Challenge[];
  /**
   * Which round of the sign-in this is, from `1`. A round that asks again
   * counts.
   */
  readonly round: number;
  /**
   * Whether the bank refused the answers to the round before and asks again.
   * Always `false` in the first round.
   */
  readonly previousAnswersRejected: boolean;
  /**
   * Until when the round can be answered, such as `2026-03-01T09:08:00.250Z`:
   * its receipt at the gateway plus the gateway's setting `round_lifetime`, 8
   * minutes by default, as Flinks allows. Always set. Later answers are refused
   * with `SESSION_EXPIRED`. The bank may give up earlier.
   */
  readonly expireTime: Date;
  /**
   * The bank that asks, such as `FlinksCapital`. Absent when Flinks did not
   * name it.
   */
  readonly institution: Institution | null;
  /**
   * The tag of the request, as Flinks echoed it, such as
   * `loan-application-4711`. Empty when Flinks echoed none.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly tag: string;
}

/** What all challenges have. */
export interface ChallengeBase {
  /**
   * Names the challenge within its round: its place, counted from `1`. The next
   * round counts anew.
   */
  readonly id: string;
  /**
   * What to show the customer, such as `What city were you born in?`. May be
   * empty where the bank lets pictures or phone numbers speak.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly prompt: string;
}

/**
 * A question to answer in the customer's own words: a security question, or a
 * code that the bank has sent. `Challenge.prompt` is all there is to it.
 * Flinks: `QuestionAndAnswer`.
 */
export interface QuestionAndAnswer extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "questionAndAnswer";
}

/**
 * The customer picks one of several questions and answers it. Flinks:
 * `QuestionAndAnswer` with `Iterables`.
 */
export interface QuestionSelection extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "questionSelection";
  /**
   * The questions to pick from, at least one, in the bank's order. Example:
   * `First pet?`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly questions: readonly string[];
}

/** The customer picks exactly one choice. Flinks: `MultipleChoice`. */
export interface MultipleChoice extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "multipleChoice";
  /**
   * What to pick from, at least one, in the bank's order. Example:
   * `Queen Street`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly choices: readonly string[];
}

/**
 * The customer picks one or more choices. Flinks:
 * `MultipleChoiceMultipleAnswers`.
 */
export interface MultipleSelection extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "multipleSelection";
  /**
   * What to pick from, at least one, in the bank's order. Example: `Savings`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly choices: readonly string[];
}

/** The customer picks the picture they once chose. Flinks: `ImageSelection`. */
export interface ImageSelection extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "imageSelection";
  /**
   * The pictures to pick from, at least one, in the bank's order. The answer
   * counts them from 0.
   */
  readonly images: readonly Image[];
}

/**
 * The customer picks the phone that the bank sends a code to, and how. The code
 * is asked for in the next round. Flinks: `TextOrCall`.
 */
export interface TextOrCall extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "textOrCall";
  /**
   * The phone numbers to pick from, at least one, masked by the bank, such as
   * `(•••) •••-1234`.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly phoneNumbers: readonly string[];
}

/**
 * A challenge of a kind that the gateway does not know, or one that does not
 * keep to its kind's form. Show the prompt and what else is here, and answer
 * with `ChallengeAnswer.raw`.
 *
 * Also what a kind newer than this package becomes, with nothing but an id and a prompt.
 */
export interface UnrecognizedChallenge extends ChallengeBase {
  /** Tells it from its alternatives. */
  readonly kind: "unrecognized";
  /**
   * The kind in Flinks' own words, such as `WaitUntilEUAccept`. Empty when
   * Flinks gave none.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly type: string;
  /**
   * The strings that came with it as Flinks' `Iterables`, often the choices,
   * such as `Approved`. Empty when there were none; what is no string is in
   * `raw` only.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly iterables: readonly string[];
  /**
   * The whole challenge, as Flinks sent it, such as
   * `{"Type": "WaitUntilEUAccept", "Prompt": "Approve this sign-in"}`. Always
   * set. Cut off below 24 levels: what lies deeper is null.
   *
   * Secret: prints as `[redacted]`.
   */
  readonly raw: JsonObject | null;
}

/** One question, of one kind. Texts are the bank's, byte for byte. */
export type Challenge =
  | QuestionAndAnswer
  | QuestionSelection
  | MultipleChoice
  | MultipleSelection
  | ImageSelection
  | TextOrCall
  | UnrecognizedChallenge;

/** How a live sign-in went. */
export type Outcome = Session | ChallengeRound | PendingOperation;

/** How reopening a saved login went. */
export type FinalOutcome = Session | PendingOperation;
