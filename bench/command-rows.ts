// What the shim's own commands take, beside what others would take in their place.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHost } from '../test/support/host';
import { BUNDLE, ROOT } from '../test/support/run';
import { peakMiB } from './counts';
import { removeHosts } from './hosts';
import { emptyJournal, fillJournal, WAITING } from './journal';
import { compare, type Timed } from './measure';
import type { Server } from './start-server';
import { rows, times } from './table';

type Env = Record<string, string>;

const NODE = process.execPath;
const EVENT = ['track', 'service_started', 'service_name=plex'];
/** The baseline: Node itself, started the same way, from the same folder. */
const node: Timed = { command: [NODE, '-e', '0'], cwd: ROOT };

/** posthog-node as it comes: what most people would write. */
const defaults = (env: Env): Timed => ({
  command: [NODE, join(ROOT, 'bench/defaults.mjs')],
  cwd: ROOT,
  env,
});

export async function commands(env: Env): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  const shim = (args: readonly string[], before = emptyJournal): Timed => ({
    command: [NODE, BUNDLE, ...args],
    cwd: host.root,
    env,
    before: () => before(host),
  });
  const against = 'against node -e 0';
  times(
    'track',
    `track, waiting for a loopback server, ${against}`,
    3.6,
    await compare(shim(EVENT), node),
  );
  times(
    'track',
    'track, waiting for a loopback server, against posthog-node’s defaults',
    0.7,
    await compare(shim(EVENT), defaults(env)),
  );
  for (const [what, timed] of [
    ['status', shim(['status'])],
    ['show-id', shim(['show-id'])],
    [`status, ${WAITING} events waiting`, shim(['status'], fillJournal)],
  ] as const) {
    times('commands', `${what}, ${against}`, 2.3, await compare(timed, node));
  }
  await removeHosts(host);
}

/** Memory, and how a long backlog gets away. */
export async function backlog(server: Server, env: Env): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  for (const [what, before] of [
    ['nothing else waiting', emptyJournal],
    [`${WAITING} events waiting`, fillJournal],
  ] as const) {
    before(host);
    const peak = peakMiB(host, EVENT, env);
    rows.push({
      about: 'memory',
      what: `peak memory of a delivery, ${what}`,
      must: '≤ 70 MiB',
      reached: `${peak} MiB`,
      holds: peak <= 70,
      used: Math.round((peak / 70) * 100) / 100,
      figures: { peakMiB: peak },
    });
  }

  fillJournal(host);
  const begun = (await server.seen()).requests;
  let runs = 0;
  let slowestMs = 0;
  for (let waiting = WAITING; waiting > 0 && runs < 200; runs += 1) {
    const result = await host.shim(['flush'], env);
    slowestMs = Math.max(slowestMs, Math.round(result.wallMs));
    waiting = (
      JSON.parse((await host.shim(['status', '--json'], env)).stdout) as { waiting: number }
    ).waiting;
  }
  const batches = (await server.seen()).requests - begun;
  rows.push({
    about: 'memory',
    what: `${WAITING} waiting events delivered`,
    must: 'in batches, each run within the deadline',
    reached: `${batches} batches by ${runs} run(s), the slowest ${slowestMs} ms`,
    holds: slowestMs <= 1150,
    figures: { batches, runs, slowestMs },
  });
  await removeHosts(host);
}

/** posthog-node's defaults in one file, made as ours is: so that what the file is worth shows. */
async function bundledDefaults(folder: string): Promise<string> {
  const ncc = createRequire(import.meta.url)('@vercel/ncc') as (
    entry: string,
    options: object,
  ) => Promise<{ code: string }>;
  // Its e-mails ask for a package that is not here, and nobody sends one.
  const externals = { '@react-email/render': 'node:util' };
  const options = { quiet: true, cache: false, externals };
  const { code } = await ncc(join(ROOT, 'bench/defaults.mjs'), options);
  const file = join(folder, 'defaults.mjs');
  writeFileSync(file, code);
  return file;
}

/** What others do in their place: the same event, without the shim. */
export async function others(server: Server, env: Env): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  await host.shim(EVENT, env);
  const folder = mkdtempSync(join(tmpdir(), 'onramp-others-'));
  const body = join(folder, 'body.json');
  writeFileSync(body, (await server.seen()).last);
  const to = `${server.url}/batch/`;
  const type = ['-H', 'content-type: application/json'];
  const curl = ['curl', '-s', '-o', '/dev/null', ...type, '--data-binary', `@${body}`, to];
  const all: [string, Timed][] = [
    ['a bare node:http request', { command: [NODE, join(ROOT, 'bench/post.cjs')], cwd: ROOT, env }],
    ['posthog-node’s defaults', defaults(env)],
    [
      'posthog-node’s defaults, bundled by ncc',
      { command: [NODE, await bundledDefaults(folder)], cwd: ROOT, env },
    ],
  ];
  if (spawnSync('curl', ['--version']).error === undefined) {
    all.push(['curl, posting the same body', { command: curl, cwd: ROOT }]);
  }
  for (const [what, timed] of all) {
    times('others', `${what}, against node -e 0`, undefined, await compare(timed, node));
  }
  rmSync(folder, { recursive: true });
  await removeHosts(host);
}
