// The table of the benchmark: what was measured, what it must reach, and what it reached.

import { execFileSync } from 'node:child_process';
import { readlinkSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, type } from 'node:os';
import { join } from 'node:path';
import { BUNDLE, ROOT } from '../test/support/run';
import { PAIRS, type Pair } from './measure';

/** What a row is about. README shows the worst row of some of these. */
export type About = 'off' | 'on' | 'loop' | 'large' | 'track' | 'commands' | 'memory' | 'others';

/** A row of the table: what was measured, what it must reach, what it reached. */
export interface Row {
  readonly about: About;
  readonly what: string;
  readonly must: string;
  readonly reached: string;
  /** Null: nothing was asked, or it could not be measured. */
  readonly holds: boolean | null;
  /** How much of what is allowed was needed: above 1 it does not hold. The docs begin with the worst. */
  readonly used?: number;
  readonly figures?: Pair | Readonly<Record<string, number>>;
}

/** Every row, in the order in which it was measured. */
export const rows: Row[] = [];

const hundredths = (value: number) => Math.round(value * 100) / 100;

/** A row about the milliseconds that one command adds to another. */
export function added(about: About, what: string, limitMs: number, pair: Pair): void {
  const { ratio, addedMs, first, second } = pair;
  rows.push({
    about,
    what,
    must: `≤ ${limitMs} ms added`,
    reached: `${addedMs} ms added (${first.medianMs} against ${second.medianMs} ms, ${ratio} ×; 95th ${first.p95Ms} against ${second.p95Ms})`,
    holds: addedMs <= limitMs,
    used: hundredths(addedMs / limitMs),
    figures: pair,
  });
}

/** A row about how many times as long one command takes; without a limit, for comparison. */
export function times(about: About, what: string, limit: number | undefined, pair: Pair): void {
  const { ratio, first, second } = pair;
  rows.push({
    about,
    what,
    must: limit === undefined ? 'for comparison' : `≤ ${limit} ×`,
    reached: `${ratio} × (${first.medianMs} against ${second.medianMs} ms; 95th ${first.p95Ms} against ${second.p95Ms})`,
    holds: limit === undefined ? null : ratio <= limit,
    ...(limit !== undefined && { used: hundredths(ratio / limit) }),
    figures: pair,
  });
}

/** A row about something that could not be measured here, and why. */
export function unmeasured(about: About, what: string, must: string, why: string): void {
  rows.push({ about, what, must, reached: `not measured: ${why}`, holds: null });
}

function firstLine(command: string, ...words: string[]): string {
  try {
    return execFileSync(command, words, { encoding: 'utf8' }).split('\n', 1)[0]!.trim();
  } catch {
    return `no ${command}`;
  }
}

function shell(): string {
  try {
    return readlinkSync('/bin/sh');
  } catch {
    return '/bin/sh';
  }
}

const load = () => hundredths(loadavg()[0]!);
const loadBefore = load();

/** Where, and under which circumstances, everything was measured. */
const conditions = () => [
  `${type()} ${release()}, ${firstLine('make', '--version')}, sh is ${shell()}, Node ${process.version}`,
  'the environment, unless a row says another: PATH, HOME, LC_ALL and PWD, an API key and the address of a server; NODE_EXTRA_CA_CERTS is not set',
  `load before the first measurement: ${loadBefore}`,
];

/** Prints the table and, if it is whole, writes results.json, whatever they say. */
export function report(isWhole: boolean): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const mark = (holds: boolean | null) => (holds === null ? ' ' : holds ? '✓' : '✗');
  console.log(`\n${machine}, ${date}; medians of ${PAIRS} alternating pairs`);
  for (const condition of conditions()) console.log(`- ${condition}`);
  console.log('\n|   | measured | must reach | reached |\n| --- | --- | --- | --- |');
  for (const { what, must, reached, holds } of rows) {
    console.log(`| ${mark(holds)} | ${what} | ${must} | ${reached} |`);
  }
  if (!isWhole) return;
  const bytes = statSync(BUNDLE).size;
  const all = { machine, date, pairs: PAIRS, conditions: conditions(), bundleBytes: bytes, rows };
  writeFileSync(join(ROOT, 'bench/results.json'), `${JSON.stringify(all, null, 2)}\n`);
}
