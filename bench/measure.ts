// Times whole processes in pairs: A B A B …, with a pause between, so that a machine whose speed
// drifts slows both alike, and so that what runs on in the background does not fight for the cores.

import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanEnv } from '../test/support/run';

/** A command to time. `before` runs first, and is not counted. */
export interface Timed {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
  readonly before?: () => void;
  /** How long to wait first, for what an earlier one may have left running. */
  readonly pauseMs?: number;
}

/** The times of one command, in milliseconds. */
export interface Times {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Two commands compared. `addedMs` and `ratio` are medians over the pairs. */
export interface Pair {
  readonly pairs: number;
  readonly ratio: number;
  readonly addedMs: number;
  readonly first: Times;
  readonly second: Times;
}

export const PAIRS = Number(process.env.BENCH_PAIRS ?? 30);
const PAUSE_MS = 200;
/** After `before`, which may write a lot. */
const SETTLE_MS = 50;

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export const round = (value: number) => Math.round(value * 100) / 100;

export const times = (values: readonly number[]): Times => ({
  medianMs: round(quantile(values, 0.5)),
  p95Ms: round(quantile(values, 0.95)),
});

/** Runs a command to its end, and times it. */
export function timeNow({ command, cwd, env }: Timed): number {
  const [program, ...args] = command;
  // An interactive shell says where it is; without that, make's tracking has more to put right.
  const whole = cleanEnv({ PWD: cwd, ...env });
  const startMs = performance.now();
  const { error, status } = spawnSync(program!, args, { cwd, env: whole, stdio: 'ignore' });
  const wallMs = performance.now() - startMs;
  if (error) throw error;
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}`);
  return wallMs;
}

async function timeOnce(timed: Timed): Promise<number> {
  await pause(timed.pauseMs ?? PAUSE_MS);
  timed.before?.();
  await pause(SETTLE_MS);
  return timeNow(timed);
}

/** Times `first` and `second` alternately, after one run of each that does not count. */
export async function compare(first: Timed, second: Timed): Promise<Pair> {
  await timeOnce(first);
  await timeOnce(second);
  const a: number[] = [];
  const b: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    a.push(await timeOnce(first));
    b.push(await timeOnce(second));
  }
  const over = (of: (value: number, other: number) => number) =>
    round(
      quantile(
        a.map((value, index) => of(value, b[index]!)),
        0.5,
      ),
    );
  return {
    pairs: PAIRS,
    ratio: over((value, other) => value / other),
    addedMs: over((value, other) => value - other),
    first: times(a),
    second: times(b),
  };
}
