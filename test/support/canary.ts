// Strings that must not leave, and every disguise in which they might try.

import { createHash } from 'node:crypto';

const HASHES = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const;
const ENCODINGS = ['hex', 'base64', 'base64url'] as const;
/** What programs usually put behind or around a text before they hash it. */
const AROUND = [
  (text: string) => text,
  (text: string) => `${text}\n`,
  (text: string) => text.trim(),
];

/** base64 of a text that stands anywhere inside of a longer one: one form for each offset. */
function insideBase64(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + text)
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last letters depend on the neighbours.
    return encoded.slice(offset === 0 ? 0 : offset + 1, -2);
  });
}

/** Every disguise of a text that is looked for. */
export function disguises(text: string): string[] {
  const found = new Set<string>(insideBase64(text));
  const spellings = [text, text.toLowerCase(), text.toUpperCase()];
  for (const spelling of spellings) {
    found.add(spelling);
    found.add(encodeURIComponent(spelling));
    found.add(JSON.stringify(spelling).slice(1, -1));
    found.add([...spelling].reverse().join(''));
    for (const encoding of ENCODINGS) found.add(Buffer.from(spelling).toString(encoding));
    for (const around of AROUND) {
      for (const hash of HASHES) {
        const digest = createHash(hash).update(around(spelling)).digest();
        for (const encoding of ENCODINGS) found.add(digest.toString(encoding).replace(/=+$/, ''));
        // A hash is often cut short, or made to look like a UUID.
        const hex = digest.toString('hex');
        found.add(hex.slice(0, 12));
        found.add(hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
      }
    }
  }
  return [...found];
}

/** The canaries of which any disguise is in `bytes`, with the disguise. */
export function leaks(bytes: Buffer, canaries: readonly string[]): string[] {
  const text = bytes.toString('latin1');
  const lower = text.toLowerCase();
  return canaries.flatMap((canary) =>
    disguises(canary)
      .filter((disguise) => {
        const wanted = Buffer.from(disguise).toString('latin1');
        return text.includes(wanted) || lower.includes(wanted.toLowerCase());
      })
      .map((disguise) => `${canary} as ${disguise}`),
  );
}
