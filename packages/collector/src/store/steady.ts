// The time that may delete. A clock that is wrong for a moment must destroy nothing, so retention goes by a time
// that was seen to go by: a jump ahead counts only after the clock has gone on from there for a day, or when the
// operator says that it is right. A jump back counts at once: it deletes less.
//
// A collector that was stopped, or whose machine slept, sees the clock ahead as well. As long as the machine has not
// been started anew, how long it has been up says how much time went by, whatever the clock says. After another
// start of the machine nothing says so: then nothing is deleted for a day, without an alarm, if it was off for no
// longer than machines are.

import { CLOCK_JUMP_MS, CLOCK_OFF_MS, CLOCK_SURE_MS } from '../limits.ts';

/** How long the machine has been up, sleep included, by a clock that nobody sets. */
export interface Uptime {
  /** Which start of the machine that counts from; undefined: it does not say. */
  readonly boot: string | undefined;
  readonly upMs: number;
}

/** What is remembered between two looks, through restarts too. Plain data. */
export interface SteadyState {
  /** The latest time that is believed, in ms since 1970. */
  readonly believedMs: number;
  /** A jump that is not believed yet: how long the clock has gone on since. */
  readonly jump: {
    readonly ranMs: number;
    readonly lastMs: number;
    /** It may be that the machine was off meanwhile. */
    readonly mayBeOff?: boolean;
  } | null;
  /** At the last look; missing in what versions before 1.2.0 remembered, and where the machine does not say. */
  readonly uptime?: Uptime;
}

/** A look at the clock. */
export interface Look {
  readonly state: SteadyState;
  /** By this time things are too old or not. Never later than the clock. */
  readonly steadyMs: number;
  /** How far the clock is ahead of what is believed; null: it is believed. */
  readonly aheadMs: number | null;
  /** Whether that is worth an alarm: the machine was not just off for a while. */
  readonly isStrange: boolean;
}

/** How much time went by on the machine between two looks; undefined: it was started anew, or does not say. */
function gone(before: Uptime | undefined, now: Uptime | undefined): number | undefined {
  if (before?.boot === undefined || before.boot !== now?.boot) return undefined;
  return now.upMs >= before.upMs ? now.upMs - before.upMs : undefined;
}

/**
 * Looks at the clock. `ranMs` is how long this process has run since its last look, by a clock that nobody sets;
 * 0 at its first. `uptime` is that of the machine, if it is known.
 */
export function look(
  state: SteadyState | undefined,
  nowMs: number,
  ranMs: number,
  uptime?: Uptime,
): Look {
  const kept = uptime && { uptime };
  const believed: Look = {
    state: { believedMs: nowMs, jump: null, ...kept },
    steadyMs: nowMs,
    aheadMs: null,
    isStrange: false,
  };
  const goneMs = gone(state?.uptime, uptime);
  // What is not believed yet is where the clock was at the last look: time that went by since is no jump.
  const knownMs = Math.max(ranMs, goneMs ?? 0);
  if (!state || nowMs - state.believedMs <= CLOCK_JUMP_MS) return believed;
  const { jump } = state;
  if (!jump && nowMs - state.believedMs - knownMs <= CLOCK_JUMP_MS) return believed;
  // It jumped again meanwhile: from there on it is looked at anew.
  const goesOn = jump !== null && Math.abs(nowMs - jump.lastMs - knownMs) <= CLOCK_JUMP_MS;
  const ran = goesOn ? jump.ranMs + knownMs : 0;
  if (ran >= CLOCK_SURE_MS) return believed;
  const isAnew = ranMs === 0 && goneMs === undefined && nowMs - state.believedMs <= CLOCK_OFF_MS;
  const mayBeOff = goesOn ? jump.mayBeOff === true : isAnew;
  return {
    state: { believedMs: state.believedMs, jump: { ranMs: ran, lastMs: nowMs, mayBeOff }, ...kept },
    steadyMs: state.believedMs,
    aheadMs: nowMs - state.believedMs,
    isStrange: !mayBeOff,
  };
}
