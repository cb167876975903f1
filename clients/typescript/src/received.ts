// What the contract's own types do not cover: times, and any JSON.

import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Rounded down: a Date has milliseconds. */
export function date({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6));
}

/** For a time that is always set: without it nothing expires here, and the gateway judges. */
export function endOfTime(): Date {
  return new Date(8.64e15);
}
