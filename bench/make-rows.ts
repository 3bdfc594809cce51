// What the person at the keyboard pays for each `make`: off, on, as people type it, in a loop.

import type { Host } from '../test/support/host';
import { makeNamespace } from '../test/support/namespace';
import { type Collectors, countCollectors } from './count-collectors';
import { processes } from './counts';
import { environmentOf } from './environments';
import { bothHosts, COMMAND, GONE_MS, removeHosts, untilQuiet } from './hosts';
import { commandsRecorded, emptyJournal, fillJournal, spooled, WAITING } from './journal';
import { compare, quantile, round, type Timed, timeNow, times as timesOf } from './measure';
import type { Server } from './start-server';
import { added, rows, unmeasured } from './table';

type Env = Record<string, string>;

// --- Off: three ways to be.

const FOREIGN = 'TZ=Europe/Berlin\n# of another tool\nCOMPOSE_PROFILES=media,home\nNETWORK=10\n';

const OFF: readonly [string, (host: Host) => Promise<unknown>][] = [
  ['never turned on', async () => {}],
  ['with an onramp.lock of other tools', async (host) => host.write('onramp.lock', FOREIGN)],
  [
    'turned on, then ANALYTICS_ENABLED=0 by hand',
    async (host) => {
      await host.shim(['enable']);
      const text = host.read('onramp.lock');
      host.write('onramp.lock', text.replace('ANALYTICS_ENABLED=1', 'ANALYTICS_ENABLED=0'));
    },
  ],
];

export async function off(): Promise<void> {
  for (const [how, prepare] of OFF) {
    const { host, bare } = await bothHosts();
    await prepare(host);
    const make = (cwd: string): Timed => ({ command: COMMAND, cwd });
    const pair = await compare(make(host.root), make(bare.root));
    added('off', `make, off: ${how}`, 1, pair);
    const what = `processes, off: ${how}, beyond those without`;
    const counts = [host, bare].map(({ root }) => processes(COMMAND, root));
    if (counts[0] === undefined) unmeasured('off', what, '0', 'no strace');
    else {
      const more = counts[0] - counts[1]!;
      rows.push({ about: 'off', what, must: '0', reached: String(more), holds: more === 0 });
    }
    await removeHosts(bare, host);
  }
}

// --- On: what the network does, and how much is in the environment.

const ENVIRONMENTS: readonly [string, Env][] = [
  ['3 variables', {}],
  ['8 KiB', environmentOf(8 * 1024)],
  ['64 KiB', environmentOf(64 * 1024)],
];

export async function on(hanging: Server, env: Env): Promise<void> {
  const { host, bare } = await bothHosts();
  await host.shim(['enable']);
  const namespace = makeNamespace();
  const hole = { ...env, POSTHOG_HOST: 'https://us.i.posthog.com' };
  const networks: readonly [string, Env, readonly string[] | undefined, number | undefined][] = [
    ['network healthy', env, [], undefined],
    ['server hanging', { ...env, POSTHOG_HOST: hanging.url }, [], GONE_MS],
    ['DNS black hole', hole, namespace?.prefix, GONE_MS],
  ];
  for (const [network, settings, prefix, pauseMs] of networks) {
    for (const [size, variables] of ENVIRONMENTS) {
      const what = `make, on: ${network}, environment of ${size}`;
      if (!prefix) {
        unmeasured('on', what, '≤ 8 ms added', 'no network namespaces here');
        continue;
      }
      const own = { ...variables, ...settings };
      const command = [...prefix, ...COMMAND];
      const ours: Timed = {
        command,
        cwd: host.root,
        env: own,
        before: () => emptyJournal(host),
        // So that each command starts a process of its own, which is the dearer case.
        ...(pauseMs && { pauseMs }),
      };
      added('on', what, 8, await compare(ours, { command, cwd: bare.root, env: own }));
    }
  }
  namespace?.remove();
  const full: Timed = {
    command: COMMAND,
    cwd: host.root,
    env,
    before: () => fillJournal(host),
  };
  added(
    'on',
    `make, on: network healthy, environment of 3 variables, ${WAITING} events waiting`,
    8,
    await compare(full, { command: COMMAND, cwd: bare.root, env }),
  );
  await removeHosts(bare, host);
}

// --- As people type it: flags and variables; and the next command while the one before is still collected.

const TYPED: readonly (readonly string[])[] = [
  ['-s', 'noop'],
  ['-j4', 'noop'],
  ['X=1', 'noop'],
  ['-C', '.', 'noop'],
];

export async function typed(env: Env): Promise<void> {
  const { host, bare } = await bothHosts();
  await host.shim(['enable']);
  const before = () => emptyJournal(host);
  for (const words of TYPED) {
    const command = ['make', ...words];
    const ours: Timed = { command, cwd: host.root, env, before };
    added(
      'on',
      `make, on: ${command.join(' ')}`,
      8,
      await compare(ours, { command, cwd: bare.root, env }),
    );
  }
  const timed = (cwd: string): Timed => ({ command: COMMAND, cwd, env });
  const beside: Timed = {
    ...timed(host.root),
    before: () => {
      before();
      timeNow(timed(host.root)); // Its collecting process is at work when the next command begins.
    },
  };
  const what = 'make, on: beside the collecting process of the command before';
  added('on', what, 8, await compare(beside, timed(bare.root)));
  await removeHosts(bare, host);
}

// --- In a loop: as scripts do, one after the other, without a pause.

const LOOP = 200;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** The recording limit of a minute. */
const LIMIT = 60;

const loop = (timed: Timed): number[] => Array.from({ length: LOOP }, () => timeNow(timed));

export async function inARow(env: Env): Promise<void> {
  const { host, bare } = await bothHosts();
  await host.shim(['enable']);
  const ours: Timed = { command: COMMAND, cwd: host.root, env };
  const theirs: Timed = { command: COMMAND, cwd: bare.root, env };
  const a: number[] = [];
  const b: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    emptyJournal(host);
    const [mine, other] = [loop(ours), loop(theirs)];
    await untilQuiet(host);
    if (round === 0) continue; // It does not count.
    a.push(...mine);
    b.push(...other);
  }
  const mean = (values: readonly number[]) =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const [first, second] = [timesOf(a), timesOf(b)];
  const addedMs = round(quantile(a, 0.5) - quantile(b, 0.5));
  const meanMs = round(mean(a) - mean(b));
  rows.push({
    about: 'loop',
    what: `${LOOP} makes in a row, on`,
    must: '≤ 10 ms added to each (median)',
    reached: `${addedMs} ms added (${first.medianMs} against ${second.medianMs} ms; 95th ${first.p95Ms} against ${second.p95Ms}; ${meanMs} ms added in the mean; ${ROUNDS} loops each)`,
    holds: addedMs <= 10,
    used: round(addedMs / 10),
    figures: {
      addedMs,
      meanMs,
      firstMs: first.medianMs,
      secondMs: second.medianMs,
      rounds: ROUNDS,
    },
  });

  // Once more, and counted; not timed, as counting takes its share of the machine.
  emptyJournal(host);
  const counted = await countCollectors(host.root, async () => {
    loop(ours);
    await untilQuiet(host);
  });
  collecting(counted);
  const uuids = commandsRecorded(host);
  const isAll = uuids.length === Math.min(LOOP, LIMIT) && new Set(uuids).size === uuids.length;
  const left = spooled(host);
  rows.push({
    about: 'loop',
    what: `commands of that loop which were recorded`,
    must: `all, up to the limit (${LIMIT} a minute), each once`,
    reached: `${uuids.length} of ${LOOP}, ${uuids.length - new Set(uuids).size} twice; ${left} notes left over`,
    holds: isAll && left === 0,
  });
  await removeHosts(bare, host);
}

function collecting(counted: Collectors | undefined): void {
  const what = `collecting processes during ${LOOP} makes in a row`;
  const must = '1 at a time at most';
  if (!counted) {
    unmeasured('loop', what, must, 'no /proc');
    return;
  }
  const { processes, atOnce, looks } = counted;
  rows.push({
    about: 'loop',
    what,
    must,
    reached: `${atOnce} at a time at most, ${processes} altogether (looked ${looks} times)`,
    holds: atOnce <= 1 && processes > 0,
    figures: { atOnce, processes, looks },
  });
}
