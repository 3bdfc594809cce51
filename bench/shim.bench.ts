// `make bench`: what the shim costs the person at the keyboard. Prints a table, writes results.json.

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { type Host, makeHost } from '../test/support/host';
import { BLACK_HOLE, makeNamespace } from '../test/support/namespace';
import { BUNDLE, ROOT } from '../test/support/run';
import { peakMiB, processes } from './counts';
import { emptyJournal, fillJournal, WAITING } from './journal';
import { compare, type Timed } from './measure';
import { type Server, startServer } from './start-server';
import { added, report, rows, times } from './table';

const NODE = process.execPath;
const MAKEFILE = 'noop: ; @:\n';
const EVENT = ['track', 'service_started', 'service_name=plex'];

/** Removes hosts once the last detached process is gone. */
async function removeHosts(...hosts: Host[]): Promise<void> {
  await pause(2_000);
  for (const host of hosts) host.remove();
}

/**
 * Node's own start-up depends on what the machine tells it to load. The shim is compared with
 * `node -e 0` as this machine starts it and, where that differs, in an environment without.
 */
const MACHINE = { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS };
const SETUPS: readonly [string, Record<string, string | undefined>][] = MACHINE.NODE_EXTRA_CA_CERTS
  ? [
      ['', MACHINE],
      [' (no NODE_EXTRA_CA_CERTS)', {}],
    ]
  : [['', {}]];

async function off(): Promise<void> {
  const [bare, host] = await Promise.all([
    makeHost({ files: { Makefile: MAKEFILE }, init: false }),
    makeHost({ files: { Makefile: MAKEFILE } }),
  ]);
  const make = (cwd: string): Timed => ({ command: ['make', 'noop'], cwd });
  added(
    'tracking off: host with GNUmakefile, against without',
    1,
    await compare(make(host.root), make(bare.root)),
  );
  const counts = [host, bare].map(({ root }) => processes(['make', 'noop'], root));
  rows.push({
    what: 'tracking off: processes started, beyond those without',
    must: '0',
    reached: counts[0] === undefined ? 'not measured: no strace' : String(counts[0] - counts[1]!),
    holds: counts[0] === undefined ? null : counts[0] === counts[1],
  });
  await removeHosts(bare, host);
}

async function on(hanging: Server, env: Record<string, string>): Promise<void> {
  const [bare, host] = await Promise.all([
    makeHost({ files: { Makefile: MAKEFILE }, init: false }),
    makeHost({ files: { Makefile: MAKEFILE } }),
  ]);
  await host.shim(['enable']);
  const pair = async (
    what: string,
    own: Record<string, string>,
    prefix: readonly string[] = [],
  ) => {
    emptyJournal(host);
    const command = [...prefix, 'make', 'noop'];
    const before = () => emptyJournal(host);
    added(
      what,
      8,
      await compare({ command, cwd: host.root, env: own, before }, { command, cwd: bare.root }),
    );
  };
  await pair('tracking on, no-op target, network healthy', env);
  await pair('the same, server hanging', { ...env, POSTHOG_HOST: hanging.url });
  const namespace = makeNamespace();
  if (namespace) {
    const key = { POSTHOG_API_KEY: 'phc_bench' };
    const hole = { ...key, POSTHOG_HOST: `https://${BLACK_HOLE}` };
    await pair('the same, network black-holed', hole, namespace.prefix);
    const dns = { ...key, POSTHOG_HOST: 'https://us.i.posthog.com' };
    await pair('the same, DNS black-holed', dns, namespace.prefix);
    namespace.remove();
  } else {
    for (const what of ['network', 'DNS']) {
      rows.push({
        what: `the same, ${what} black-holed`,
        must: '≤ 8 ms added',
        reached: 'not measured: no network namespaces here',
        holds: null,
      });
    }
  }
  const command = ['make', 'noop'];
  const before = () => fillJournal(host);
  added(
    `the same, ${WAITING} records waiting`,
    8,
    await compare({ command, cwd: host.root, env, before }, { command, cwd: bare.root }),
  );
  await removeHosts(bare, host);
}

async function commands(env: Record<string, string>): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  const shim = (args: readonly string[], before: () => void): Timed => ({
    command: [NODE, BUNDLE, ...args],
    cwd: host.root,
    env,
    before,
  });
  const empty = () => emptyJournal(host);
  const full = () => fillJournal(host);
  for (const [setup, own] of SETUPS) {
    const node: Timed = { command: [NODE, '-e', '0'], cwd: ROOT, env: own };
    const against = async (what: string, limit: number | undefined, timed: Timed) =>
      times(
        `${what}, against node -e 0${setup}`,
        limit,
        await compare({ ...timed, env: { ...env, ...own } }, node),
      );
    const post = { command: [NODE, join(ROOT, 'bench/post.cjs')], cwd: ROOT };
    await against('a bare node:http request', undefined, post);
    await against('track, loopback server', 1.6, shim(EVENT, empty));
    await against('status', 1.2, shim(['status'], empty));
    await against('show-id', 1.2, shim(['show-id'], empty));
    await against(`status, ${WAITING} records waiting`, 1.2, shim(['status'], full));
  }

  await removeHosts(host);
}

/** Memory, and how a long backlog gets away. */
async function backlog(server: Server, env: Record<string, string>): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  for (const [what, before] of [
    ['', emptyJournal],
    [`, ${WAITING} records waiting`, fillJournal],
  ] as const) {
    before(host);
    const peak = peakMiB(host, EVENT, env);
    rows.push({
      what: `peak memory of a delivery${what}`,
      must: '≤ 60 MiB',
      reached: `${peak} MiB`,
      holds: peak <= 60,
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
    what: `${WAITING} waiting records delivered`,
    must: 'in batches, within the deadline each',
    reached: `${batches} batches by ${runs} run(s), the slowest ${slowestMs} ms`,
    holds: slowestMs <= 1150,
    figures: { batches, runs, slowestMs },
  });
  await removeHosts(host);
}

/** What others do in their place: the same events, without the shim. */
async function others(server: Server, env: Record<string, string>): Promise<void> {
  const node: Timed = { command: [NODE, '-e', '0'], cwd: ROOT, env: MACHINE };
  const host = await makeHost();
  await host.shim(['enable']);
  await host.shim(EVENT, env);
  const body = join(host.root, '..', 'body.json');
  writeFileSync(body, (await server.seen()).last);
  const curl = [
    'curl',
    '-s',
    '-o',
    '/dev/null',
    '-H',
    'content-type: application/json',
    '--data-binary',
    `@${body}`,
    `${server.url}/batch/`,
  ];
  if (spawnSync('curl', ['--version']).error === undefined) {
    times(
      'curl posting the same body',
      undefined,
      await compare({ command: curl, cwd: ROOT }, node),
    );
  }
  const defaults: Timed = {
    command: [NODE, join(ROOT, 'bench/defaults.mjs')],
    cwd: ROOT,
    env: { ...env, ...MACHINE },
  };
  times(
    'a script with posthog-node’s defaults, not bundled',
    undefined,
    await compare(defaults, node),
  );
  await removeHosts(host);
}

let server: Server;
let hanging: Server;
let env: { POSTHOG_API_KEY: string; POSTHOG_HOST: string };
/** Only whole tables are written down: `-t` picks a part of it. */
const parts = new Set(['off', 'on', 'commands', 'backlog', 'others']);

beforeAll(async () => {
  if (!existsSync(BUNDLE)) throw new Error('Build first: make build');
  [server, hanging] = await Promise.all([startServer('accepts'), startServer('hangs')]);
  env = { POSTHOG_API_KEY: 'phc_bench', POSTHOG_HOST: server.url };
});
afterAll(() => {
  server.close();
  hanging.close();
  report(parts.size === 0);
});

it('off', () => off().then(() => parts.delete('off')));
it('on', () => on(hanging, env).then(() => parts.delete('on')));
it('commands', () => commands(env).then(() => parts.delete('commands')));
it('backlog', () => backlog(server, env).then(() => parts.delete('backlog')));
it('others', () => others(server, env).then(() => parts.delete('others')));
