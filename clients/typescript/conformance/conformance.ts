// The conformance suite's runner: does what a plan says through the package, and tells what it saw.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import * as flinks from "flinks-gateway-client";

import { printed } from "./printing.js";

/** Plans and results: the suite's, whatever they are. */
type Json = any;

interface Memory {
  round?: flinks.ChallengeRound | undefined;
  loginId?: string | undefined;
}

const plan = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const clients = new Map<string, flinks.Client>();

for (const { name, steps } of plan.cases) {
  const memory: Memory = {};
  const results: Json[] = [];
  for (const step of steps) {
    results.push(await run(step, memory));
  }
  console.log(JSON.stringify({ case: name, steps: results }));
}
clients.forEach((client) => client.close());

async function run(step: Json, memory: Memory): Promise<Json> {
  const values: unknown[] = [];
  const saw: flinks.ChallengeRound[] = [];
  let result: Json;
  try {
    result = await perform(step, memory, values, saw);
  } catch (error) {
    values.push(error);
    result = failure(error);
  }
  return {
    ...result,
    ...(step.call === "sign_in" && { saw: saw.map(round) }),
    printed: [...values, ...saw].flatMap(parts).flatMap(printed),
  };
}

async function perform(step: Json, memory: Memory, values: unknown[], saw: flinks.ChallengeRound[]): Promise<Json> {
  const client = connected(step.server);
  values.push(client);
  if (step.call === "connect") {
    return { connected: true };
  }
  const options: flinks.CallOptions = {
    timeoutMs: step.timeout_ms,
    signal: step.cancel_after_ms === undefined ? undefined : AbortSignal.timeout(step.cancel_after_ms),
  };
  const call = async (): Promise<flinks.Outcome> => {
    switch (step.call) {
      case "authorize":
        return client.authorize(remembered(values, authorizeRequest(step.request, memory)), options);
      case "cached_authorize":
        return client.cachedAuthorize(remembered(values, cachedRequest(step.request, memory)), options);
      case "answer": {
        const continuation = step.continuation ?? memory.round?.continuation;
        if (continuation === undefined) {
          throw new Error("there was no round to answer");
        }
        return client.answer(continuation, remembered(values, step.answers.map(answer)), options);
      }
      case "sign_in":
        return client.signIn(remembered(values, authorizeRequest(step.request, memory)), answerer(step, saw, values), options);
      default:
        throw new Error(`no such call: ${step.call}`);
    }
  };
  const outcome = await call();
  values.push(outcome);
  switch (outcome.kind) {
    case "session":
      memory.loginId = outcome.login?.loginId ?? memory.loginId;
      return { session: session(outcome) };
    case "challengeRound":
      memory.round = outcome;
      return { challenge_round: round(outcome) };
    case "pending":
      return { pending: { request_id: outcome.requestId, flinks_code: outcome.flinksCode, links: outcome.links } };
  }
}

function connected(server: string): flinks.Client {
  let client = clients.get(server);
  if (!client) {
    const { address, connect = {} } = plan.servers[server];
    const pem = (path?: string) => (path === undefined ? undefined : readFileSync(path, "utf8"));
    client = flinks.connect(address, {
      plaintext: connect.plaintext,
      dangerouslyAllowPlaintextBeyondLoopback: connect.dangerously_allow_plaintext_beyond_loopback,
      ca: pem(connect.ca),
      certificate: pem(connect.certificate),
      privateKey: pem(connect.private_key),
      bearerToken: connect.bearer_token,
      liveTimeoutMs: connect.live_timeout_ms,
      cachedTimeoutMs: connect.cached_timeout_ms,
    });
    clients.set(server, client);
  }
  return client;
}

function remembered<T>(values: unknown[], value: T): T {
  values.push(value);
  return value;
}

function authorizeRequest(request: Json, memory: Memory): flinks.AuthorizeRequest {
  const { institution, username, password } = request;
  return new flinks.AuthorizeRequest({
    subject:
      request.login_id === undefined
        ? new flinks.Credentials({ institution, username, password })
        : new flinks.LoginId(loginId(request, memory)),
    save: request.save,
    language: request.language,
    tag: request.tag,
    scheduleRefresh: request.schedule_refresh,
    withMfaQuestions: request.with_mfa_questions,
    instance: request.instance,
  });
}

function cachedRequest(request: Json, memory: Memory): flinks.CachedAuthorizeRequest {
  return new flinks.CachedAuthorizeRequest({
    loginId: loginId(request, memory),
    tag: request.tag,
    instance: request.instance,
  });
}

function loginId(request: Json, memory: Memory): string {
  const id = request.login_id === "$login_id" ? memory.loginId : request.login_id;
  if (id === undefined) {
    throw new Error("there was no session with a LoginId");
  }
  return id;
}

function answer({ challenge_id: id, ...given }: Json): flinks.Answer {
  const [[kind, value]] = Object.entries(given) as [[string, Json]];
  switch (kind) {
    case "text":
      return flinks.Answer.text(id, value);
    case "selected_question":
      return flinks.Answer.selectedQuestion(id, value.question, value.text);
    case "choice":
      return flinks.Answer.choice(id, value);
    case "choices":
      return flinks.Answer.choices(id, value);
    case "image_index":
      return flinks.Answer.imageIndex(id, value);
    case "code_delivery":
      return flinks.Answer.codeDelivery(id, value.phone_number, value.method);
    case "raw":
      return flinks.Answer.raw(id, value.key, value.values);
    default:
      throw new Error(`no such answer: ${kind}`);
  }
}

function answerer(step: Json, saw: flinks.ChallengeRound[], values: unknown[]): flinks.Answerer {
  const given = step.by_kind ? flinks.byKind(byKind(step.by_kind, values)) : undefined;
  const rounds = [...(step.rounds ?? [])];
  return async (round, context) => {
    saw.push(round);
    await sleep(step.answer_after_ms ?? 0, undefined, { signal: context.signal });
    return given ? given(round, context) : remembered(values, (rounds.shift() ?? []).map(answer));
  };
}

function byKind(kinds: Json, values: unknown[]): flinks.AnswerersByKind {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, given]) => [
      kind.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
      ({ id }: flinks.Challenge) => remembered(values, answer({ challenge_id: id, ...(given as Json) })),
    ]),
  );
}

/** A value, and what it holds that has a type of its own. */
function parts(value: unknown): unknown[] {
  const held = [flinks.AuthorizeRequest, flinks.CachedAuthorizeRequest].some((type) => value instanceof type) || isOutcome(value);
  return held || Array.isArray(value) ? [value, ...Object.values(value as object).filter(isObject).flatMap(parts)] : [value];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isOutcome(value: unknown): boolean {
  return isObject(value) && !(value instanceof Error) && ("requestId" in value || "challenges" in value || "prompt" in value);
}

function failure(error: unknown): Json {
  if (error instanceof flinks.GatewayError) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(flinks.GatewayError.prototype));
    return {
      error: {
        code: error.code,
        message: error.message,
        reason: error.reason,
        reason_name: error.reasonName,
        next_step: error.nextStep,
        retryable: error.retryable,
        retry_delay_ms: error.retryDelayMs,
        field_violations: error.fieldViolations,
        flinks_code: error.flinksCode,
        http_status: error.httpStatus,
        request_id: error.requestId,
        metadata: error.metadata,
        call_id: error.callId,
        predicates: methods
          .filter((name) => /^is[A-Z]/.test(name) && (error as Json)[name]())
          .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
      },
    };
  }
  if (error instanceof flinks.UnansweredChallengeError) {
    return { unanswered: snake(error.kind) };
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { refused: error.message };
  }
  return { broken: error instanceof Error ? `${error.stack}` : String(error) };
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function session({ requestId, login, institution: bank, links, tag }: flinks.Session): Json {
  return {
    request_id: requestId,
    login: login && {
      login_id: login.loginId,
      username: login.username,
      type: login.type,
      scheduled_refresh: login.scheduledRefresh,
      last_refresh_time_ms: login.lastRefreshTime && login.lastRefreshTime.getTime(),
      type_name: login.typeName,
    },
    institution: institution(bank),
    links,
    tag,
  };
}

function institution(bank: flinks.Institution | null): Json {
  return bank && { name: bank.name, display_name: bank.displayName, id: bank.id };
}

function round(round: flinks.ChallengeRound): Json {
  return {
    continuation: round.continuation,
    request_id: round.requestId,
    challenges: round.challenges.map((challenge) => ({
      kind: snake(challenge.kind),
      id: challenge.id,
      prompt: challenge.prompt,
      ...particulars(challenge),
    })),
    round: round.round,
    previous_answers_rejected: round.previousAnswersRejected,
    expire_time_ms: round.expireTime.getTime(),
    institution: institution(round.institution),
    tag: round.tag,
  };
}

function particulars(challenge: flinks.Challenge): Json {
  switch (challenge.kind) {
    case "questionAndAnswer":
      return {};
    case "questionSelection":
      return { questions: challenge.questions };
    case "multipleChoice":
    case "multipleSelection":
      return { choices: challenge.choices };
    case "imageSelection":
      return {
        images: challenge.images.map(({ content, mediaType }) => ({
          content: Buffer.from(content).toString("base64"),
          media_type: mediaType,
        })),
      };
    case "textOrCall":
      return { phone_numbers: challenge.phoneNumbers };
    case "unrecognized":
      return { type: challenge.type, iterables: challenge.iterables, raw: challenge.raw };
  }
}
