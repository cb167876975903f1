// The one error of all calls, and how it is read from what connect-es throws.

import type { ConnectError } from "@connectrpc/connect";

import { Code } from "./generated/proto/google/rpc/code_pb.js";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./generated/proto/google/rpc/error_details_pb.js";
import { ErrorReason, NextStep, ReasonedError } from "./generated/reasons.js";

const DOMAIN = "flinks-gateway";

/** A gRPC status code other than `OK`. */
export type StatusCode = Exclude<keyof typeof Code, "OK">;

/** A field of the request that breaks a rule. */
export interface FieldViolation {
  /** Its path, such as `credentials.username`. */
  readonly field: string;
  /** What is wrong and how to mend it, for the caller's developer. */
  readonly description: string;
  /** The rule, as a constant. */
  readonly reason: string;
}

/** A call that failed. It holds nothing of the request, and may be logged. */
export class GatewayError extends ReasonedError {
  /** The class's name, also where the code was minified. */
  override readonly name = "GatewayError";
  /** Why the call failed. `UNSPECIFIED` when newer than this package. */
  override readonly reason: ErrorReason;
  /** Flinks' own code, such as `INVALID_PASSWORD`; empty when Flinks gave none. */
  readonly flinksCode: string;
  /** The HTTP status of Flinks' reply; 0 when Flinks did not answer. */
  readonly httpStatus: number;
  /** Flinks' name for the session; empty when it is not known. */
  readonly requestId: string;

  /** @internal */
  constructor(
    message: string,
    /** gRPC's status code. */
    readonly code: StatusCode,
    /** The reason's name as it came, `ERROR_REASON_…`: also of one newer than this package. */
    readonly reasonName: string,
    /** Who must do what. `UNSPECIFIED` when newer than this package. */
    readonly nextStep: NextStep,
    /** Whether a program may repeat this very call, after `retryDelayMs`. If not, a repeat is a new attempt at the bank. */
    readonly retryable: boolean,
    /** The call's id in the gateway's log, its `x-request-id`. Empty when no gateway answered. */
    readonly callId = "",
    /** All metadata of the error, those above included. */
    readonly metadata: Readonly<Record<string, string>> = {},
    /** How long to wait before the call is repeated, in milliseconds; null when nothing was said. */
    readonly retryDelayMs: number | null = null,
    /** Each field at fault. */
    readonly fieldViolations: readonly FieldViolation[] = [],
    cause?: unknown,
  ) {
    super(message, cause instanceof Error ? { cause } : undefined);
    this.reason = named(ErrorReason, reasonName, "ERROR_REASON_");
    this.flinksCode = metadata["flinks_code"] ?? "";
    this.httpStatus = Number.parseInt(metadata["http_status"] ?? "0", 10) || 0;
    this.requestId = metadata["request_id"] ?? "";
  }
}

/**
 * The status code as gRPC's own libraries give it. connect-es has other names for connections that could not be made or
 * were lost, and calls some of them cancelled: by the time this is asked, nobody has cancelled anything.
 *
 * @internal
 */
export function statusCode(error: ConnectError): StatusCode {
  const code = (Code[error.code] as StatusCode | undefined) ?? "UNKNOWN";
  const answered = error.metadata.has("grpc-status") || error.metadata.has("grpc-status-details-bin");
  const lost = error.cause instanceof TypeError || typeof (error.cause as { code?: unknown })?.code === "string";
  return !answered && (lost || code === "CANCELLED") ? "UNAVAILABLE" : code;
}

/**
 * Reads what a call threw. `repeatable` says whether the call may be repeated whatever became of it.
 *
 * @internal
 */
export function gatewayError(error: ConnectError, repeatable: boolean): GatewayError {
  const code = statusCode(error);
  const callId = error.metadata.get("x-request-id") ?? "";
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN);
  if (!info) {
    return unexplained(code, error.rawMessage, repeatable, callId, error.cause);
  }
  const { reason, metadata } = info;
  const nextStep = named(NextStep, metadata["next_step"] ?? "", "NEXT_STEP_");
  const retryable = metadata["retryable"] === "true";
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const delayMs = delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : null;
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  const faults = violations.map(({ field, description, reason }) => ({ field, description, reason }));
  return new GatewayError(error.rawMessage, code, reason, nextStep, retryable, callId, { ...metadata }, delayMs, faults);
}

/**
 * An error that the gateway did not explain: it says no more than its code.
 *
 * @internal
 */
export function unexplained(code: StatusCode, message: string, repeatable: boolean, callId = "", cause?: unknown): GatewayError {
  const unserved = code === "UNAUTHENTICATED" || code === "PERMISSION_DENIED" || code === "UNIMPLEMENTED";
  const reason = unserved ? "UNSPECIFIED" : code === "DEADLINE_EXCEEDED" ? code : "OUTCOME_UNKNOWN";
  const nextStep = unserved ? "CONTACT_OPERATOR" : "CHECK_OUTCOME";
  const retryable = repeatable && !unserved;
  return new GatewayError(message, code, `ERROR_REASON_${reason}`, nextStep, retryable, callId, {}, null, [], cause);
}

/**
 * The end of a round that nobody answered in time: what the gateway would say.
 *
 * @internal
 */
export function roundExpired(requestId: string): GatewayError {
  const message = "the round was not answered by its expire time; nothing was sent";
  const metadata = { next_step: "NEXT_STEP_START_OVER", retryable: "false", request_id: requestId };
  return new GatewayError(message, "NOT_FOUND", "ERROR_REASON_SESSION_EXPIRED", "START_OVER", false, "", metadata);
}

/** A value of an enum by its name on the wire. */
function named<T extends string>(values: Record<T, T> & { UNSPECIFIED: "UNSPECIFIED" }, name: string, prefix: string): T {
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return Object.hasOwn(values, short) ? (short as T) : (values.UNSPECIFIED as T);
}
