// Serves the page from two origins of which the gateway lets in one, opens both, and compares what they show. Then
// counts how often a sign-in is sent whose connection is lost.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, createServer as createProxy } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { build } from "esbuild";
import { chromium } from "playwright-core";

const [dir, gatewayProgram, executablePath] = process.argv.slice(2);
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"];
// Playwright's own flag, which also keeps pages from opening connections in advance.
const UNWANTED = ["--disable-background-networking"];
const EXPECTED = `FlinksCapital asked 1
session at FlinksCapital
session from cache
INVALID_ARGUMENT, CREDENTIALS_REJECTED, CORRECT_CREDENTIALS, INVALID_PASSWORD, with its id
`;
const REFUSED = "UNAVAILABLE, OUTCOME_UNKNOWN, CHECK_OUTCOME, no FlinksCode, without an id\n".repeat(2);

// The page's own folder is in the project that has the package installed, not in this one.
const project = `${dir}/project`;
const html = await readFile(`${project}/browser/page.html`);
const bundled = await build({
  entryPoints: [`${project}/browser/page.ts`],
  bundle: true,
  write: false,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  logLevel: "error",
});
const script = bundled.outputFiles[0].contents;

async function serve() {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function startGateway(origins) {
  const gateway = spawn(gatewayProgram, ["serve", "--sandbox", "--listen", "127.0.0.1:0"], {
    env: { ...process.env, FLINKS_GATEWAY_GRPC_WEB_ORIGINS: origins, FLINKS_GATEWAY_LOG_FORMAT: "json" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  process.once("exit", () => gateway.kill());
  for await (const line of createInterface(gateway.stderr)) {
    const { message, address } = JSON.parse(line);
    if (message === "serving") {
      gateway.stderr.resume();
      return { gateway, address };
    }
  }
  throw new Error("the gateway ended before it listened");
}

/** Passes on what comes, and counts the sign-ins; once they are `cut`, their connection is reset a second later. */
async function startProxy(address) {
  const seen = { cut: false, opened: 0, posts: 0 };
  const proxy = createProxy((page) => {
    seen.opened++;
    const gateway = connect(Number(address.split(":")[1]), "127.0.0.1");
    for (const socket of [page, gateway]) {
      socket.on("error", () => {});
    }
    page.on("data", (data) => {
      if (seen.cut && data.toString("latin1").startsWith("POST ")) {
        seen.posts++;
        setTimeout(() => page.resetAndDestroy(), 1000);
      }
    });
    page.pipe(gateway).pipe(page);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return { proxy, seen, url: `http://127.0.0.1:${proxy.address().port}` };
}

/** Has a page open a connection in advance and send a sign-in that loses it: how many of both there were. */
async function cut(page, { seen, url }) {
  const before = seen.opened;
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement("link"), { rel: "preconnect", crossOrigin: "anonymous", href });
    document.head.append(link);
  }, url);
  while (seen.opened === before) {
    await sleep(10);
  }
  seen.cut = true;
  assert.equal(await page.evaluate("slow()"), "UNAVAILABLE");
  return { opened: seen.opened - before, posts: seen.posts };
}

async function open(browser, url) {
  const page = await browser.newPage();
  // What developer tools are told of each value in the console, and what they show of its properties.
  const console = [];
  const devtools = await browser.newCDPSession(page);
  await devtools.send("Runtime.enable");
  devtools.on("Runtime.consoleAPICalled", ({ args }) => console.push(args));
  const failures = [];
  page.on("pageerror", (error) => failures.push(error));
  await page.goto(url);
  await page.waitForSelector("body[data-done=yes]", { timeout: 30_000 }).catch((error) => failures.push(error));
  assert.deepEqual(failures, []);
  for (const { objectId } of console.flat().filter((value) => value.objectId)) {
    console.push(await devtools.send("Runtime.getProperties", { objectId, ownProperties: true, generatePreview: true }));
  }
  const printed = JSON.stringify(console);
  const secrets = await page.evaluate("secrets");
  assert.deepEqual(secrets.filter((secret) => printed.includes(secret)), []);
  return { page, shown: await page.textContent("#shown"), printed, secrets };
}

const allowed = await serve();
const other = await serve();
const { gateway, address } = await startGateway(allowed.origin);
const proxied = await startProxy(address);
// No incognito window: those open no connections in advance.
const browser = await chromium.launchPersistentContext("", {
  executablePath,
  headless: true,
  chromiumSandbox: false,
  args: FLAGS,
  ignoreDefaultArgs: UNWANTED,
});
try {
  const { page, shown, printed, secrets } = await open(browser, `${allowed.origin}/?gateway=${proxied.url}`);
  assert.equal(shown, EXPECTED);
  assert.ok(printed.includes("challengeRound") && secrets.length > 4, "the console was not looked at");
  assert.deepEqual(await cut(page, proxied), { opened: 1, posts: 1 });
  const refused = await open(browser, `${other.origin}/?gateway=http://${address}`);
  assert.equal(refused.shown, REFUSED);
  console.log(`a page of ${Math.ceil(script.length / 1024)} KiB signed in; one of another origin was refused; none was sent twice`);
} finally {
  await browser.close();
  allowed.server.close();
  other.server.close();
  proxied.proxy.close();
  gateway.kill();
}
