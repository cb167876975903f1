// Generated from the contract by clients/generate. Do not edit.

/** gRPC's service config: which calls may be repeated, and how. */
export const serviceConfig = {
  methodConfig: [
    {
      name: [{ service: "flinks.gateway.v1.AuthorizationService", method: "CachedAuthorize" }],
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: "0.2s",
        maxBackoff: "2s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
} as const;
