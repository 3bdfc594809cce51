// JSON as DuckDB reads it. One text that it cannot read would fail every question about properties,
// so none is written.

/** What JSON.parse takes and DuckDB does not: half a surrogate pair, a number beyond all numbers. */
const SUSPECT = /\\u[dD][89a-fA-F]|[eE]\+?\d{3}|\d{300}/;

/** A JSON object, and its text. */
export interface JsonObject {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const EMPTY: JsonObject = { text: '{}', value: {} };

/** The same JSON object, readable for DuckDB; `{}` when it is no JSON object. */
export function readableJson(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return EMPTY;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return EMPTY;
  if (!SUSPECT.test(text) && text.isWellFormed()) return { text, value: value as never };
  try {
    const readable = wellFormed(value);
    return { text: JSON.stringify(readable), value: readable as never };
  } catch {
    return EMPTY; // too deep for this stack
  }
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key.toWellFormed(), wellFormed(each)]),
  );
}
