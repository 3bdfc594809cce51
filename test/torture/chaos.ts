// What the tortures share: chance that can be repeated, processes that get killed, and the books.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../support/host';
import { BUNDLE, cleanEnv } from '../support/run';
import type { Arrived, Server } from '../support/server';

/** `npm run torture` is the long form: more projects, each with as many kills. */
export const PROJECTS = Number(process.env.TORTURE_PROJECTS ?? 1);
/** Printed, so that a run can be repeated with `TORTURE_SEED`. The moments of kills still vary. */
export const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 1_000_000);

/** Prints a line of what was measured. */
export function tell(line: string): void {
  process.stdout.write(`torture (seed ${SEED}): ${line}\n`);
}

export interface Chance {
  /** A number from `from` up to `to`. */
  between(from: number, to: number): number;
  pick<T>(values: readonly T[]): T;
}

/** Chance from a seed (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + next() * (to - from),
    pick: (values) => values[Math.floor(next() * values.length)]!,
  };
}

export type Environment = Record<string, string | undefined>;

/** The settings that send to a server of the test's own. How busy the machine is is not asked. */
export const sendTo = (server: Server, more: Environment = {}): Environment => ({
  POSTHOG_API_KEY: 'phc_test',
  POSTHOG_HOST: server.url,
  ONRAMP_ANALYTICS_TIMEOUT_MS: '10000',
  ...more,
});

/** The settings that record for later. */
export const LATER = { ONRAMP_ANALYTICS_SENDER: 'none' };

/** Starts the shim and kills it after some milliseconds, or at a moment. @returns whether it was killed before its end. */
export async function killed(
  host: Host,
  args: readonly string[],
  env: Environment,
  when: number | Promise<void>,
): Promise<boolean> {
  const child = spawn(process.env.TEST_NODE ?? process.execPath, [BUNDLE, ...args], {
    cwd: host.root,
    env: cleanEnv(env),
    stdio: 'ignore',
  });
  const ended = new Promise<boolean>((resolve) =>
    child.on('close', (_status, signal) => resolve(signal === 'SIGKILL')),
  );
  await (typeof when === 'number' ? sleep(when) : when);
  child.kill('SIGKILL');
  return ended;
}

/** The events of the journal. @throws when a line cannot be parsed. */
export function recorded(host: Host): Arrived[] {
  return host
    .records()
    .map((record, index) => {
      if (!record) throw new Error(`line ${index + 1} of the journal cannot be parsed`);
      return record;
    })
    .filter((record) => 'uuid' in record) as unknown as Arrived[];
}

/** The uuids that the journal calls dropped. */
export function dropped(host: Host): Set<string> {
  const outcomes = host.records().filter((record) => record?.outcome === 'dropped');
  return new Set(outcomes.flatMap((outcome) => outcome!.uuids as string[]));
}

/** What a server counted: by uuid, as PostHog and the collector do. Same uuid, same event. */
export function counted(server: Server): Map<string, string> {
  const byUuid = new Map<string, string>();
  for (const event of server.events()) {
    const text = JSON.stringify(event);
    const before = byUuid.get(event.uuid);
    if (before !== undefined && before !== text) {
      throw new Error(`the same uuid came with different content: ${before} ${text}`);
    }
    byUuid.set(event.uuid, text);
  }
  return byUuid;
}
