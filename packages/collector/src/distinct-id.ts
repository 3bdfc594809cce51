// What a distinct id is, of whatever a sender gave as one. It is decided here alone: whoever stores an id and
// whoever looks for one later must come to the same text.

import { storable } from './gate/text.ts';
import { DISTINCT_ID_CHARS } from './limits.ts';

/** A distinct id as text, '' for none: numbers and structures are written out, as PostHog does. */
export function distinctIdOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // Cut in the middle of a character, it would not be text again.
  return storable(
    storable(text ?? '')
      .trim()
      .slice(0, DISTINCT_ID_CHARS),
  );
}
