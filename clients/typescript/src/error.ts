// The one error of all calls, and how it is read from what connect-es throws.

import { Code } from "@connectrpc/connect";
import type { ConnectError } from "@connectrpc/connect";

import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./generated/proto/google/rpc/error_details_pb.js";
import { ErrorReason, NextStep, ReasonedError } from "./generated/reasons.js";

const DOMAIN = "flinks-gateway";

/** gRPC's status codes, in the order of their numbers. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** A gRPC status code other than `OK`. */
export type StatusCode = Exclude<(typeof CODES)[number], "OK">;

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
  /** gRPC's status code. */
  readonly code: StatusCode;
  /** Why the call failed. `UNSPECIFIED` when newer than this package. */
  override readonly reason: ErrorReason;
  /** The reason's name as it came, `ERROR_REASON_…`: also of one newer than this package. */
  readonly reasonName: string;
  /** Who must do what. `UNSPECIFIED` when newer than this package. */
  readonly nextStep: NextStep;
  /** Whether a program may repeat this very call, after `retryDelayMs`. If not, a repeat is a new attempt at the bank. */
  readonly retryable: boolean;
  /** How long to wait before the call is repeated, in milliseconds; null when nothing was said. */
  readonly retryDelayMs: number | null;
  /** Each field at fault. */
  readonly fieldViolations: readonly FieldViolation[];
  /** Flinks' own code, such as `INVALID_PASSWORD`; empty when Flinks gave none. */
  readonly flinksCode: string;
  /** The HTTP status of Flinks' reply; 0 when Flinks did not answer. */
  readonly httpStatus: number;
  /** Flinks' name for the session; empty when it is not known. */
  readonly requestId: string;
  /** All metadata of the error, those above included. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The call's id in the gateway's log, its `x-request-id`. Empty when no gateway answered. */
  readonly callId: string;

  /** @internal */
  constructor(message: string, fields: Fields, options?: ErrorOptions) {
    super(message, options);
    this.code = fields.code;
    this.reason = fields.reason;
    this.reasonName = fields.reasonName ?? `ERROR_REASON_${fields.reason}`;
    this.nextStep = fields.nextStep;
    this.retryable = fields.retryable;
    this.retryDelayMs = fields.retryDelayMs ?? null;
    this.fieldViolations = fields.fieldViolations ?? [];
    this.metadata = fields.metadata ?? {};
    this.flinksCode = this.metadata["flinks_code"] ?? "";
    this.httpStatus = Number.parseInt(this.metadata["http_status"] ?? "0", 10) || 0;
    this.requestId = this.metadata["request_id"] ?? "";
    this.callId = fields.callId ?? "";
  }
}

type Fields = Pick<GatewayError, "code" | "reason" | "nextStep" | "retryable"> &
  Partial<Pick<GatewayError, "reasonName" | "retryDelayMs" | "fieldViolations" | "metadata" | "callId">>;

/**
 * The status code as gRPC's own libraries give it. connect-es has other names for connections that could not be made or
 * were lost, and calls some of them cancelled: by the time this is asked, nobody has cancelled anything.
 *
 * @internal
 */
export function statusCode(error: ConnectError): StatusCode {
  const answered = error.metadata.has("grpc-status") || error.metadata.has("grpc-status-details-bin");
  const lost = error.cause instanceof TypeError || typeof (error.cause as { code?: unknown })?.code === "string";
  if (!answered && (lost || error.code === Code.Canceled)) {
    return "UNAVAILABLE";
  }
  return (CODES[error.code] as StatusCode | undefined) ?? "UNKNOWN";
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
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return new GatewayError(error.rawMessage, {
    code,
    reason: named(ErrorReason, info.reason, "ERROR_REASON_"),
    reasonName: info.reason,
    nextStep: named(NextStep, info.metadata["next_step"] ?? "", "NEXT_STEP_"),
    retryable: info.metadata["retryable"] === "true",
    retryDelayMs: delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : null,
    fieldViolations: error
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) => fieldViolations)
      .map(({ field, description, reason }) => ({ field, description, reason })),
    metadata: { ...info.metadata },
    callId,
  });
}

/**
 * An error that the gateway did not explain: it says no more than its code.
 *
 * @internal
 */
export function unexplained(
  code: StatusCode,
  message: string,
  repeatable: boolean,
  callId = "",
  cause?: unknown,
): GatewayError {
  const unserved = code === "UNAUTHENTICATED" || code === "PERMISSION_DENIED" || code === "UNIMPLEMENTED";
  return new GatewayError(
    message,
    {
      code,
      reason: unserved ? "UNSPECIFIED" : code === "DEADLINE_EXCEEDED" ? code : "OUTCOME_UNKNOWN",
      nextStep: unserved ? "CONTACT_OPERATOR" : "CHECK_OUTCOME",
      retryable: repeatable && !unserved,
      callId,
    },
    cause instanceof Error ? { cause } : undefined,
  );
}

/**
 * The end of a round that nobody answered in time: what the gateway would say.
 *
 * @internal
 */
export function roundExpired(requestId: string): GatewayError {
  return new GatewayError("the round was not answered by its expire time; nothing was sent", {
    code: "NOT_FOUND",
    reason: "SESSION_EXPIRED",
    nextStep: "START_OVER",
    retryable: false,
    metadata: { next_step: "NEXT_STEP_START_OVER", retryable: "false", request_id: requestId },
  });
}

/** A value of an enum by its name on the wire. */
function named<T extends string>(values: Record<T, T> & { UNSPECIFIED: "UNSPECIFIED" }, name: string, prefix: string): T {
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return Object.hasOwn(values, short) ? (short as T) : (values.UNSPECIFIED as T);
}
