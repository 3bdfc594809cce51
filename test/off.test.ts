// Off is off: no process is started, no file is written, no socket is opened.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { lockOf, snapshot } from './support/project';
import { RECORD_ONLY, recorded } from './support/recorded';
import { run } from './support/run';
import { type Server, startServer } from './support/server';

const MAKE = process.env.TEST_MAKE ?? 'make';

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

type Off = { what: string; lock?: string; env: Record<string, string> };
const OFF: Off[] = [
  { what: 'nobody ever enabled it', env: {} },
  { what: 'the lock says 0', lock: lockOf('0'), env: {} },
  { what: 'DO_NOT_TRACK is set', lock: lockOf('1'), env: { DO_NOT_TRACK: '1' } },
  { what: 'the variable says 0', lock: lockOf('1'), env: { ONRAMP_ANALYTICS_ENABLED: '0' } },
  {
    what: 'the variable is not understood',
    lock: lockOf('1'),
    env: { ONRAMP_ANALYTICS_ENABLED: 'maybe' },
  },
  {
    what: 'DO_NOT_TRACK is set, whatever else says on',
    lock: lockOf('1'),
    env: {
      DO_NOT_TRACK: 'true',
      ONRAMP_ANALYTICS_ENABLED: '1',
      ONRAMP_ANALYTICS_SYNC: '1',
      CI: '1',
    },
  },
  {
    what: 'the variable is an attempt to run something',
    env: { ONRAMP_ANALYTICS_ENABLED: '$(shell touch pwned)', DO_NOT_TRACK: '0' },
  },
  {
    what: 'DO_NOT_TRACK is an attempt to run something',
    lock: lockOf('1'),
    env: { DO_NOT_TRACK: '$(shell touch pwned)' },
  },
];

let host: Host;
let server: Server;
beforeEach(async () => {
  [host, server] = await Promise.all([
    makeHost({
      files: {
        Makefile:
          'up: ; @:\nreport: ; @$(call analytics-event,service_started,service_name=plex)\nfail: ; @exit 3\n',
      },
    }),
    startServer(),
  ]);
});
afterEach(async () => {
  await server.close();
  host.remove();
});
const wire = () => ({
  POSTHOG_API_KEY: 'k',
  POSTHOG_HOST: server.url,
  ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
});

/** Takes the lock in, as somebody who used the shim before would have it. */
async function settle(lock: string | undefined): Promise<void> {
  if (lock === undefined) return;
  host.write('onramp.lock', lock);
  await host.shim([lock.includes('ENABLED=1') ? 'enable' : 'disable']);
}

/** How many programs, processes and sockets a make starts. */
async function startedBy(words: string[], env: Record<string, string>) {
  const trace = join(host.root, '../trace');
  const filter = 'trace=execve,clone,clone3,fork,vfork,socket';
  await run('strace', ['-f', '-o', trace, '-e', filter, MAKE, ...words], {
    cwd: host.root,
    env: { ...wire(), ...env },
  });
  const calls = readFileSync(trace, 'utf8').split('\n');
  const count = (call: RegExp) =>
    calls.filter((line) => call.test(line) && !/resumed|= -1/.test(line)).length;
  return {
    programs: count(/execve\(/),
    forks: count(/(clone3?|v?fork)\(/),
    sockets: count(/socket\(/),
  };
}

describe.each(OFF)('when $what', ({ lock, env }) => {
  it('make writes no file, opens no connection, and says nothing', async () => {
    await settle(lock);
    const before = snapshot(host.root);
    for (const goals of [[], ['up'], ['report']]) {
      const result = await host.make(goals, { ...wire(), ...env });
      expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
    }
    const failing = await host.make(['fail'], { ...wire(), ...env });
    expect(failing.status).toBe(2);
    expect(failing.stderr.trim().split('\n')).toHaveLength(1);
    expect(snapshot(host.root)).toEqual(before);
    expect(server.requests).toEqual([]);
  });

  it('the shim records and sends nothing, also when it is called by name', async () => {
    await settle(lock);
    const before = snapshot(host.root);
    for (const command of [
      ['track', 'service_started', 'service_name=plex'],
      ['flush'],
      ['collect'],
    ]) {
      const result = await host.shim(command, { ...wire(), ...env });
      expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
    }
    expect(snapshot(host.root)).toEqual(before);
    expect(server.requests).toEqual([]);
  });

  it.runIf(canTrace())(
    'make starts exactly the processes that it starts without analytics',
    async () => {
      await settle(lock);
      const started = (words: string[]) => startedBy(words, env);
      expect(await started(['up'])).toEqual(await started(['-f', 'Makefile', 'up']));
      expect((await started(['up'])).sockets).toBe(0);
    },
  );
});

// make/analytics.mk and src/state read a lock alike: test/decide.test.ts has more of these.
describe.each([
  ['a line that means off and is not read', `${lockOf('1')}ANALYTICS_ENABLED = 0\n`],
  ['an exported one', `${lockOf('1')}export ANALYTICS_ENABLED=0\n`],
  ['a notice that is not read', `${lockOf('1')}ANALYTICS_NOTICE_SHOWN = 1\n`],
  ['an id that is none', 'ANALYTICS_ENABLED=1\nANALYTICS_ID=garbage\n'],
])('with %s in a lock that says on', (_what, lock) => {
  it.runIf(canTrace())(
    'make starts no process, and `status` says which line is wrong',
    async () => {
      host.write('onramp.lock', lock);
      expect(await startedBy(['up'], {})).toEqual(await startedBy(['-f', 'Makefile', 'up'], {}));
      const { status, stderr } = await host.shim(['status']);
      expect(status).toBe(1);
      expect(stderr).toMatch(/onramp\.lock, line \d: .*ANALYTICS_/);
      expect(host.read('onramp.lock')).toBe(lock);
    },
  );
});

describe('turning it off', () => {
  it('leaves nothing running and nothing to send', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.make(['up'], RECORD_ONLY);
    expect(recorded(host)).toHaveLength(1);
    expect((await host.make(['analytics-disable'])).stdout).toContain('1 waiting event');
    await host.shim(['flush'], { ...wire(), ONRAMP_ANALYTICS_ENABLED: '1' });
    expect(server.requests).toEqual([]);
  });

  it('ends a delivery that is under way before it returns', async () => {
    host.write('onramp.lock', lockOf('1'));
    let isAnswered = false;
    server.behave((_request, response) => {
      setTimeout(() => {
        isAnswered = true;
        response.end('{}');
      }, 300);
    });
    await host.make(['up'], wire());
    await server.arrived(1);
    await host.make(['analytics-disable'], wire());
    expect(isAnswered).toBe(true);
  });
});
