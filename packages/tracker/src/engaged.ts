// How long a page was read: visible, and used within the last minute. No timer runs for it: the time between
// two signs of life counts, up to a minute.

import { IDLE_MS } from './limits.ts';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'wheel', 'touchmove'];

export interface Engaged {
  /** Milliseconds since it was last asked. */
  take(): number;
  /** The page was shown, or another one began. */
  restart(): void;
}

export function makeEngaged(
  listen: (target: EventTarget, type: string, does: () => void) => void,
): Engaged {
  let sumMs = 0;
  let lastMs = performance.now();
  let isShown = document.visibilityState === 'visible';
  const sign = () => {
    const nowMs = performance.now();
    if (isShown) sumMs += Math.min(nowMs - lastMs, IDLE_MS);
    lastMs = nowMs;
    isShown = document.visibilityState === 'visible';
  };
  for (const type of SIGNS) listen(window, type, sign);
  return {
    take() {
      sign();
      const ms = Math.round(sumMs);
      sumMs = 0;
      return ms;
    },
    restart() {
      sumMs = 0;
      sign();
      sumMs = 0;
    },
  };
}
