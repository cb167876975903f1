// Generated from the contract by clients/generate. Do not edit.

import { create } from "@bufbuild/protobuf";

import { date, endOfTime } from "../received.js";
import { redacting } from "../redaction.js";
import * as stubs from "./stubs.js";
import type * as values from "./values.js";

export function toCredentials(value: values.Credentials): stubs.Credentials {
  return create(stubs.CredentialsSchema, {
    institution: value.institution,
    username: value.username,
    password: value.password,
  });
}

export function toAuthorizeRequest(value: values.AuthorizeRequest): stubs.AuthorizeRequest {
  return create(stubs.AuthorizeRequestSchema, {
    subject: toSubject(value.subject),
    save: value.save,
    language: stubs.Language[value.language ?? "UNSPECIFIED"],
    tag: value.tag,
    scheduleRefresh: value.scheduleRefresh,
    withMfaQuestions: value.withMfaQuestions,
    instance: value.instance,
  });
}

export function toCachedAuthorizeRequest(value: values.CachedAuthorizeRequest): stubs.CachedAuthorizeRequest {
  return create(stubs.CachedAuthorizeRequestSchema, {
    loginId: value.loginId,
    tag: value.tag,
    instance: value.instance,
  });
}

function toSubject(value: values.Subject): stubs.AuthorizeRequest["subject"] {
  switch (value.kind) {
    case "credentials":
      return { case: value.kind, value: toCredentials(value) };
    case "loginId":
      return { case: value.kind, value: value.value };
  }
}

function fromLoginType(value: stubs.LoginType): values.LoginType {
  return (stubs.LoginType[value] as values.LoginType | undefined) ?? "OTHER";
}

function fromResource(value: stubs.Resource): values.Resource {
  return (stubs.Resource[value] as values.Resource | undefined) ?? "UNSPECIFIED";
}

function fromInstitution(message: stubs.Institution): values.Institution {
  return { name: message.name, displayName: message.displayName, id: message.id };
}

function fromLogin(message: stubs.Login): values.Login {
  return redacting(
    "Login",
    { loginId: message.loginId, username: message.username },
    {
      type: fromLoginType(message.type),
      scheduledRefresh: message.scheduledRefresh,
      lastRefreshTime: message.lastRefreshTime === undefined ? null : date(message.lastRefreshTime),
      typeName: message.typeName,
    },
  );
}

function fromLink(message: stubs.Link): values.Link {
  return { resource: fromResource(message.resource), rel: message.rel, href: message.href, example: message.example };
}

function fromSession(message: stubs.Session): values.Session {
  return redacting(
    "Session",
    { tag: message.tag },
    {
      kind: "session",
      requestId: message.requestId,
      login: message.login === undefined ? null : fromLogin(message.login),
      institution: message.institution === undefined ? null : fromInstitution(message.institution),
      links: message.links.map(fromLink),
    },
  );
}

function fromPendingOperation(message: stubs.PendingOperation): values.PendingOperation {
  return {
    kind: "pending",
    requestId: message.requestId,
    flinksCode: message.flinksCode,
    links: message.links.map(fromLink),
  };
}

function fromImage(message: stubs.Image): values.Image {
  return redacting("Image", { content: message.content }, { mediaType: message.mediaType });
}

function fromChallengeRound(message: stubs.ChallengeRound): values.ChallengeRound {
  return redacting(
    "ChallengeRound",
    { continuation: message.continuation, tag: message.tag },
    {
      kind: "challengeRound",
      requestId: message.requestId,
      challenges: message.challenges.map(fromChallenge),
      round: message.round,
      previousAnswersRejected: message.previousAnswersRejected,
      expireTime: message.expireTime === undefined ? endOfTime() : date(message.expireTime),
      institution: message.institution === undefined ? null : fromInstitution(message.institution),
    },
  );
}

function fromChallenge(message: stubs.Challenge): values.Challenge {
  switch (message.kind.case) {
    case "questionAndAnswer":
      return redacting("QuestionAndAnswer", { prompt: message.prompt }, { kind: "questionAndAnswer", id: message.id });
    case "questionSelection":
      return redacting(
        "QuestionSelection",
        { prompt: message.prompt, questions: message.kind.value.questions },
        { kind: "questionSelection", id: message.id },
      );
    case "multipleChoice":
      return redacting(
        "MultipleChoice",
        { prompt: message.prompt, choices: message.kind.value.choices },
        { kind: "multipleChoice", id: message.id },
      );
    case "multipleSelection":
      return redacting(
        "MultipleSelection",
        { prompt: message.prompt, choices: message.kind.value.choices },
        { kind: "multipleSelection", id: message.id },
      );
    case "imageSelection":
      return redacting(
        "ImageSelection",
        { prompt: message.prompt },
        { kind: "imageSelection", id: message.id, images: message.kind.value.images.map(fromImage) },
      );
    case "textOrCall":
      return redacting(
        "TextOrCall",
        { prompt: message.prompt, phoneNumbers: message.kind.value.phoneNumbers },
        { kind: "textOrCall", id: message.id },
      );
    default: {
      const own = message.kind.value ?? create(stubs.UnrecognizedChallengeSchema);
      return redacting(
        "UnrecognizedChallenge",
        { prompt: message.prompt, type: own.type, iterables: own.iterables, raw: own.raw ?? null },
        { kind: "unrecognized", id: message.id },
      );
    }
  }
}

/** Undefined where the outcome is newer than this package. */
export function fromOutcome({ outcome }: Pick<stubs.AuthorizeResponse, "outcome">): values.Outcome | undefined {
  switch (outcome.case) {
    case "session":
      return fromSession(outcome.value);
    case "challengeRound":
      return fromChallengeRound(outcome.value);
    case "pending":
      return fromPendingOperation(outcome.value);
    default:
      return undefined;
  }
}

/** Undefined where the outcome is newer than this package. */
export function fromFinalOutcome({
  outcome,
}: Pick<stubs.CachedAuthorizeResponse, "outcome">): values.FinalOutcome | undefined {
  switch (outcome.case) {
    case "session":
      return fromSession(outcome.value);
    case "pending":
      return fromPendingOperation(outcome.value);
    default:
      return undefined;
  }
}
