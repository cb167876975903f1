// The entry for Node: gRPC over HTTP/2.

import { X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http2";
import { createSecureContext, type SecureContextOptions } from "node:tls";

import { Code, ConnectError, decodeBinaryHeader } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import { must } from "./checks.js";
import { Client } from "./client.js";
import { StatusSchema } from "./generated/proto/google/rpc/status_pb.js";
import { checked, type CommonOptions } from "./options.js";

export * from "./api.js";

/** How to connect to a gateway. */
export interface ConnectOptions extends CommonOptions {
  /**
   * PEM of the certificate authorities to trust instead of Node's own, which are told where to look by
   * `NODE_EXTRA_CA_CERTS` and, since Node 22.15, `--use-system-ca`.
   */
  readonly ca?: string | Uint8Array | undefined;
  /** PEM of the client's own certificate and its chain, for mTLS. Needs `privateKey`. */
  readonly certificate?: string | Uint8Array | undefined;
  /** PEM of that certificate's key. */
  readonly privateKey?: string | Uint8Array | undefined;
}

/**
 * Makes a client of the gateway at `host:port`. TLS is the default. Connects with the first call, and again whenever the
 * connection was lost.
 *
 * @throws TypeError or RangeError where address or options are wrong, or contradict each other.
 */
export function connect(address: string, options: ConnectOptions = {}): Client {
  const target = `${options.plaintext ? "http" : "https"}://${address}`;
  const sound = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+):\d{1,5}$/i.test(address) && URL.canParse(target);
  must(sound, "address must be host:port, an IPv6 address in brackets");
  const url = new URL(target);
  const settings = checked(url, options);
  // Rounds may carry images, and go back as large as they came: room for several at once.
  const session = { maxSessionMemory: 256, ...tls(options) };
  const manager = new Sessions(url, { pingIntervalMs: 60_000, pingTimeoutMs: 20_000 }, session);
  const transport = createGrpcTransport({
    baseUrl: url.origin,
    sessionManager: manager,
    acceptCompression: [],
    readMaxBytes: 32 * 1024 * 1024,
  });
  return new Client({ ...settings, transport, userAgent: "user-agent", close: () => manager.abort() });
}

class Sessions extends Http2SessionManager {
  override async request(...call: Parameters<Http2SessionManager["request"]>) {
    // On its own, connect-es would wait for a connection as long as the operating system does.
    const late = () => new ConnectError("no connection within 20 s", Code.Unavailable);
    const timer = setTimeout(() => this.state() === "connecting" && this.abort(late()), 20_000);
    try {
      const stream = await super.request(...call);
      // Before connect-es listens, and on the object that it will be given.
      return stream.on("response", dropGarbledDetails).on("trailers", dropGarbledDetails);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** connect-es reads a call's status from its details, and does not look further where they are garbled. */
function dropGarbledDetails(headers: IncomingHttpHeaders): void {
  const details = "grpc-status-details-bin";
  try {
    decodeBinaryHeader(String(headers[details] ?? ""), StatusSchema);
  } catch {
    delete headers[details];
  }
}

function tls({ plaintext = false, ca, certificate, privateKey }: ConnectOptions) {
  const bare = ca === undefined && certificate === undefined && privateKey === undefined;
  must(bare || !plaintext, "ca, certificate and privateKey are for TLS, which plaintext is without");
  must((certificate === undefined) === (privateKey === undefined), "certificate and privateKey need each other");
  if (plaintext) {
    return {};
  }
  try {
    if (ca !== undefined) {
      new X509Certificate(ca); // OpenSSL takes what is no certificate for no authority at all.
    }
    const context = { ca, cert: certificate, key: privateKey } as SecureContextOptions;
    return { secureContext: createSecureContext(context), rejectUnauthorized: true };
  } catch {
    // OpenSSL's own error might show what it was given.
    throw new TypeError("ca, certificate and privateKey must be PEM, and the key that of the certificate");
  }
}
