// What is around a tracked command: who waits, who is told, and what is missing on this machine.

import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLock } from '../src/state/lock-text';
import { type Host, makeHost } from './support/host';
import { isRoot, lockOf, NOBODY, snapshot } from './support/project';
import { executed, failed, RECORD_ONLY, recorded } from './support/recorded';
import { ROOT, run } from './support/run';
import { type Server, startServer } from './support/server';
import { toolsWithout } from './support/tools';
import { version } from './transparent/needs';

const MAKE = process.env.TEST_MAKE ?? 'make';
const TARGETS = [
  'clear',
  'disable',
  'enable',
  'export',
  'forget',
  'local',
  'log',
  'preview',
  'report',
  'reset-id',
  'show-id',
  'status',
];

let host: Host;
let server: Server;
let env: Record<string, string>;
beforeEach(async () => {
  [host, server] = await Promise.all([makeHost(), startServer()]);
  env = {
    POSTHOG_API_KEY: 'phc_test',
    POSTHOG_HOST: server.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
  };
});
afterEach(async () => {
  await server.close();
  host.remove();
});

describe('a recipe that takes .onramp away, as the checkout of an older tag does', () => {
  it('is no word on the terminal; the command is recorded as it ended', async () => {
    const away = 'rm -rf .onramp GNUmakefile';
    host.write('Makefile', `ok: ; @${away}\nbad: ; @${away}; exit 3\n`);
    host.git();
    host.write('onramp.lock', lockOf('1'));
    const back = () => execFileSync('git', ['checkout-index', '-f', '-a'], { cwd: host.root });
    expect(await host.make(['ok'], RECORD_ONLY)).toMatchObject({ status: 0, stderr: '' });
    back();
    const { status, stderr } = await host.make(['bad'], RECORD_ONLY);
    expect([status, stderr.match(/^.*\*\*\*.*$/gm)?.length]).toEqual([2, 2]);
    expect(stderr).not.toContain('track');
    back();
    await host.shim(['collect'], RECORD_ONLY);
    if (version >= 4.2) expect(recorded(host)).toEqual([executed('ok'), ...failed('bad')]);
  });
});

describe('waiting', () => {
  it('is not for a person: the prompt comes back before the server has answered', async () => {
    host.write('onramp.lock', lockOf('1'));
    let answer: () => void = () => {};
    server.behave((_request, response) => {
      answer = () => response.end('{}');
    });
    const result = await host.make(['list-services'], env);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    await server.arrived(1);
    // Nobody has answered, and make is back: also its pipes are closed, or `make` had not resolved.
    answer();
  });

  it.each([{ CI: 'true' }, { CI: '1' }, { ONRAMP_ANALYTICS_SYNC: '1' }])(
    'is for the shim with %j, as the machine may be gone afterwards',
    async (extra) => {
      host.write('onramp.lock', lockOf('1'));
      await host.make(['list-services'], { ...env, ...extra });
      expect(server.events().map(({ event }) => event)).toEqual(['command_executed']);
      expect(server.events()[0]!.properties.ci).toBe('CI' in extra);
    },
  );

  it('in CI ends at the deadline, and the command’s status is its own', async () => {
    host.write('onramp.lock', lockOf('1'));
    server.behave(() => {});
    const result = await host.make(['list-services'], {
      ...env,
      CI: '1',
      ONRAMP_ANALYTICS_TIMEOUT_MS: '600',
    });
    expect(result.status).toBe(0);
    expect(result.stderr).toBe('');
    expect(result.wallMs).toBeLessThan(5_000);
  });
});

describe('turned on by the environment alone', () => {
  const on = { ONRAMP_ANALYTICS_ENABLED: '1' };

  it('prints the notice once, on stderr and only there, and keeps the id', async () => {
    const first = await host.make(['list-services'], { ...RECORD_ONLY, ...on });
    expect(first.stderr).toContain('Never sent:');
    expect(first.stdout).toBe('adguard\njellyfin\nplex\nsonarr\nwhoami\n');
    const second = await host.make(['list-services'], { ...RECORD_ONLY, ...on });
    expect({ ...second, wallMs: 0 }).toEqual({ ...first, stderr: '', wallMs: 0 });
    const lock = parseLock(host.read('onramp.lock'));
    expect([...lock.keys()].sort()).toEqual(['ANALYTICS_ID', 'ANALYTICS_NOTICE_SHOWN']);
    const ids = host.records().map((record) => record!.distinct_id);
    expect(ids).toEqual([lock.get('ANALYTICS_ID'), lock.get('ANALYTICS_ID')]);
  });

  it('waits for no server, not even the first time', async () => {
    server.behave(() => {});
    const hanging = { ...env, ...on, ONRAMP_ANALYTICS_TIMEOUT_MS: '8000' };
    const first = await host.make(['list-services'], hanging);
    expect(first.stderr).toContain('Never sent:');
    expect(first.wallMs).toBeLessThan(4_000);
    host.write('onramp.lock', 'ANALYTICS_NOTICE_SHOWN="1"\n');
    const quoted = await host.make(['list-services'], hanging);
    expect(quoted.stderr).toBe('');
    expect(quoted.wallMs).toBeLessThan(4_000);
    await host.shim(['disable']);
  });

  it('says nothing in local mode', async () => {
    const local = { ...RECORD_ONLY, ONRAMP_ANALYTICS_ENABLED: 'local' };
    expect((await host.make(['list-services'], local)).stderr).toBe('');
    expect(host.records()).toMatchObject([{ local: true }]);
  });

  it.runIf(isRoot)(
    'works in a project that cannot be written, with an id for that run',
    async () => {
      chmodSync(join(host.root, '..'), 0o755);
      const before = snapshot(host.root);
      const asNobody = () =>
        run(MAKE, ['list-services'], {
          cwd: host.root,
          uid: NOBODY,
          env: { ...env, ...on, CI: '1', HOME: '/' },
        });
      for (let count = 1; count <= 2; count += 1) {
        expect(await asNobody()).toMatchObject({
          status: 0,
          stdout: 'adguard\njellyfin\nplex\nsonarr\nwhoami\n',
          stderr: '',
        });
      }
      const events = server.events();
      expect(events.map(({ properties }) => properties)).toEqual([
        expect.objectContaining({ command: 'list-services', success: true, ci: true }),
        expect.objectContaining({ command: 'list-services', success: true, ci: true }),
      ]);
      expect(new Set(events.map((each) => each.distinct_id)).size).toBe(2);
      expect(snapshot(host.root)).toEqual(before);
    },
  );

  it.runIf(isRoot)('tells a person that the project cannot be written', async () => {
    chmodSync(join(host.root, '..'), 0o755);
    const { status, stderr } = await run(MAKE, ['analytics-enable'], {
      cwd: host.root,
      uid: NOBODY,
    });
    expect(status).toBe(2);
    expect(stderr).toContain('cannot be written: permission denied. Nothing was changed.');
  });
});

describe('without Node', () => {
  const listing = { status: 0, stdout: 'adguard\njellyfin\nplex\nsonarr\nwhoami\n', stderr: '' };
  const NODE = process.env.TEST_NODE ?? process.execPath;
  const OLD = `exec '${NODE}' --require '${join(ROOT, 'test/support/old-node.cjs')}' "$@"`;

  it.each([
    ['missing', ['node'], {}],
    ['too old', [], { node: OLD }],
  ] as const)(
    '(%s) commands work as ever, and the targets say which is needed',
    async (what, missing, fakes) => {
      host.write('onramp.lock', lockOf('1'));
      const tools = toolsWithout(missing, fakes);
      const path = { PATH: tools.path };
      const make = (args: string[], more = {}) =>
        host.make(args, { ...RECORD_ONLY, ...path, ...more });
      expect(await make(['list-services'])).toMatchObject(listing);
      expect(await make(['list-services'], { CI: '1', ONRAMP_ANALYTICS_SYNC: '' })).toMatchObject(
        listing,
      );
      const failing = await make(['check']);
      expect(failing.status).toBe(2);
      expect(failing.stderr).toContain('is full');
      expect(failing.stderr).not.toContain('needs Node');
      const notified = await host.make(['list-services'], {
        ...path,
        ONRAMP_ANALYTICS_ENABLED: '1',
      });
      expect(notified).toMatchObject(listing);
      if (what === 'too old') {
        expect(
          await host.shim(['track', 'service_started', 'service_name=plex'], {
            NODE_OPTIONS: `--require ${join(ROOT, 'test/support/old-node.cjs')}`,
          }),
        ).toMatchObject({ status: 0, stdout: '', stderr: '' });
      }
      // Turning it off needs no Node: test/opt-out.test.ts.
      for (const target of TARGETS.filter((name) => name !== 'disable')) {
        const { status, stdout, stderr } = await make([`analytics-${target}`]);
        expect({ target, status, stdout }).toEqual({ target, status: 2, stdout: '' });
        expect(stderr).toContain('needs Node.js 20.16 or newer');
        expect(stderr).toContain(what === 'missing' ? 'no `node` in PATH' : 'this is v18.19.1');
      }
      tools.remove();
    },
  );

  it('with the shim deleted, commands work as ever', async () => {
    host.write('onramp.lock', lockOf('1'));
    rmSync(join(host.root, '.onramp/onramp-analytics'));
    expect(await host.make(['list-services'], RECORD_ONLY)).toMatchObject(listing);
    rmSync(join(host.root, '.onramp'), { recursive: true });
    expect(await host.make(['list-services'], RECORD_ONLY)).toMatchObject(listing);
  });
});

describe('the targets', () => {
  it('do what the commands do', async () => {
    const enabled = await host.make(['analytics-enable']);
    expect(enabled).toMatchObject({ status: 0, stderr: '' });
    expect(enabled.stdout).toContain('Never sent:');
    const id = parseLock(host.read('onramp.lock')).get('ANALYTICS_ID');
    expect((await host.make(['analytics-show-id'])).stdout).toBe(`${id}\n`);
    expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +on\n/);
    expect((await host.make(['analytics-preview'])).stdout).toContain('Nothing was sent.');
    expect((await host.make(['analytics-local'])).stdout).toContain('local');
    expect((await host.make(['analytics-reset-id'])).stdout).not.toContain(id);
    expect((await host.make(['analytics-disable'])).stdout).toContain('Analytics is off.');
    expect(parseLock(host.read('onramp.lock')).get('ANALYTICS_ENABLED')).toBe('0');
  });

  it('have a help comment each, in the form that `make help` looks for', () => {
    const text = host.read('.onramp/analytics.mk');
    const listed = [...text.matchAll(/^(analytics-[a-z-]+):.*## \S/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(TARGETS.map((name) => `analytics-${name}`).sort());
  });

  it('are also for a project that includes analytics.mk itself', async () => {
    rmSync(join(host.root, 'GNUmakefile'));
    host.write('Makefile', `${host.read('Makefile')}\ninclude .onramp/analytics.mk\n`);
    host.git();
    const help = (await host.make(['help'])).stdout;
    for (const name of TARGETS) expect(help).toContain(`make analytics-${name}\t`);
    expect((await host.make([])).status).toBe(0); // Its default goal is still its own.
    await host.make(['analytics-enable']);
    await host.make(['enable-service', 'plex'], RECORD_ONLY);
    expect(recorded(host)).toEqual([]);
    const report = await host.make(['rebuild-scaffold', 'adguard'], RECORD_ONLY);
    expect(report).toMatchObject({ status: 0, stderr: '' });
    expect(recorded(host)).toEqual([['scaffold_built', { service_name: 'adguard' }]]);
  });

  it('change nothing about the project’s own help and default goal', async () => {
    for (const mode of ['0', '1']) {
      host.write('onramp.lock', lockOf(mode));
      for (const goals of [['help'], []]) {
        const plain = await host.make(['-f', 'Makefile', ...goals]);
        const result = await host.make(goals, RECORD_ONLY);
        expect({ ...result, wallMs: 0 }).toEqual({ ...plain, wallMs: 0 });
      }
    }
    expect(recorded(host)).toEqual([executed('help'), executed('start')]);
  });
});
