// What both entries of the package give beside their connect().

export type { CallOptions, Client } from "./client.js";
export { type FieldViolation, GatewayError, type StatusCode } from "./error.js";
export { ErrorReason, NextStep } from "./generated/reasons.js";
export * from "./generated/values.js";
export { VERSION } from "./generated/version.js";
export type { CommonOptions } from "./options.js";
export type { JsonObject, JsonValue } from "./received.js";
export { type Answerer, type AnswererContext, type AnswerersByKind, byKind, UnansweredChallengeError } from "./sign-in.js";
