// Values that carry secrets, and cannot print them.
//
// A secret is never data of its object: it lives in the closure of an accessor that is not enumerable. Whatever walks
// over an object (console.log, JSON.stringify, Object.entries, a spread, structuredClone, a debugger's summary) does
// not come upon it. Where printing can be taken in hand, the field is shown as `[redacted]`.

const REDACTED = "[redacted]";

/** Node's console.log and util.inspect ask for this; a symbol from the registry, so that browsers need no Node. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

type Inspect = (value: unknown, options: object) => string;

/** A value that prints its secrets as `[redacted]`. Reading a field gives the secret itself. */
export abstract class Redacting {
  /** The fields that may be seen; `[redacted]` for those that may not. For `JSON.stringify`. */
  toJSON(): object {
    const secret = Object.entries(Object.getOwnPropertyDescriptors(this)).filter(([, { get }]) => get);
    return { ...this, ...Object.fromEntries(secret.map(([name]) => [name, REDACTED])) };
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect: Inspect): string {
    const name = (this as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "Object";
    return depth < 0 ? `[${name}]` : `${name} ${inspect(this.toJSON(), options)}`;
  }
}

/** Adds secrets to a value, as the last thing done to it: it cannot change any more. */
export function hide<T extends Redacting>(value: T, name: string, secrets: object): T {
  for (const [field, secret] of Object.entries(secrets)) {
    Object.defineProperty(value, field, { get: () => secret });
  }
  Object.defineProperty(value, Symbol.toStringTag, { value: name });
  return Object.freeze(value);
}

class Plain extends Redacting {}

/** A value of some fields that are secret and some that are not. */
export function redacting<Secrets extends object, const Shown extends object>(
  name: string,
  secrets: Secrets,
  shown: Shown,
): Secrets & Shown {
  return hide(Object.assign(new Plain(), shown), name, secrets) as unknown as Secrets & Shown;
}
