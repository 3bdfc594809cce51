// `make bench`: what the shim costs the person at the keyboard. Prints a table, writes results.json.

import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { it } from 'vitest';
import { type Host, makeHost } from '../test/support/host';
import { BLACK_HOLE, makeNamespace } from '../test/support/namespace';
import { BUNDLE, cleanEnv, ROOT } from '../test/support/run';
import { compare, type Timed } from './measure';
import { added, report, rows, times } from './table';

const NODE = process.execPath;
const MAKEFILE = 'noop: ; @:\n';
const WAITING = 10_000;

/** A server in a process of its own. */
interface Server {
  readonly url: string;
  seen(): Promise<{ requests: number; last: string }>;
  close(): void;
}

async function startServer(mode: 'accepts' | 'hangs'): Promise<Server> {
  const child = fork(join(ROOT, 'bench/server.mjs'), [mode]);
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    seen: async () =>
      (await (await fetch(`${url}/seen`)).json()) as { requests: number; last: string },
    close: () => child.disconnect(),
  };
}

/** Removes hosts once the last detached process is gone. */
async function removeHosts(...hosts: Host[]): Promise<void> {
  await pause(2_000);
  for (const host of hosts) host.remove();
}

/** Processes that a command starts, itself included, counted by strace; undefined without strace. */
function processes(command: readonly string[], cwd: string): number | undefined {
  const trace = join(cwd, '..', 'trace');
  const { error } = spawnSync(
    'strace',
    ['-f', '-qq', '-e', 'trace=execve', '-e', 'status=successful', '-o', trace, ...command],
    { cwd, env: cleanEnv(), stdio: 'ignore' },
  );
  if (error) return undefined;
  return readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes('execve(')).length;
}

/** A journal with `WAITING` events that are still owed, as an outage of days would leave it. */
function fillJournal(host: Host): void {
  const id = /^ANALYTICS_ID=(.*)$/m.exec(readFileSync(host.lock, 'utf8'))![1];
  const beginMs = Date.now() - 20 * 86_400_000;
  const lines = Array.from({ length: WAITING }, (_, index) =>
    JSON.stringify({
      uuid: `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      event: 'command_executed',
      timestamp: new Date(beginMs + index * 100_000).toISOString(),
      distinct_id: id,
      properties: {
        command: 'noop',
        success: true,
        duration_ms: 5,
        shim_version: '1.0.0',
        ci: false,
      },
    }),
  );
  writeFileSync(host.journal, `${lines.join('\n')}\n`);
  writeFileSync(join(host.root, '.onramp-analytics/delivery.json'), standing(host));
}

const standings = new Map<string, string>();

/** What a delivery that failed leaves behind: made once by one, to a port where nobody listens. */
function standing(host: Host): string {
  let text = standings.get(host.root);
  if (!text) {
    const file = join(host.root, '.onramp-analytics/delivery.json');
    writeFileSync(file, '{"cursor":0}');
    execFileSync(NODE, [BUNDLE, 'flush'], {
      cwd: host.root,
      env: cleanEnv({ POSTHOG_API_KEY: 'phc_bench', POSTHOG_HOST: 'http://127.0.0.1:9' }),
    });
    text = readFileSync(file, 'utf8');
    standings.set(host.root, text);
  }
  return text;
}

/** Forgets what was recorded, so that the recording limits do not stop the benchmark. */
function emptyJournal(host: Host): void {
  rmSync(host.journal, { force: true });
  rmSync(join(host.root, '.onramp-analytics/delivery.json'), { force: true });
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

function peakMiB(host: Host, args: readonly string[], env: Record<string, string>): number {
  const file = join(host.root, '..', 'peak');
  execFileSync(NODE, ['--require', join(ROOT, 'bench/rss.cjs'), BUNDLE, ...args], {
    cwd: host.root,
    env: cleanEnv({ ...env, PEAK_FILE: file }),
    stdio: 'ignore',
  });
  return Math.round(Number(readFileSync(file, 'utf8')) / 102.4) / 10;
}

async function commands(server: Server, env: Record<string, string>): Promise<void> {
  const host = await makeHost();
  await host.shim(['enable']);
  const event = ['track', 'service_started', 'service_name=plex'];
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
    const against = async (what: string, limit: number, timed: Timed) =>
      times(
        `${what}, against node -e 0${setup}`,
        limit,
        await compare({ ...timed, env: { ...env, ...own } }, node),
      );
    await against('track, loopback server', 1.6, shim(event, empty));
    await against('status', 1.2, shim(['status'], empty));
    await against('show-id', 1.2, shim(['show-id'], empty));
    await against(`status, ${WAITING} records waiting`, 1.2, shim(['status'], full));
  }

  for (const [what, before] of [
    ['', empty],
    [`, ${WAITING} records waiting`, full],
  ] as const) {
    before();
    const peak = peakMiB(host, event, env);
    rows.push({
      what: `peak memory of a delivery${what}`,
      must: '≤ 60 MiB',
      reached: `${peak} MiB`,
      holds: peak <= 60,
      figures: { peakMiB: peak },
    });
  }

  full();
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

  const node: Timed = { command: [NODE, '-e', '0'], cwd: ROOT, env: MACHINE };
  empty();
  await host.shim(event, env);
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

it('measures', async () => {
  if (!existsSync(BUNDLE)) throw new Error('Build first: make build');
  const [server, hanging] = await Promise.all([startServer('accepts'), startServer('hangs')]);
  const env = { POSTHOG_API_KEY: 'phc_bench', POSTHOG_HOST: server.url };
  await off();
  await on(hanging, env);
  await commands(server, env);
  server.close();
  hanging.close();
  report();
});
