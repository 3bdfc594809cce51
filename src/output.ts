// Writes to stdout and stderr, at once and completely.
//
// Not through process.stdout: what is written there may be lost by an exit, and setting it up costs
// every command two milliseconds, printed or not.

import { writeSync } from 'node:fs';
import { reason, systemCode, UserError } from './errors';

const AGAIN_MS = 5;

function write(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // A closed pipe (`… | head`) is the reader's choice: no error, and no reason to stop half-way.
      if (systemCode(error) === 'EPIPE') return;
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
  }
}

/**
 * Prints on stdout, as it stands. @throws UserError when it cannot be written (a full disk): a command
 * whose output is not whole has failed, whatever comes after it in a script.
 */
export function print(text: string): void {
  try {
    write(1, text);
  } catch (error) {
    throw new UserError(`The output could not be written: ${reason(error)}.`);
  }
}

/** Prints a line on stdout. @throws UserError as `print` does. */
export function say(text: string): void {
  print(`${text}\n`);
}

/** What JSON leaves as it is, and a terminal may obey: C1 controls, and marks that turn writing round. */
const UNSAFE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A value as JSON that is safe to look at on a terminal, and means the same. */
export function toJson(value: unknown, indent?: number): string {
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(UNSAFE, escaped);
}

/** Prints a value as JSON on stdout. @throws UserError as `print` does. */
export function sayJson(value: unknown): void {
  say(toJson(value, 2));
}

/** Prints on stderr, as it stands. Where that cannot be written, there is nobody to tell. */
export function warn(text: string): void {
  try {
    write(2, text);
  } catch {
    // Nothing is lost but the message.
  }
}
