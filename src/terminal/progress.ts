// A progress bar, for people who would otherwise wait in front of nothing.

import { warn } from '../output';
import type { Environment } from '../settings';
import { isTerminal, widthOf } from './terminal';

const AFTER_MS = 1_000;
const EVERY_MS = 100;
/** Looking at the clock costs more than a line of the journal. */
const EVERY_BYTES = 256 * 1024;

/** A bar on stderr. `to` tells how far it is; `end` removes it. */
export interface Bar {
  to(done: number): void;
  end(): void;
}

const NONE: Bar = { to: () => {}, end: () => {} };

/**
 * A bar for `total` bytes of work, which shows itself after a second, and only where stderr is a
 * terminal. `isShared` says that the data itself goes to that terminal: then there is none.
 */
export function progressBar(what: string, total: number, env: Environment, isShared = false): Bar {
  if (isShared || total === 0 || !isTerminal(2) || env.TERM === 'dumb') return NONE;
  const startMs = performance.now();
  let shownMs = startMs + AFTER_MS - EVERY_MS;
  let isShown = false;
  let lookAt = 0;
  return {
    to(done) {
      if (done < lookAt) return;
      lookAt = done + EVERY_BYTES;
      const nowMs = performance.now();
      if (nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      isShown = true;
      const share = Math.min(1, done / total);
      const percent = `${Math.floor(share * 100)} %`.padStart(5);
      const room = Math.min(40, widthOf(process.stderr, env) - what.length - percent.length - 6);
      const full = Math.round(share * room);
      warn(`\r${what} [${'#'.repeat(full)}${'.'.repeat(Math.max(0, room - full))}] ${percent}`);
    },
    end() {
      if (isShown) warn('\r\x1b[K');
    },
  };
}
