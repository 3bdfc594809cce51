// The properties of an event: a flat object of texts, finite numbers, booleans and dates. Anything else is left out.

import { KEY_LETTERS, KEYS, TEXT_LETTERS } from './limits.ts';

export function flat(data: unknown): Record<string, unknown> | undefined {
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(data ?? {})) {
    const plain = value instanceof Date ? value.toJSON() : value;
    const text = typeof plain === 'string';
    if (kept.length < KEYS && (text || Number.isFinite(plain) || typeof plain === 'boolean')) {
      kept.push([key.slice(0, KEY_LETTERS), text ? plain.slice(0, TEXT_LETTERS) : plain]);
    }
  }
  return kept[0] && Object.fromEntries(kept);
}
