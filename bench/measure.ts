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
const PAUSE_MS = 250;

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

const round = (value: number) => Math.round(value * 100) / 100;

const times = (values: readonly number[]): Times => ({
  medianMs: round(quantile(values, 0.5)),
  p95Ms: round(quantile(values, 0.95)),
});

async function timeOnce({ command, cwd, env, before }: Timed): Promise<number> {
  before?.();
  await pause(PAUSE_MS);
  const [program, ...args] = command;
  const startMs = performance.now();
  // An interactive shell says where it is; without that, make's tracking has more to put right.
  const whole = cleanEnv({ PWD: cwd, ...env });
  const { error } = spawnSync(program!, args, { cwd, env: whole, stdio: 'ignore' });
  if (error) throw error;
  return performance.now() - startMs;
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
  return {
    pairs: PAIRS,
    ratio: round(
      quantile(
        a.map((value, index) => value / b[index]!),
        0.5,
      ),
    ),
    addedMs: round(
      quantile(
        a.map((value, index) => value - b[index]!),
        0.5,
      ),
    ),
    first: times(a),
    second: times(b),
  };
}
