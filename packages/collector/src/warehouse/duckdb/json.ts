// JSON as DuckDB reads it. One text that it cannot read would fail every question about properties,
// so none is written.

/** What JSON.parse takes and DuckDB does not: half a surrogate pair, a number beyond all numbers. */
const SUSPECT = /\\u[dD][89a-fA-F]|[eE]\+?\d{3}|\d{300}/;

/** The same JSON object, readable for DuckDB; `{}` when it is no JSON object. */
export function readableJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '{}';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '{}';
  if (!SUSPECT.test(text) && text.isWellFormed()) return text;
  try {
    return JSON.stringify(wellFormed(value));
  } catch {
    return '{}'; // too deep for this stack
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
