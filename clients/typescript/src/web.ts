// The entry for browsers: gRPC-Web over fetch. It has no import of Node's.

import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { must } from "./checks.js";
import { Client } from "./client.js";
import { checked, type CommonOptions } from "./options.js";

export * from "./api.js";

/** How to connect to a gateway. */
export type ConnectOptions = CommonOptions;

/**
 * Makes a client of the gateway at a URL such as `https://gateway.example`, which must have gRPC-Web switched on for the
 * page's origin. `http:` needs the option `plaintext`. Browsers take care of TLS and of keeping connections alive.
 *
 * @throws TypeError or RangeError where URL or options are wrong, or contradict each other.
 */
export function connect(baseUrl: string, options: ConnectOptions = {}): Client {
  let url: URL;
  try {
    url = new URL(baseUrl); // URL.canParse() is younger than customers' browsers.
  } catch {
    throw new TypeError("baseUrl must be a URL such as https://gateway.example");
  }
  const scheme = options.plaintext ? "http:" : "https:";
  must(url.protocol === scheme, "baseUrl must begin with https://, or with http:// where plaintext is wanted");
  must(!url.username && !url.password && !url.search && !url.hash, "baseUrl must have no user, query or fragment");
  const settings = checked(url, options);
  const transport = createGrpcWebTransport({ baseUrl: url.href });
  return new Client({ ...settings, transport, userAgent: "x-user-agent", close: () => {} });
}
