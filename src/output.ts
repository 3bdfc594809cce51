// Writes to stdout and stderr, at once and completely.
//
// Not through process.stdout: what is written there may be lost by an exit, and setting it up costs
// every command two milliseconds, printed or not.

import { writeSync } from 'node:fs';
import { systemCode } from './errors';

const AGAIN_MS = 5;

function write(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // A closed pipe (`… | head`) is the reader's choice: no error, and no reason to stop half-way.
      if (systemCode(error) !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
  }
}

/** Prints on stdout, as it stands. */
export function print(text: string): void {
  write(1, text);
}

/** Prints a line on stdout. */
export function say(text: string): void {
  write(1, `${text}\n`);
}

/** Prints a value as JSON on stdout. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Prints on stderr, as it stands. */
export function warn(text: string): void {
  write(2, text);
}
