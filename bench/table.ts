// The table of the benchmark: what was measured, what it must reach, and what it reached.

import { statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { BUNDLE, ROOT } from '../test/support/run';
import { PAIRS, type Pair } from './measure';

/** A row of the table: what was measured, what it must reach, what it reached. */
export interface Row {
  readonly what: string;
  readonly must: string;
  readonly reached: string;
  readonly holds: boolean | null;
  readonly figures?: Pair | Record<string, number>;
}

/** Every row, in the order in which it was measured. */
export const rows: Row[] = [];

/** A row about the milliseconds that one command adds to another. */
export function added(what: string, limitMs: number, pair: Pair): void {
  const { ratio, addedMs, first, second } = pair;
  const reached = `${addedMs} ms added (${ratio} ×, ${first.medianMs} against ${second.medianMs} ms)`;
  rows.push({
    what,
    must: `≤ ${limitMs} ms added`,
    reached,
    holds: addedMs <= limitMs,
    figures: pair,
  });
}

/** A row about how many times as long one command takes; without a limit, for comparison. */
export function times(what: string, limit: number | undefined, pair: Pair): void {
  const { ratio, first, second } = pair;
  const reached = `${ratio} × (${first.medianMs} against ${second.medianMs} ms; 95th ${first.p95Ms})`;
  const must = limit === undefined ? 'for comparison' : `≤ ${limit} ×`;
  rows.push({
    what,
    must,
    reached,
    holds: limit === undefined ? null : ratio <= limit,
    figures: pair,
  });
}

/** Prints the table and, if it is whole, writes results.json, whatever they say. */
export function report(isWhole: boolean): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const mark = (holds: boolean | null) => (holds === null ? ' ' : holds ? '✓' : '✗');
  console.log(`\n${machine}, ${date}; medians of ${PAIRS} alternating pairs\n`);
  console.log('|   | measured | must reach | reached |\n| --- | --- | --- | --- |');
  for (const { what, must, reached, holds } of rows) {
    console.log(`| ${mark(holds)} | ${what} | ${must} | ${reached} |`);
  }
  if (!isWhole) return;
  const bytes = statSync(BUNDLE).size;
  const text = JSON.stringify({ machine, date, pairs: PAIRS, bundleBytes: bytes, rows }, null, 2);
  writeFileSync(join(ROOT, 'bench/results.json'), `${text}\n`);
}
