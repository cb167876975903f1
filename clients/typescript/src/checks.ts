// What callers may give. Each check returns the value, or throws an error that names the field and does not show what it
// was given: that may be a secret. Rules about content are the gateway's.

/** Refuses what breaks a rule. */
export function must(holds: boolean, rule: string, Refusal: ErrorConstructor = TypeError): asserts holds {
  if (!holds) {
    throw new Refusal(rule);
  }
}

/** A text that arrives byte for byte. Half of a surrogate pair would silently be sent as another character. */
export function string(field: string, value: unknown): string {
  must(typeof value === "string", `${field} must be a string`);
  must(!/\p{Surrogate}/u.test(value), `${field} must be well-formed Unicode`);
  return value;
}

export function bool(field: string, value: unknown): boolean {
  must(typeof value === "boolean", `${field} must be true or false`);
  return value;
}

export function int32(field: string, value: unknown): number {
  must(typeof value === "number" && value === (value | 0), `${field} must be a whole number of 32 bits`);
  return value;
}

/** One of an enum's values. */
export function oneOf<T extends string>(values: Readonly<Record<T, T>>): (field: string, value: unknown) => T {
  return (field, value) => {
    must(Object.values(values).includes(value), `${field} must be one of ${Object.keys(values).join(", ")}`);
    return value as T;
  };
}

/** One of a sum's alternatives. */
export function kind(...kinds: string[]): <T extends { kind: string }>(field: string, value: T) => T {
  return (field, value) => {
    must(kinds.includes(value?.kind), `${field} must be of the kind ${kinds.join(" or ")}`);
    return value;
  };
}

export function list<T>(field: string, values: unknown, check: (field: string, value: unknown) => T): T[] {
  must(Array.isArray(values), `${field} must be an array`);
  return values.map((value) => check(field, value));
}
