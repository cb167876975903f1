// What connecting to a gateway takes, on every platform, and what is refused before anything is connected.

import { must } from "./checks.js";

/** How to call a gateway. */
export interface CommonOptions {
  /**
   * Sent as `authorization: Bearer …` with each call: a token, or a function that gives one. The function is asked
   * before each call, so that tokens can rotate; what it throws ends the call, unchanged.
   */
  readonly bearerToken?: string | (() => string | Promise<string>) | undefined;
  /** No TLS. Only to a loopback address: `localhost`, `127.0.0.0/8`, `::1`. */
  readonly plaintext?: boolean | undefined;
  /** Lets `plaintext` go to any address; for a mesh that encrypts on its own. */
  readonly dangerouslyAllowPlaintextBeyondLoopback?: boolean | undefined;
  /** Deadline of `authorize` and `answer`, each, in milliseconds: 250 s unless said otherwise, which the gateway keeps within. */
  readonly liveTimeoutMs?: number | undefined;
  /** Deadline of `cachedAuthorize` in milliseconds: 35 s unless said otherwise. */
  readonly cachedTimeoutMs?: number | undefined;
}

/** What a client calls with, whatever the platform: its options, checked for a URL that is connected to. */
export function checked(url: URL, options: CommonOptions) {
  const { plaintext = false, dangerouslyAllowPlaintextBeyondLoopback: beyond = false, bearerToken } = options;
  must(plaintext || !beyond, "dangerouslyAllowPlaintextBeyondLoopback needs plaintext");
  must(
    !plaintext || beyond || isLoopback(url.hostname),
    "plaintext is for loopback addresses only: elsewhere anyone on the way reads the passwords",
  );
  if (typeof bearerToken !== "function") {
    authorization(bearerToken);
  }
  return {
    authorization: async () => authorization(typeof bearerToken === "function" ? await bearerToken() : bearerToken),
    liveTimeoutMs: timeout("liveTimeoutMs", options.liveTimeoutMs ?? 250_000),
    cachedTimeoutMs: timeout("cachedTimeoutMs", options.cachedTimeoutMs ?? 35_000),
  };
}

/** Whether a URL's host name can only be this machine. URLs spell addresses in one way, so nothing else slips through. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The header of a token, or none. Its own error would show what it cannot carry. */
function authorization(token: unknown): Record<string, string> {
  if (token === undefined) {
    return {};
  }
  const sound = typeof token === "string" && /^[\x21-\x7e]+$/.test(token);
  must(sound, "bearerToken must be of visible ASCII characters, or a function that gives such a string");
  return { authorization: `Bearer ${token}` };
}

function timeout(name: string, value: number): number {
  must(value > 0, `${name} must be above 0`, RangeError);
  return milliseconds(name, value);
}

/** A time that timers, and gRPC's eight digits, can hold. */
export function milliseconds(name: string, value: number): number {
  must(typeof value === "number" && !Number.isNaN(value), `${name} must be a number of milliseconds`, RangeError);
  return Math.min(Math.ceil(value), 99_999_999);
}
