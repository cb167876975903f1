// Every way that Node has to print a value.

import { Console } from "node:console";
import { Session } from "node:inspector";
import { PassThrough } from "node:stream";
import { format, inspect } from "node:util";

const WAYS: ((value: unknown) => unknown)[] = [
  (value) => inspect(value),
  (value) => inspect(value, { depth: Infinity, maxArrayLength: null, maxStringLength: null }),
  (value) => inspect(value, { depth: Infinity, showHidden: true, getters: true }),
  (value) => inspect(value, { depth: Infinity, showHidden: true, customInspect: false }),
  (value) => inspect([[value]], { depth: 1 }),
  (value) => format("%s %o %O %j", value, value, value, value),
  (value) => format(value),
  (value) => JSON.stringify(value),
  (value) => JSON.stringify({ nested: [value] }, null, 2),
  (value) => String(value),
  (value) => `${value}`,
  (value) => JSON.stringify({ ...(value as object) }),
  (value) => JSON.stringify(Object.entries(value as object)),
  (value) => inspect(Object.assign({}, value)),
  (value) => inspect(structuredClone(value), { depth: Infinity }),
  (value) => (value instanceof Error ? value.stack : ""),
  console_,
  debuggers,
];

/** The value in each of the ways. What cannot be printed in one of them shows nothing there. */
export function printed(value: unknown): string[] {
  return WAYS.map((way) => {
    try {
      return String(way(value) ?? "");
    } catch (error) {
      return inspect(error);
    }
  });
}

function console_(value: unknown): string {
  const stream = new PassThrough();
  const console = new Console(stream);
  console.log(value);
  console.log("%s %d %o %O %j", value, value, value, value, value);
  console.error(value);
  console.dir(value, { depth: null, showHidden: true });
  console.table([value]);
  console.group(value);
  return String(stream.read());
}

/** What a debugger shows of a value: its summary, and its properties, private ones too. */
function debuggers(value: unknown): string {
  const session = new Session();
  session.connect();
  const shown: unknown[] = [];
  try {
    (globalThis as Record<string, unknown>)["printed"] = value;
    session.post("Runtime.evaluate", { expression: "printed", generatePreview: true }, (_, answer) => {
      shown.push(answer);
      const { objectId } = answer.result;
      if (objectId) {
        session.post("Runtime.getProperties", { objectId, ownProperties: true, generatePreview: true }, (_, properties) => {
          shown.push(properties);
        });
      }
    });
  } finally {
    session.disconnect();
  }
  return JSON.stringify(shown);
}
