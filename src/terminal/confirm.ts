// Asks before something is deleted for good.

import { readSync } from 'node:fs';
import { EXIT, systemCode, UserError } from '../errors';
import { warn } from '../output';
import { isTerminal } from './terminal';

const AGAIN_MS = 20;

function readLine(): string {
  const bytes = Buffer.alloc(256);
  for (;;) {
    try {
      return bytes.toString('utf8', 0, readSync(0, bytes));
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return '';
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
  }
}

/**
 * Whether the person agrees. `yes` (their `--yes`) answers at once.
 * @throws UserError where there is no terminal to ask on.
 */
export function confirm(question: string, yes: boolean): boolean {
  if (yes) return true;
  if (!isTerminal(0) || !isTerminal(2)) {
    throw new UserError(
      'There is no terminal to ask on. Nothing was deleted; with --yes it is done without asking.',
      EXIT.usage,
    );
  }
  warn(`${question} [y/N] `);
  return /^\s*(y|yes)\s*$/i.test(readLine());
}
