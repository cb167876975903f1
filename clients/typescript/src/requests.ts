// What callers send: whom to sign in, and answers. Made by constructors and functions that refuse wrong types without
// printing what they were given; rules about content are the gateway's.

import type { MessageInitShape } from "@bufbuild/protobuf";

import * as contract from "./generated/proto/flinks/gateway/v1/challenge_pb.js";
import { flag, hide, Redacting, text, texts } from "./redaction.js";

/** The language of a bank's prompts. */
export type Language = "EN" | "FR";

/** How a bank delivers a code to a phone: by text message, or by a voice call. */
export type DeliveryMethod = "TEXT" | "CALL";

/** What a customer signs in with at their bank. */
export class Credentials extends Redacting {
  /** Tells what a subject is. */
  readonly kind = "credentials";
  /** The bank, by Flinks' name for it, exactly as Flinks spells it, such as `FlinksCapital`. */
  readonly institution: string;
  /** The user name or card number, sent as it is. Secret: prints as `[redacted]`. */
  declare readonly username: string;
  /** The password, sent as it is. Secret: prints as `[redacted]`. */
  declare readonly password: string;

  /** @throws TypeError where a field is not a well-formed string. */
  constructor(fields: { institution: string; username: string; password: string }) {
    super();
    this.institution = text("institution", fields.institution);
    hide(this, "Credentials", {
      username: text("username", fields.username),
      password: text("password", fields.password),
    });
  }
}

/** A saved login: the `Login.loginId` of an earlier session, to be refreshed live. */
export class LoginId extends Redacting {
  /** Tells what a subject is. */
  readonly kind = "loginId";
  /** A UUID with hyphens. Secret: prints as `[redacted]`. */
  declare readonly value: string;

  /** @throws TypeError where the value is not a well-formed string. */
  constructor(value: string) {
    super();
    hide(this, "LoginId", { value: text("loginId", value) });
  }
}

/** The fields of an {@link AuthorizeRequest}. */
export interface AuthorizeRequestFields {
  /** Who signs in: a customer with credentials, or a saved login. */
  readonly subject: Credentials | LoginId;
  /**
   * Whether Flinks keeps credentials and data after the call, so that the login can be refreshed and reopened from
   * cache. There is no default. With `false` the session may come without a `login`.
   */
  readonly save: boolean;
  /** The language of the bank's prompts; Flinks decides where it is left out. */
  readonly language?: Language | undefined;
  /** Free text that Flinks stores and echoes, at most 512 characters. Secret: prints as `[redacted]`. */
  readonly tag?: string | undefined;
  /** Turns the nightly refresh on for a login that is saved for the first time. Needs `save`. */
  readonly scheduleRefresh?: boolean | undefined;
  /** Has Flinks collect all the customer's security questions as well. Needs `save`. */
  readonly withMfaQuestions?: boolean | undefined;
  /** Which of the gateway's configured Flinks instances to use; the default one where it is left out. */
  readonly instance?: string | undefined;
}

/** Whom to sign in live, and what to keep of it. */
export class AuthorizeRequest extends Redacting implements AuthorizeRequestFields {
  /** Who signs in: a customer with credentials, or a saved login. */
  readonly subject: Credentials | LoginId;
  /** Whether Flinks keeps credentials and data after the call. */
  readonly save: boolean;
  /** The language of the bank's prompts; Flinks decides where it is undefined. */
  readonly language: Language | undefined;
  /** Free text that Flinks stores and echoes; empty where none was given. Secret: prints as `[redacted]`. */
  declare readonly tag: string;
  /** Whether the nightly refresh is turned on for a login that is saved for the first time. */
  readonly scheduleRefresh: boolean;
  /** Whether Flinks collects all the customer's security questions as well. */
  readonly withMfaQuestions: boolean;
  /** Which of the gateway's configured Flinks instances to use; empty for the default one. */
  readonly instance: string;

  /** @throws TypeError where a field is of a wrong type, or `save` is left out. */
  constructor(fields: AuthorizeRequestFields) {
    super();
    if (!["credentials", "loginId"].includes(fields.subject?.kind)) {
      throw new TypeError("subject must be Credentials or a LoginId");
    }
    if (![undefined, "EN", "FR"].includes(fields.language)) {
      throw new TypeError('language must be "EN" or "FR"');
    }
    this.subject = fields.subject;
    this.save = flag("save", fields.save);
    this.language = fields.language;
    this.scheduleRefresh = flag("scheduleRefresh", fields.scheduleRefresh ?? false);
    this.withMfaQuestions = flag("withMfaQuestions", fields.withMfaQuestions ?? false);
    this.instance = text("instance", fields.instance ?? "");
    hide(this, "AuthorizeRequest", { tag: text("tag", fields.tag ?? "") });
  }
}

/** The fields of a {@link CachedAuthorizeRequest}. */
export interface CachedAuthorizeRequestFields {
  /** The `Login.loginId` of an earlier session, a UUID with hyphens. Secret: prints as `[redacted]`. */
  readonly loginId: string;
  /** Free text that Flinks stores and echoes, at most 512 characters. Secret: prints as `[redacted]`. */
  readonly tag?: string | undefined;
  /** Which of the gateway's configured Flinks instances holds the login; the default one where it is left out. */
  readonly instance?: string | undefined;
}

/** Which saved login to reopen. */
export class CachedAuthorizeRequest extends Redacting implements CachedAuthorizeRequestFields {
  /** The `Login.loginId` of an earlier session. Secret: prints as `[redacted]`. */
  declare readonly loginId: string;
  /** Free text that Flinks stores and echoes; empty where none was given. Secret: prints as `[redacted]`. */
  declare readonly tag: string;
  /** Which of the gateway's configured Flinks instances holds the login; empty for the default one. */
  readonly instance: string;

  /** @throws TypeError where a field is of a wrong type. */
  constructor(fields: CachedAuthorizeRequestFields) {
    super();
    this.instance = text("instance", fields.instance ?? "");
    hide(this, "CachedAuthorizeRequest", {
      loginId: text("loginId", fields.loginId),
      tag: text("tag", fields.tag ?? ""),
    });
  }
}

/** @internal */
export type AnswerContent = NonNullable<MessageInitShape<typeof contract.ChallengeAnswerSchema>["answer"]>;

/** The answer to one challenge. Texts are sent byte for byte. What it says is secret: it prints as `[redacted]`. */
export class Answer extends Redacting {
  /** The `id` of the challenge that is answered. */
  readonly challengeId: string;
  /** @internal */
  declare readonly content: AnswerContent;

  private constructor(challengeId: string, content: AnswerContent) {
    super();
    this.challengeId = text("challengeId", challengeId);
    hide(this, "Answer", { content });
  }

  /** To `questionAndAnswer`: what the customer typed. */
  static text(challengeId: string, answer: string): Answer {
    return new Answer(challengeId, { case: "text", value: text("text", answer) });
  }

  /** To `questionSelection`: one of its questions, verbatim, and what the customer typed. */
  static selectedQuestion(challengeId: string, question: string, answer: string): Answer {
    const value = { question: text("question", question), text: text("text", answer) };
    return new Answer(challengeId, { case: "selectedQuestion", value });
  }

  /** To `multipleChoice`: one of its choices, verbatim. */
  static choice(challengeId: string, choice: string): Answer {
    return new Answer(challengeId, { case: "choice", value: text("choice", choice) });
  }

  /** To `multipleSelection`: at least one of its choices, verbatim. */
  static choices(challengeId: string, values: readonly string[]): Answer {
    return new Answer(challengeId, { case: "choices", value: { values: texts("choices", values) } });
  }

  /** To `imageSelection`: the picture's place in `images`, from 0. */
  static imageIndex(challengeId: string, index: number): Answer {
    if (!Number.isInteger(index) || Math.abs(index) > 0x7fffffff) {
      throw new TypeError("imageIndex must be a whole number");
    }
    return new Answer(challengeId, { case: "imageIndex", value: index });
  }

  /** To `textOrCall`: one of its phone numbers, verbatim, and how the code is delivered. */
  static codeDelivery(challengeId: string, phoneNumber: string, method: DeliveryMethod): Answer {
    if (method !== "TEXT" && method !== "CALL") {
      throw new TypeError('method must be "TEXT" or "CALL"');
    }
    const value = { phoneNumber: text("phoneNumber", phoneNumber), method: contract.DeliveryMethod[method] };
    return new Answer(challengeId, { case: "codeDelivery", value });
  }

  /** To any challenge, `unrecognized` above all: what is sent to Flinks, spelled out. */
  static raw(challengeId: string, key: string, values: readonly string[]): Answer {
    return new Answer(challengeId, { case: "raw", value: { key: text("key", key), values: texts("values", values) } });
  }
}
