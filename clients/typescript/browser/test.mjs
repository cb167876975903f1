// Serves the page from two origins of which the gateway lets in one, opens both, and compares what they show.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import { build } from "esbuild";
import { chromium } from "playwright-core";

const [dir, gatewayProgram, executablePath] = process.argv.slice(2);
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const MORE_FLAGS = ["--disable-component-update", "--disable-sync"];
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

async function open(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  // What developer tools are told of each value in the console, and what they show of its properties.
  const console = [];
  const devtools = await context.newCDPSession(page);
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
  return { shown: await page.textContent("#shown"), printed, secrets };
}

const allowed = await serve();
const other = await serve();
const { gateway, address } = await startGateway(allowed.origin);
const browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: [...FLAGS, ...MORE_FLAGS] });
try {
  const page = await open(browser, `${allowed.origin}/?gateway=http://${address}`);
  assert.equal(page.shown, EXPECTED);
  assert.ok(page.printed.includes("challengeRound") && page.secrets.length > 4, "the console was not looked at");
  const refused = await open(browser, `${other.origin}/?gateway=http://${address}`);
  assert.equal(refused.shown, REFUSED);
  console.log(`a page of ${Math.ceil(script.length / 1024)} KiB signed in; one of another origin was refused`);
} finally {
  await browser.close();
  allowed.server.close();
  other.server.close();
  gateway.kill();
}
