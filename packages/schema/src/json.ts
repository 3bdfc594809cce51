// What JSON is made of.

/** An object of JSON: neither a list nor null. */
export type Json = Record<string, unknown>;

/** Is this a JSON object? */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
