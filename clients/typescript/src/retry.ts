// Which calls are repeated, and when: only what the service config says.

import type { DescMethod } from "@bufbuild/protobuf";

import type { StatusCode } from "./error.js";
import { serviceConfig } from "./generated/service-config.js";

/**
 * How long to wait before a call is repeated after so many attempts, in milliseconds; undefined where it is not.
 * As gRPC does it: a random time up to a limit that grows.
 */
export function backoffMs(method: DescMethod, attempts: number, code: StatusCode): number | undefined {
  const policy = serviceConfig.methodConfig.find(({ name }) =>
    name.some((named) => named.service === method.parent.typeName && named.method === method.name),
  )?.retryPolicy;
  if (!policy || attempts >= policy.maxAttempts || !policy.retryableStatusCodes.some((retried) => retried === code)) {
    return undefined;
  }
  // Durations are protobuf's, such as `0.2s`.
  const grown = Number.parseFloat(policy.initialBackoff) * policy.backoffMultiplier ** (attempts - 1);
  return Math.random() * Math.min(grown, Number.parseFloat(policy.maxBackoff)) * 1000;
}
