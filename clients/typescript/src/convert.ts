// Between this package's types and the generated messages.

import { create } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";

import * as service from "./generated/proto/flinks/gateway/v1/authorization_service_pb.js";
import * as asked from "./generated/proto/flinks/gateway/v1/challenge_pb.js";
import * as opened from "./generated/proto/flinks/gateway/v1/session_pb.js";
import type { Challenge, ChallengeRound, Image, Institution, Link, Login, LoginType } from "./outcomes.js";
import type { PendingOperation, Session } from "./outcomes.js";
import { redacting, text } from "./redaction.js";
import type { Answer, AuthorizeRequest, CachedAuthorizeRequest } from "./requests.js";

export function toAuthorize(request: AuthorizeRequest): service.AuthorizeRequest {
  const { subject, save, language, tag, scheduleRefresh, withMfaQuestions, instance } = request;
  return create(service.AuthorizeRequestSchema, {
    subject:
      subject.kind === "loginId"
        ? { case: "loginId", value: subject.value }
        : {
            case: "credentials",
            value: { institution: subject.institution, username: subject.username, password: subject.password },
          },
    save,
    language: service.Language[language ?? "UNSPECIFIED"],
    tag,
    scheduleRefresh,
    withMfaQuestions,
    instance,
  });
}

export function toCachedAuthorize(request: CachedAuthorizeRequest): service.CachedAuthorizeRequest {
  const { loginId, tag, instance } = request;
  return create(service.CachedAuthorizeRequestSchema, { loginId, tag, instance });
}

export function toAnswer(continuation: string, answers: readonly Answer[]): service.AnswerChallengesRequest {
  if (!Array.isArray(answers) || !answers.every((answer) => answer?.content)) {
    throw new TypeError("answers must be an array of what Answer's functions give");
  }
  return create(service.AnswerChallengesRequestSchema, {
    continuation: text("continuation", continuation),
    answers: (answers as readonly Answer[]).map(({ challengeId, content }) => ({ challengeId, answer: content })),
  });
}

/** What an answer of the gateway's holds; undefined where it is newer than this package. */
export function fromOutcome(
  outcome: service.AuthorizeResponse["outcome"] | service.CachedAuthorizeResponse["outcome"],
): Session | ChallengeRound | PendingOperation | undefined {
  switch (outcome.case) {
    case "session":
      return session(outcome.value);
    case "challengeRound":
      return challengeRound(outcome.value);
    case "pending":
      return pending(outcome.value);
    default:
      return undefined;
  }
}

function session({ requestId, login: saved, institution: bank, links, tag }: opened.Session): Session {
  return redacting(
    "Session",
    { tag },
    {
      kind: "session",
      requestId,
      login: saved ? login(saved) : null,
      institution: institution(bank),
      links: links.map(link),
    },
  );
}

function login({ loginId, username, type, scheduledRefresh, lastRefreshTime, typeName }: opened.Login): Login {
  return redacting(
    "Login",
    { loginId, username },
    {
      type: (opened.LoginType[type] as LoginType | undefined) ?? "OTHER",
      scheduledRefresh,
      lastRefreshTime: lastRefreshTime ? date(lastRefreshTime) : null,
      typeName,
    },
  );
}

function institution(bank: opened.Institution | undefined): Institution | null {
  return bank ? { name: bank.name, displayName: bank.displayName, id: bank.id } : null;
}

function link({ resource, rel, href, example }: opened.Link): Link {
  return { resource: (opened.Resource[resource] as Link["resource"] | undefined) ?? "UNSPECIFIED", rel, href, example };
}

function pending({ requestId, flinksCode, links }: opened.PendingOperation): PendingOperation {
  return { kind: "pending", requestId, flinksCode, links: links.map(link) };
}

function challengeRound(round: asked.ChallengeRound): ChallengeRound {
  return redacting(
    "ChallengeRound",
    { continuation: round.continuation, tag: round.tag },
    {
      kind: "challengeRound",
      requestId: round.requestId,
      challenges: round.challenges.map(challenge),
      round: round.round,
      previousAnswersRejected: round.previousAnswersRejected,
      // Always set. Without it nothing expires here: the gateway judges.
      expireTime: round.expireTime ? date(round.expireTime) : new Date(8.64e15),
      institution: institution(round.institution),
    },
  );
}

function challenge({ id, prompt, kind: { case: kind, value } }: asked.Challenge): Challenge {
  switch (kind) {
    case "questionAndAnswer":
      return redacting("QuestionAndAnswer", { prompt }, { kind, id });
    case "questionSelection":
      return redacting("QuestionSelection", { prompt, questions: value.questions }, { kind, id });
    case "multipleChoice":
      return redacting("MultipleChoice", { prompt, choices: value.choices }, { kind, id });
    case "multipleSelection":
      return redacting("MultipleSelection", { prompt, choices: value.choices }, { kind, id });
    case "imageSelection":
      return redacting("ImageSelection", { prompt }, { kind, id, images: value.images.map(image) });
    case "textOrCall":
      return redacting("TextOrCall", { prompt, phoneNumbers: value.phoneNumbers }, { kind, id });
    default: {
      // Of the gateway's own kind "unrecognized", or of one newer than this package.
      const { type = "", iterables = [], raw = null } = value ?? {};
      return redacting("UnrecognizedChallenge", { prompt, type, iterables, raw }, { kind: "unrecognized", id });
    }
  }
}

function image({ content, mediaType }: asked.Image): Image {
  return redacting("Image", { content }, { mediaType });
}

/** Rounded down: a Date has milliseconds. */
function date({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6));
}
