// The client: three calls and a sign-in made of them. What carries the calls is given by connect() of the platform.

import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

import { must, string } from "./checks.js";
import { type GatewayError, gatewayError, roundExpired, type StatusCode, statusCode, unexplained } from "./error.js";
import { fromFinalOutcome, fromOutcome, toAuthorizeRequest, toCachedAuthorizeRequest } from "./generated/convert.js";
import { AuthorizationService } from "./generated/stubs.js";
import type { Answer, AuthorizeRequest, CachedAuthorizeRequest, ChallengeRound } from "./generated/values.js";
import type { FinalOutcome, Outcome } from "./generated/values.js";
import { VERSION } from "./generated/version.js";
import { type checked, milliseconds } from "./options.js";
import { backoffMs } from "./retry.js";
import type { Answerer } from "./sign-in.js";
import { Work } from "./work.js";

const { authorize, answerChallenges, cachedAuthorize } = AuthorizationService.method;

/** What a single call may be told. */
export interface CallOptions {
  /** Cancels the call: it ends with a {@link GatewayError} of code `CANCELLED`, and the gateway drops its request. */
  readonly signal?: AbortSignal | undefined;
  /** The call's deadline in milliseconds from now, in place of the client's. At 0 or below nothing is sent. */
  readonly timeoutMs?: number | undefined;
}

/** @internal */
export interface Connection extends ReturnType<typeof checked> {
  readonly transport: Transport;
  /** The header that says who calls: browsers keep `user-agent` to themselves. */
  readonly userAgent: "user-agent" | "x-user-agent";
  close(): void;
}

/**
 * Calls a gateway. Made by `connect`; any number of calls may be under way at once.
 *
 * Every call that fails throws a {@link GatewayError}; one that is given what is no request at all, a `TypeError`.
 */
export class Client {
  readonly #connection: Connection;
  readonly #work = new Work();

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Signs a customer in at their bank now. Takes from seconds to minutes, as banks do.
   *
   * Never call it again because it failed, unless the error is `retryable`: each call is an attempt at the bank, and
   * banks lock customers out.
   */
  async authorize(request: AuthorizeRequest, options: CallOptions = {}): Promise<Outcome> {
    return this.#call(authorize, toAuthorizeRequest(request), fromOutcome, options);
  }

  /**
   * Answers a round of challenges and goes on with the sign-in, from any process that has the round's continuation.
   *
   * Answers that do not fit what was asked are refused with `INVALID_REQUEST`, and the round can be answered again.
   * Once they were sent, never call it again unless the error is `retryable`: the bank counts wrong answers.
   */
  async answer(continuation: string, answers: readonly Answer[], options: CallOptions = {}): Promise<Outcome> {
    const made = Array.isArray(answers) && answers.every((answer) => answer?.content);
    must(made, "answers must be an array of what Answer's functions give");
    const request = {
      continuation: string("continuation", continuation),
      answers: answers.map(({ challengeId, content }) => ({ challengeId, answer: content })),
    };
    return this.#call(answerChallenges, request, fromOutcome, options);
  }

  /**
   * Reopens a saved login from Flinks' cache; the bank is not asked. Repeats itself while the gateway is unavailable, up
   * to three times within its deadline, and may be called again at any time.
   */
  async cachedAuthorize(request: CachedAuthorizeRequest, options: CallOptions = {}): Promise<FinalOutcome> {
    return this.#call(cachedAuthorize, toCachedAuthorizeRequest(request), fromFinalOutcome, options);
  }

  /**
   * Signs a customer in: `authorize`, then `answer` with what the answerer gives, round after round, until there is a
   * session or a pending operation.
   *
   * What the answerer throws is thrown unchanged. When its answers are not there by the round's `expireTime`, its signal
   * is aborted, nothing is sent, and the sign-in ends with `SESSION_EXPIRED`. `timeoutMs` holds for each call alone.
   */
  async signIn(request: AuthorizeRequest, answerer: Answerer, options: CallOptions = {}): Promise<FinalOutcome> {
    let outcome = await this.authorize(request, options);
    while (outcome.kind === "challengeRound") {
      const answers = await this.#answers(outcome, answerer, options.signal);
      outcome = await this.answer(outcome.continuation, answers, options);
    }
    return outcome;
  }

  /** Ends all calls under way, with code `CANCELLED`, and the connection. The client is of no use afterwards. */
  close(): void {
    this.#work.close();
    this.#connection.close();
  }

  /** Makes a call, as often as the service config allows, within its deadline. */
  async #call<Request extends DescMessage, Response extends DescMessage, Result>(
    method: DescMethodUnary<Request, Response>,
    request: MessageInitShape<Request>,
    read: (response: MessageShape<Response>) => Result | undefined,
    options: CallOptions,
  ): Promise<Result> {
    const repeatable = method.idempotency === Idempotency.IDEMPOTENT;
    const { transport, userAgent, authorization, liveTimeoutMs, cachedTimeoutMs } = this.#connection;
    const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? (repeatable ? cachedTimeoutMs : liveTimeoutMs));
    const deadline = performance.now() + timeoutMs;
    const failure = (code: StatusCode, message: string) => unexplained(code, message, repeatable);
    return this.#work.until(timeoutMs, options.signal, failure, async (signal) => {
      const agent = { [userAgent]: `flinks-gateway-typescript/${VERSION}` };
      const headers = new Headers({ ...agent, ...(await authorization()) });
      for (let attempts = 1; ; attempts++) {
        signal.throwIfAborted();
        headers.set("grpc-timeout", `${Math.max(Math.ceil(deadline - performance.now()), 1)}m`);
        try {
          const { header, message, trailer } = await transport.unary(method, signal, undefined, headers, request);
          const outcome = read(message);
          if (outcome) {
            return outcome;
          }
          const callId = header.get("x-request-id") ?? trailer.get("x-request-id") ?? "";
          throw new ConnectError("the outcome is newer than this client", Code.Unknown, { "x-request-id": callId });
        } catch (error) {
          const failed = ConnectError.from(error);
          const pauseMs = backoffMs(method, attempts, statusCode(failed));
          if (pauseMs === undefined || performance.now() + pauseMs >= deadline) {
            throw gatewayError(failed, repeatable);
          }
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }
    });
  }

  /** Asks for a round's answers, until it expires. */
  async #answers(round: ChallengeRound, answerer: Answerer, caller: AbortSignal | undefined): Promise<readonly Answer[]> {
    const leftMs = () => round.expireTime.getTime() - Date.now();
    const expired = () => roundExpired(round.requestId);
    const cancelled = () => unexplained("CANCELLED", "the sign-in was cancelled between two calls", false);
    const failure = (code: StatusCode) => (code === "CANCELLED" ? cancelled() : expired());
    const answers = await this.#work.until(leftMs(), caller, failure, async (signal) => answerer(round, { signal }));
    // The timer is late where the answerer kept the process busy.
    if (leftMs() <= 0) {
      throw expired();
    }
    return answers;
  }
}
