// What the conformance suite cannot see from outside, over real sockets: the stubs' own service answers.

import assert from "node:assert/strict";
import * as http2 from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";

import { type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import * as flinks from "flinks-gateway-client";
import { AuthorizationService } from "flinks-gateway-client/stubs";

const request = new flinks.AuthorizeRequest({ subject: new flinks.LoginId("canary"), save: true });
const cached = new flinks.CachedAuthorizeRequest({ loginId: "canary" });
const session = { outcome: { case: "session", value: { requestId: "session" } } } as const;
const hangs = () => new Promise<never>(() => {});

let authorize: () => Promise<object>;
let seen: Headers[] = [];
const server = http2.createServer(
  connectNodeAdapter({
    routes(router: ConnectRouter) {
      router.service(AuthorizationService, {
        authorize: (_, { requestHeader }) => (seen.push(requestHeader), authorize()),
        cachedAuthorize: async (_, { requestHeader }) => (seen.push(requestHeader), session),
        answerChallenges: async (_, { requestHeader }) => (seen.push(requestHeader), session),
      });
    },
  }),
);
const sessions = new Set<http2.ServerHttp2Session>();
server.on("session", (opened: http2.ServerHttp2Session) => sessions.add(opened));
let address: string;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  sessions.forEach((opened) => opened.destroy());
  server.close();
});

function round(expiresInMs: number) {
  const at = Date.now() + expiresInMs;
  const expireTime = { seconds: BigInt(Math.floor(at / 1000)), nanos: (at % 1000) * 1e6 };
  const value = { continuation: "canary", requestId: "session", challenges: [{ id: "1" }], round: 1, expireTime };
  return async () => ({ outcome: { case: "challengeRound", value } });
}

async function using(options: flinks.CommonOptions, act: (client: flinks.Client) => Promise<void>): Promise<void> {
  const client = flinks.connect(address, { plaintext: true, ...options });
  seen = [];
  try {
    await act(client);
  } finally {
    client.close();
  }
}

const failsWith = (expected: Partial<flinks.GatewayError>) => (error: unknown) => {
  assert.ok(error instanceof flinks.GatewayError);
  assert.deepEqual({ ...error, ...expected }, { ...error });
  return true;
};

test("a token is asked for before each call", async () => {
  let tokens = 0;
  await using({ bearerToken: async () => `token-${++tokens}` }, async (client) => {
    await client.cachedAuthorize(cached);
    await client.cachedAuthorize(cached);
  });
  assert.deepEqual(seen.map((headers) => headers.get("authorization")), ["Bearer token-1", "Bearer token-2"]);
});

test("what a token's function throws is thrown, and nothing is sent", async () => {
  const failure = new Error("no token today");
  await using({ bearerToken: () => Promise.reject(failure) }, async (client) => {
    await assert.rejects(client.authorize(request), (error) => error === failure);
  });
  assert.equal(seen.length, 0);
});

test("a token that no header can carry is not shown", async () => {
  assert.throws(() => flinks.connect(address, { plaintext: true, bearerToken: "canary\n" }), /^TypeError: (?!.*canary)/);
  await using({ bearerToken: () => "canary\n" }, async (client) => {
    await assert.rejects(client.authorize(request), /^TypeError: (?!.*canary)/);
  });
});

test("a deadline ends the wait for a token", async () => {
  await using({ bearerToken: hangs }, async (client) => {
    await assert.rejects(client.authorize(request, { timeoutMs: 50 }), failsWith({ code: "DEADLINE_EXCEEDED" }));
  });
});

test("nothing is sent when the deadline has passed, or the call was cancelled, before it began", async () => {
  await using({}, async (client) => {
    await assert.rejects(client.authorize(request, { timeoutMs: 0 }), failsWith({ code: "DEADLINE_EXCEEDED" }));
    const signal = AbortSignal.abort(new Error("canary"));
    await assert.rejects(client.authorize(request, { signal }), failsWith({ code: "CANCELLED" }));
  });
  assert.equal(seen.length, 0);
});

test("an answerer is interrupted when its round expires", async () => {
  authorize = round(100);
  let interrupted = false;
  await using({}, async (client) => {
    const slow: flinks.Answerer = (_, { signal }) => {
      signal.addEventListener("abort", () => (interrupted = true));
      return hangs();
    };
    await assert.rejects(client.signIn(request, slow), failsWith({ code: "NOT_FOUND", reason: "SESSION_EXPIRED", requestId: "session" }));
  });
  assert.ok(interrupted);
  assert.equal(seen.length, 1);
});

test("answers that come late are not sent, though the answerer kept the process from noticing", async () => {
  authorize = round(30);
  const busy: flinks.Answerer = (round) => {
    while (Date.now() <= round.expireTime.getTime());
    return [];
  };
  await using({}, async (client) => {
    await assert.rejects(client.signIn(request, busy), failsWith({ reason: "SESSION_EXPIRED" }));
  });
  assert.equal(seen.length, 1);
});

test("an answerer is interrupted when the sign-in is cancelled", async () => {
  authorize = round(60_000);
  const cancelling = new AbortController();
  await using({}, async (client) => {
    const slow: flinks.Answerer = () => (cancelling.abort(), hangs());
    await assert.rejects(client.signIn(request, slow, cancelling), failsWith({ code: "CANCELLED" }));
  });
});

test("what an answerer throws is thrown unchanged", async () => {
  authorize = round(60_000);
  const failure = new Error("the customer went away");
  await using({}, async (client) => {
    await assert.rejects(client.signIn(request, () => Promise.reject(failure)), (error) => error === failure);
  });
});

test("closing a client ends its calls, and those that come after", async () => {
  authorize = hangs;
  await using({}, async (client) => {
    const call = client.authorize(request, { timeoutMs: 2000 });
    setTimeout(() => client.close(), 50);
    await assert.rejects(call, failsWith({ code: "CANCELLED" }));
    await assert.rejects(client.authorize(request), failsWith({ code: "CANCELLED" }));
  });
});

test("a connection that is lost is not a cancellation, and a live call is not sent again", async () => {
  authorize = async () => (sessions.forEach((opened) => opened.destroy()), session);
  await using({}, async (client) => {
    await assert.rejects(client.authorize(request), failsWith({ code: "UNAVAILABLE", retryable: false }));
    assert.equal(seen.length, 1);
    await client.cachedAuthorize(cached);
  });
});

test("a call that was under way at GOAWAY ends well, and the next one connects again", async () => {
  authorize = async () => (sessions.forEach((opened) => opened.destroyed || opened.goaway()), session);
  const before = sessions.size;
  await using({}, async (client) => {
    await client.authorize(request);
    await client.authorize(request);
  });
  assert.equal(sessions.size - before, 2);
});

test("calls at once share a connection", async () => {
  authorize = async () => session;
  const before = sessions.size;
  await using({}, async (client) => {
    await Promise.all(Array.from({ length: 50 }, () => client.authorize(request)));
  });
  assert.equal(sessions.size - before, 1);
});

test("large continuations go both ways at once", async () => {
  const image = { content: new Uint8Array(6 << 20), mediaType: "image/png" };
  const kind = { case: "imageSelection", value: { images: [image] } };
  authorize = async () => ({ outcome: { case: "challengeRound", value: { challenges: [{ id: "1", kind }] } } });
  await using({}, async (client) => {
    const calls = Array.from({ length: 4 }, async () => {
      await client.authorize(request);
      await client.answer("x".repeat(11 << 20), []);
    });
    await Promise.all(calls);
  });
});

test("a server that accepts and says nothing does not outlast the deadline", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const client = flinks.connect(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
  await assert.rejects(client.authorize(request, { timeoutMs: 100 }), failsWith({ code: "DEADLINE_EXCEEDED" }));
  client.close();
  sockets.forEach((socket) => socket.destroy());
  silent.close();
});
