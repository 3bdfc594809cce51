// What a person waits for who looks at a long record: 200,000 events. Prints a table.

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { hasBrowser } from '../test/support/browser';
import { makeHost } from '../test/support/host';
import { writeJournal } from '../test/support/journal';
import { BUNDLE, cleanEnv, ROOT } from '../test/support/run';
import { quantile } from './measure';
import { openedMs } from './opened';

const NODE = process.execPath;
const RUNS = Number(process.env.BENCH_RUNS ?? 7);
const EVENTS = { delivered: 190_000, dropped: 500, local: 4_500, waiting: 5_000 } as const;
const SMALL = { delivered: 1_900, dropped: 5, local: 45, waiting: 50 } as const;

interface Row {
  readonly what: string;
  readonly must: string;
  readonly reached: string;
  readonly holds: boolean;
}

function wallMs(args: readonly string[], cwd: string): number {
  const startMs = performance.now();
  execFileSync(NODE, [BUNDLE, ...args], { cwd, env: cleanEnv(), stdio: 'ignore' });
  return performance.now() - startMs;
}

function peakMiB(args: readonly string[], cwd: string): number {
  const file = join(cwd, '..', 'peak');
  execFileSync(NODE, ['--require', join(ROOT, 'bench/rss.cjs'), BUNDLE, ...args], {
    cwd,
    env: cleanEnv({ PEAK_FILE: file }),
    stdio: 'ignore',
  });
  return Math.round(Number(readFileSync(file, 'utf8')) / 1024);
}

it('measures a long record', async () => {
  const [host, small] = await Promise.all([makeHost(), makeHost()]);
  const bytes = writeJournal(host.root, EVENTS);
  writeJournal(small.root, SMALL);
  const rows: Row[] = [];
  const add = (what: string, times: readonly number[], limitMs?: number) => {
    const median = Math.round(quantile(times, 0.5));
    const slowest = Math.round(Math.max(...times));
    rows.push({
      what,
      must: limitMs === undefined ? 'for comparison' : `≤ ${limitMs} ms`,
      reached: `${median} ms (slowest ${slowest})`,
      holds: limitMs === undefined || median <= limitMs,
    });
  };
  const timed = (args: readonly string[], limitMs?: number) =>
    add(
      args.join(' '),
      Array.from({ length: RUNS }, () => wallMs(args, host.root)),
      limitMs,
    );
  timed(['log', '--limit', '20'], 300);
  timed(['report', '--html'], 3_000);
  if (hasBrowser()) {
    const file = join(host.record, 'report.html');
    add('report.html, opened in Chromium', await openedMs(file, RUNS), 1_000);
  }
  timed(['report']);
  for (const format of ['json', 'csv', 'ndjson']) {
    const args = ['export', '--format', format, '--output', join(host.root, '..', 'all')];
    const peak = peakMiB(args, host.root);
    const before = peakMiB(args, small.root);
    rows.push({
      what: `export --format ${format}: peak memory`,
      must: '≤ 150 MiB',
      reached: `${peak} MiB (of 2,000 events: ${before} MiB)`,
      holds: peak <= 150,
    });
    timed(args);
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const total = Object.values(EVENTS).reduce((sum, count) => sum + count, 0);
  const size = Math.round(bytes / 1024 / 1024);
  console.log(`\n${machine}; ${total} events, ${size} MiB; medians of ${RUNS} runs`);
  console.log(`report.html: ${statSync(join(host.record, 'report.html')).size} bytes\n`);
  console.log('|   | measured | must reach | reached |\n| --- | --- | --- | --- |');
  for (const { what, must, reached, holds } of rows) {
    console.log(
      `| ${holds ? '✓' : '✗'} | ${what.replace(/ --output .*/, '')} | ${must} | ${reached} |`,
    );
  }
  host.remove();
  small.remove();
});
