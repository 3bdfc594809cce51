// Containers that share a project: pids repeat, their processes cannot see each other, and end with them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contained, hasNamespaces, NAMESPACES } from './support/container';
import { type Host, makeHost } from './support/host';
import { note, spoolOf, startTimeOf } from './support/notes';
import { quiet, until } from './support/processes';
import { lockOf } from './support/project';
import { executed, recorded } from './support/recorded';
import { BUNDLE } from './support/run';
import { accept, type Server, startServer } from './support/server';

const has = hasNamespaces();
if (!has) console.warn('\n!!! NO PID NAMESPACES HERE: containers are NOT TESTED.\n');
const node = process.env.TEST_NODE ?? process.execPath;
const NONE = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '10000' };

/** What make/track does around a command, as far as the spool is concerned. */
const TRACKED = `
read -r stat </proc/self/stat; pid=\${stat%% *}; set -- \${stat##*) }; shift 19; start=$1
read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/1/stat; set -- \${stat##*) }; shift 19; first=$1
[ $pid = $$ ] || start=- first=-
read -r id </proc/sys/kernel/random/uuid
spool=.git/onramp-analytics/spool; mkdir -p $spool
printf 'v1 %s %s %s %s\\ndown\\n\\n' $$ $start $boot $first >$spool/$id.start
printf '0\\n' >$spool/$id.end
[ -z "$COLLECT" ] || "$NODE" "$BUNDLE" collect >/dev/null 2>&1 &
exit 0`;

describe.runIf(has).each(Object.entries(NAMESPACES))('in containers %s', (_what, prefix) => {
  let host: Host;
  let server: Server;
  const inContainer = (program: string, args: readonly string[], env = {}) =>
    contained(prefix, program, args, { cwd: host.root, env });
  const sending = (timeoutMs = 10_000) => ({
    POSTHOG_API_KEY: 'k',
    POSTHOG_HOST: server.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: String(timeoutMs),
  });

  beforeEach(async () => {
    [host, server] = await Promise.all([makeHost(), startServer()]);
    host.write('onramp.lock', lockOf('1'));
  });
  afterEach(async () => {
    await quiet(host.root);
    await server.close();
    host.remove();
  });

  it('20 short-lived commands, collectors that die with them: each is counted once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const env = { ...NONE, COLLECT: '1', NODE: node, BUNDLE, HOME: '/nonexistent' };
      expect((await inContainer('sh', ['-c', TRACKED], env)).status).toBe(0);
    }
    await host.shim(['flush'], { ...NONE, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    expect(recorded(host)).toEqual(Array(20).fill(executed('down')));
    const uuids = host.records().map((record) => record!.uuid);
    expect(new Set(uuids).size).toBe(20);
    expect(spoolOf(host)).toEqual([]);
  }, 60_000);

  it('20 real make commands: each is counted once, with its end', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { status, stderr } = await inContainer('make', ['down'], NONE);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    await host.shim(['flush'], { ...NONE, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    expect(recorded(host)).toEqual(Array(20).fill(executed('down')));
    expect(spoolOf(host).filter((name) => name !== 'collector')).toEqual([]);
  }, 60_000);

  it('a command that runs there is not over for the host', async () => {
    host.write('Makefile', 'down: ; @touch started; until test -e goon; do sleep 0.05; done\n');
    host.git(); // Only what git knows is named.
    // Its number is none of the host’s: by that alone, it would seem to be over.
    let pid = 10;
    while (existsSync(`/proc/${pid}`)) pid += 1;
    const script = `i=2; while [ $i -lt ${pid} ]; do (:); i=$((i+1)); done; make down; exit $?`;
    const running = inContainer('sh', ['-c', script], NONE);
    try {
      await until(10_000, () => existsSync(join(host.root, 'started')));
      await host.shim(['collect'], NONE);
      expect(recorded(host)).toEqual([]);
    } finally {
      host.write('goon', '');
    }
    expect(await running).toMatchObject({ status: 0, stderr: '' });
    await host.shim(['flush'], { ...NONE, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    expect(recorded(host)).toEqual([executed('down')]);
  });

  it('a delivery of the host is not taken over by one that cannot see it', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    const answers: (() => void)[] = [];
    server.behave((request, response) => answers.push(() => accept(request, response)));
    const first = host.shim(['flush'], sending());
    await server.arrived(1);
    await inContainer(node, [BUNDLE, 'flush'], sending(1_500));
    expect(server.requests).toHaveLength(1);
    answers[0]!();
    await first;
    expect(server.events()).toHaveLength(1);
  });

  it('a delivery in one is not taken over by the host, until it says that it is over', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    const answers: (() => void)[] = [];
    server.behave((request, response) => answers.push(() => accept(request, response)));
    const first = inContainer(node, [BUNDLE, 'flush'], sending());
    await server.arrived(1);
    await host.shim(['flush'], sending(1_000));
    expect(server.requests).toHaveLength(1);
    answers[0]!();
    await first;
    server.behave(accept);
    await host.shim(['track', 'service_stopped', 'service_name=plex'], sending());
    expect(server.events()).toHaveLength(2);
  });

  it('`disable` there, `reset-id` here, again and again: it is off', async () => {
    const rounds = Number(process.env.TORTURE_PROJECTS ?? 1) * 15;
    for (let round = 0; round < rounds; round += 1) {
      host.write('onramp.lock', lockOf('1'));
      const [off, reset] = await Promise.all([
        inContainer(node, [BUNDLE, 'disable']),
        host.shim(['reset-id']),
      ]);
      expect({ off: off.stderr, reset: reset.stderr }).toEqual({ off: '', reset: '' });
      expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0\n');
      expect(host.read('onramp.lock')).not.toContain(lockOf('1').split('\n')[1]);
    }
  }, 120_000);
});

describe('a lease', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
  });
  afterEach(() => host.remove());

  const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const hold = (holder: object) =>
    writeFileSync(
      join(host.record, 'leases/journal.9999'),
      JSON.stringify({ untilMs: Date.now() + 60_000, ...holder }),
    );
  const track = async () => {
    const short = { ...NONE, ONRAMP_ANALYTICS_TIMEOUT_MS: '600' };
    const before = host.records().length;
    await host.shim(['track', 'service_stopped', 'service_name=plex'], short);
    return host.records().length - before;
  };
  const here = async () => {
    const { thisProcess } = await import('../src/files/running');
    return thisProcess();
  };

  it('of a process of this namespace that ended is free', async () => {
    hold({ ...(await here()), pid: 4_194_303 });
    expect(await track()).toBe(1);
  });

  it('of a process whose number another has taken since is free', async () => {
    hold({ ...(await here()), start: '7' });
    expect(await track()).toBe(1);
  });

  it('of a process that runs is not', async () => {
    hold(await here());
    expect(await track()).toBe(0);
  });

  it.each([
    [
      'another namespace',
      async () => ({ ...(await here()), namespace: 'pid:[1]', pid: 4_194_303 }),
    ],
    ['another boot, or machine', async () => ({ ...(await here()), boot: 'x', pid: 4_194_303 })],
    ['nobody knows where', async () => ({ pid: 4_194_303 })],
  ])('of %s is not, whatever its number', async (_where, holder) => {
    hold(await holder());
    expect(await track()).toBe(0);
    hold({ ...(await holder()), untilMs: Date.now() - 1 });
    expect(await track()).toBeGreaterThan(0);
  });

  it('names its holder: number, start, boot and namespace', async () => {
    expect(await here()).toEqual({
      pid: process.pid,
      start: startTimeOf('self'),
      boot: boot(),
      namespace: expect.stringMatching(/^pid:\[\d+\]$/),
    });
    note(host);
  });
});
