// The time that may delete. A clock that is wrong for a moment must destroy nothing, so retention goes by a time
// that was seen to go by: a jump ahead counts only after the clock has gone on from there for a day, or when the
// operator says that it is right. A jump back counts at once: it deletes less.

import { CLOCK_JUMP_MS, CLOCK_SURE_MS } from '../limits.ts';

/** What is remembered between two looks, through restarts too. Plain data. */
export interface SteadyState {
  /** The latest time that is believed, in ms since 1970. */
  readonly believedMs: number;
  /** A jump that is not believed yet: how long the clock has gone on since. */
  readonly jump: { readonly ranMs: number; readonly lastMs: number } | null;
}

/** A look at the clock. */
export interface Look {
  readonly state: SteadyState;
  /** By this time things are too old or not. Never later than the clock. */
  readonly steadyMs: number;
  /** How far the clock is ahead of what is believed; null: it is believed. */
  readonly aheadMs: number | null;
}

/**
 * Looks at the clock. `ranMs` is how long this process has run since its last look, by a clock that nobody sets;
 * 0 at its first.
 */
export function look(state: SteadyState | undefined, nowMs: number, ranMs: number): Look {
  const believed: Look = {
    state: { believedMs: nowMs, jump: null },
    steadyMs: nowMs,
    aheadMs: null,
  };
  if (!state || nowMs - state.believedMs <= CLOCK_JUMP_MS) return believed;
  const { believedMs, jump } = state;
  // It jumped again meanwhile: from there on it is looked at anew.
  const goesOn = jump !== null && Math.abs(nowMs - jump.lastMs - ranMs) <= CLOCK_JUMP_MS;
  const ran = goesOn ? jump.ranMs + ranMs : 0;
  if (ran >= CLOCK_SURE_MS) return believed;
  return {
    state: { believedMs, jump: { ranMs: ran, lastMs: nowMs } },
    steadyMs: believedMs,
    aheadMs: nowMs - believedMs,
  };
}
