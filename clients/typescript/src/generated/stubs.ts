// Generated from the contract by clients/generate. Do not edit.

// The generated messages and service, for those who bring their own transport. Unlike the rest of this package
// they print what they hold, passwords included.

export * from "./proto/flinks/gateway/v1/authorization_service_pb.js";
export * from "./proto/flinks/gateway/v1/challenge_pb.js";
export * from "./proto/flinks/gateway/v1/error_reason_pb.js";
export * from "./proto/flinks/gateway/v1/session_pb.js";
