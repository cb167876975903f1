// What values refuse, and that they do not print what they refuse.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as flinks from "flinks-gateway-client";
import * as web from "flinks-gateway-client/web";

// As a program in JavaScript sees it, which no compiler corrects.
const untyped: Record<"Answer" | "AuthorizeRequest" | "Credentials" | "LoginId" | "CachedAuthorizeRequest", any> = flinks;
const subject = new flinks.Credentials({ institution: "FlinksCapital", username: "Greatday", password: "Everyday" });

for (const [what, make] of Object.entries({
  "a password that is a number": () => new untyped.Credentials({ institution: "", username: "", password: 1234 }),
  "a password that UTF-8 cannot carry": () => new flinks.Credentials({ institution: "", username: "", password: "1234\ud800" }),
  "no password": () => new untyped.Credentials({ institution: "", username: "" }),
  "a LoginId that is a number": () => new untyped.LoginId(1234),
  "no word on saving": () => new untyped.AuthorizeRequest({ subject }),
  "a word on saving that is no boolean": () => new untyped.AuthorizeRequest({ subject, save: "1234" }),
  "no subject": () => new untyped.AuthorizeRequest({ save: true }),
  "credentials that would print": () => new untyped.AuthorizeRequest({ subject: { password: "1234" }, save: true }),
  "another language": () => new untyped.AuthorizeRequest({ subject, save: true, language: "1234" }),
  "choices that are one": () => untyped.Answer.choices("1", "1234"),
  "half an image": () => flinks.Answer.imageIndex("1", 1234.5),
  "a way of delivery": () => untyped.Answer.codeDelivery("1", "1234", "FAX"),
})) {
  test(`${what} is refused and not shown`, () => {
    assert.throws(make, (error: unknown) => error instanceof TypeError && !/1234/.test(`${error.stack?.split("\n")[0]}`));
  });
}

test("values cannot be changed, and do not take their secrets along", () => {
  assert.throws(() => Object.assign(subject, { institution: "other" }), TypeError);
  assert.deepEqual(Object.keys({ ...subject }), ["kind", "institution"]);
  assert.equal(subject.password, "Everyday");
});

test("a client of the web refuses what a client of Node refuses", () => {
  for (const url of ["http://gateway.example", "http://127.0.0.1:1", "gateway.example:443", "https://user:canary@gateway.example"]) {
    assert.throws(() => web.connect(url), /^TypeError: (?!.*canary)/, url);
  }
  for (const url of ["https://gateway.example", "http://gateway.example", "http://127.0.0.1.gateway.example"]) {
    assert.throws(() => web.connect(url, { plaintext: true }), TypeError, url);
  }
  web.connect("https://gateway.example/below");
  web.connect("http://[::1]:1", { plaintext: true });
});

test("addresses, times and keys are checked before anything is connected", () => {
  for (const address of ["", "localhost", "localhost:", "::1:1", "http://localhost:1", "user@localhost:1", "localhost:99999", "a/b:1"]) {
    assert.throws(() => flinks.connect(address, { plaintext: true }), TypeError, address);
  }
  for (const liveTimeoutMs of [0, -1, Number.NaN]) {
    assert.throws(() => flinks.connect("localhost:1", { liveTimeoutMs }), RangeError);
  }
  assert.throws(() => flinks.connect("localhost:1", { ca: "1234" }), TypeError);
  assert.throws(() => flinks.connect("localhost:1", { certificate: "1234", privateKey: "canary" }), /^TypeError: (?!.*canary)/);
});
