// The client: three calls and a sign-in made of them. Deadlines, cancellation and retries are here; what carries the
// calls is given by connect() of the platform.

import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { CallOptions as StubOptions, Client as Stub, Transport } from "@connectrpc/connect";

import { interruptible, onAbort } from "./abort.js";
import { fromOutcome, toAnswer, toAuthorize, toCachedAuthorize } from "./convert.js";
import { gatewayError, statusCode, unexplained } from "./error.js";
import type { GatewayError } from "./error.js";
import { AuthorizationService } from "./generated/proto/flinks/gateway/v1/authorization_service_pb.js";
import { VERSION } from "./generated/version.js";
import { milliseconds } from "./options.js";
import type { CallSettings } from "./options.js";
import type { FinalOutcome, Outcome } from "./outcomes.js";
import type { Answer, AuthorizeRequest, CachedAuthorizeRequest } from "./requests.js";
import { backoffMs } from "./retry.js";
import { answersInTime } from "./sign-in.js";
import type { Answerer } from "./sign-in.js";

const { authorize, answerChallenges, cachedAuthorize } = AuthorizationService.method;

/** What a single call may be told. */
export interface CallOptions {
  /** Cancels the call: it ends with a {@link GatewayError} of code `CANCELLED`, and the gateway drops its request. */
  readonly signal?: AbortSignal | undefined;
  /** The call's deadline in milliseconds from now, in place of the client's. At 0 or below nothing is sent. */
  readonly timeoutMs?: number | undefined;
}

/** @internal */
export interface Connection {
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
  readonly #settings: CallSettings;
  readonly #stub: Stub<typeof AuthorizationService>;
  /** Ends the calls under way. Listeners of one signal would do, but Node warns when there are many of them. */
  readonly #underWay = new Set<() => void>();
  #closed = false;

  /** @internal */
  constructor(connection: Connection, settings: CallSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#stub = createClient(AuthorizationService, connection.transport);
  }

  /**
   * Signs a customer in at their bank now. Takes from seconds to minutes, as banks do.
   *
   * Never call it again because it failed, unless the error is `retryable`: each call is an attempt at the bank, and
   * banks lock customers out.
   */
  async authorize(request: AuthorizeRequest, options: CallOptions = {}): Promise<Outcome> {
    const message = toAuthorize(request);
    return this.#call(authorize, options, this.#settings.liveTimeoutMs, (call) => this.#stub.authorize(message, call));
  }

  /**
   * Answers a round of challenges and goes on with the sign-in, from any process that has the round's continuation.
   *
   * Answers that do not fit what was asked are refused with `INVALID_REQUEST`, and the round can be answered again.
   * Once they were sent, never call it again unless the error is `retryable`: the bank counts wrong answers.
   */
  async answer(continuation: string, answers: readonly Answer[], options: CallOptions = {}): Promise<Outcome> {
    const message = toAnswer(continuation, answers);
    return this.#call(answerChallenges, options, this.#settings.liveTimeoutMs, (call) =>
      this.#stub.answerChallenges(message, call),
    );
  }

  /**
   * Reopens a saved login from Flinks' cache; the bank is not asked. Repeats itself while the gateway is unavailable, up
   * to three times within its deadline, and may be called again at any time.
   */
  async cachedAuthorize(request: CachedAuthorizeRequest, options: CallOptions = {}): Promise<FinalOutcome> {
    const message = toCachedAuthorize(request);
    const { cachedTimeoutMs } = this.#settings;
    const outcome = await this.#call(cachedAuthorize, options, cachedTimeoutMs, (call) =>
      this.#stub.cachedAuthorize(message, call),
    );
    return outcome as FinalOutcome; // The contract gives this call no rounds.
  }

  /**
   * Signs a customer in: `authorize`, then `answer` with what the answerer gives, round after round, until there is a
   * session or a pending operation.
   *
   * What the answerer throws is thrown unchanged. When its answers are not there by the round's `expireTime`, its signal
   * is aborted, nothing is sent, and the sign-in ends with `SESSION_EXPIRED`. `timeoutMs` holds for each call alone.
   */
  async signIn(request: AuthorizeRequest, answerer: Answerer, options: CallOptions = {}): Promise<FinalOutcome> {
    const ending = new AbortController();
    const cancel = () => ending.abort(unexplained("CANCELLED", "the sign-in was cancelled between two calls", false));
    const unlink = onAbort(options.signal, cancel);
    this.#underWay.add(cancel);
    try {
      let outcome = await this.authorize(request, options);
      while (outcome.kind === "challengeRound") {
        const answers = await answersInTime(outcome, answerer, ending);
        outcome = await this.answer(outcome.continuation, answers, options);
      }
      return outcome;
    } finally {
      unlink();
      this.#underWay.delete(cancel);
    }
  }

  /** Ends all calls under way, with code `CANCELLED`, and the connection. The client is of no use afterwards. */
  close(): void {
    this.#closed = true;
    this.#underWay.forEach((end) => end());
    this.#connection.close();
  }

  /** Makes a call, as often as the service config allows, within its deadline. */
  async #call(
    method: DescMethod,
    options: CallOptions,
    defaultTimeoutMs: number,
    send: (call: StubOptions) => Promise<{ outcome: Parameters<typeof fromOutcome>[0] }>,
  ): Promise<Outcome> {
    const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? defaultTimeoutMs);
    const repeatable = method.idempotency === Idempotency.IDEMPOTENT;
    const ending = new AbortController();
    let ended: GatewayError | undefined;
    const end = (code: "CANCELLED" | "DEADLINE_EXCEEDED", message: string) => {
      ended ??= unexplained(code, message, repeatable);
      // For connect-es everything is cancelled, so that the stream is reset as gRPC asks for it.
      ending.abort(new ConnectError(message, Code.Canceled));
    };
    const timedOut = () => end("DEADLINE_EXCEEDED", "the deadline passed");
    const timer = setTimeout(timedOut, timeoutMs);
    const unlink = onAbort(options.signal, () => end("CANCELLED", "the caller cancelled the call"));
    const closed = () => end("CANCELLED", "the client was closed");
    this.#underWay.add(closed);
    const deadline = performance.now() + timeoutMs;
    try {
      if (timeoutMs <= 0) {
        timedOut();
      }
      if (this.#closed) {
        closed();
      }
      const headers = await interruptible(ending.signal, () => this.#headers());
      for (let attempts = 1; ; attempts++) {
        let callId = "";
        const note = (received: Headers) => void (callId ||= received.get("x-request-id") ?? "");
        headers.set("grpc-timeout", `${Math.max(Math.ceil(deadline - performance.now()), 1)}m`);
        try {
          const { outcome } = await send({ signal: ending.signal, headers, onHeader: note, onTrailer: note });
          const known = fromOutcome(outcome);
          if (known) {
            return known;
          }
          throw new ConnectError("the outcome is newer than this client", Code.Unknown, { "x-request-id": callId });
        } catch (error) {
          const failure = ConnectError.from(error);
          const pause = ended ? undefined : backoffMs(method, attempts, statusCode(failure));
          if (pause === undefined || performance.now() + pause >= deadline) {
            throw gatewayError(failure, repeatable);
          }
          await interruptible(ending.signal, () => new Promise<void>((resolve) => setTimeout(resolve, pause)));
        }
      }
    } catch (error) {
      throw ended ?? error;
    } finally {
      clearTimeout(timer);
      unlink();
      this.#underWay.delete(closed);
    }
  }

  async #headers(): Promise<Headers> {
    const headers = new Headers({ [this.#connection.userAgent]: `flinks-gateway-typescript/${VERSION}` });
    const token = await this.#settings.bearerToken();
    if (token !== undefined) {
      headers.set("authorization", `Bearer ${token}`);
    }
    return headers;
  }
}
