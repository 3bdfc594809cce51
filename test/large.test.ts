// What is large stays possible, and cheap: environments, goals, and many commands in a row.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { processesIn, quiet } from './support/processes';
import { lockOf } from './support/project';
import { RECORD_ONLY, recorded } from './support/recorded';
import { cleanEnv, make } from './support/run';
import { hasStrace } from './support/strace';

const MAKE = process.env.TEST_MAKE ?? 'make';
/** One variable may hold 128 KiB. */
const PIECE = 'x'.repeat(120_000);
const environmentOf = (pieces: number) =>
  Object.fromEntries(Array.from({ length: pieces }, (_, index) => [`LARGE_${index}`, PIECE]));

let host: Host;
beforeEach(async () => {
  host = await makeHost({
    files: { Makefile: 'hello: ; @echo "hello $(X) $${X-unset}"\n%: ; @:\n' },
  });
  host.write('onramp.lock', lockOf('1'));
});
afterEach(async () => {
  await quiet(host.root);
  host.remove();
});

describe('an environment of 1.2 MB', () => {
  const large = { ...environmentOf(10), ...RECORD_ONLY };

  it.each([
    [['hello'], 'hello  unset\n'],
    [['hello', 'X=1'], 'hello 1 1\n'],
    [['-k', 'hello', 'X=a b', '-s'], 'hello a b a b\n'],
  ])('works as without us: make %j', async (words, stdout) => {
    expect(await host.make(words, large)).toMatchObject({ status: 0, stdout, stderr: '' });
    expect(recorded(host)).toHaveLength(1);
  });

  it('also with names that a shell cannot have', async () => {
    const env = { ...large, 'odd.name': 'kept' };
    host.write('Makefile', 'hello: ; @printenv odd.name\n');
    expect(await host.make(['hello'], env)).toMatchObject({ status: 0, stdout: 'kept\n' });
  });
});

describe('500 KiB of goals', () => {
  it.each([
    ['few and long', Array.from({ length: 5 }, (_, index) => `${index}${'g'.repeat(100_000)}`)],
    ['many', Array.from({ length: 50_000 }, (_, index) => `goal-${index}`)],
    [
      'many, but less than 1,000',
      Array.from({ length: 900 }, (_, index) => `${index}${'g'.repeat(550)}`),
    ],
  ])(
    'work as without us: %s',
    async (_what, goals) => {
      host.write('Makefile', `${goals.join(' ')}: ;\n`);
      const bare = await makeHost({ files: { Makefile: host.read('Makefile') }, init: false });
      const [with_, without] = [
        await host.make(goals, RECORD_ONLY),
        await make(goals, { cwd: bare.root }),
      ];
      bare.remove();
      expect(with_.status).toBe(without.status);
      expect(with_.stdout).toBe(without.stdout);
      expect(with_.stderr).toBe(without.stderr);
    },
    120_000,
  );
});

describe.skipIf(!hasStrace)('the cost in system calls', () => {
  /** System calls that the shells of a tracked command make. */
  function calls(env: Record<string, string>): number {
    const trace = join(host.root, '..', 'trace');
    spawnSync('strace', ['-f', '-qq', '-o', trace, MAKE, 'hello'], {
      cwd: host.root,
      env: cleanEnv({
        ...env,
        ...RECORD_ONLY,
        ONRAMP_ANALYTICS_SYNC: '0',
        PATH: `${cleanEnv().PATH}`,
      }),
    });
    const lines = readFileSync(trace, 'utf8').split('\n');
    // A shell, and what it splits off: `$(…)` and pipes. Whoever becomes another program is none any more.
    const shells = new Set<string>();
    let count = 0;
    for (const line of lines) {
      const [pid = ''] = line.split(' ');
      if (/ execve\((?!.*= -1 )/.test(line)) {
        if (line.includes('execve("/bin/sh"')) shells.add(pid);
        else shells.delete(pid);
      }
      if (!shells.has(pid)) continue;
      count += 1;
      // Two processes at a time: the call begins in one line, and is over (`resumed`) in another.
      const [, child] = /(?:clone3?|v?fork)(?:\(| resumed>).*= (\d+)$/.exec(line) ?? [];
      if (child) shells.add(child);
    }
    return count;
  }

  it('does not grow with the environment', async () => {
    const small = calls({});
    await quiet(host.root);
    const large = calls(environmentOf(1));
    expect(large).toBeLessThan(small + 200);
  });
});

describe('many commands in a row', () => {
  it('start one collecting process at a time, and are all recorded up to the limit', async () => {
    const env = { ...RECORD_ONLY, ONRAMP_ANALYTICS_SYNC: '0', ONRAMP_ANALYTICS_TIMEOUT_MS: '5000' };
    const most: number[] = [];
    const pids = new Set<number>();
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        const collecting = processesIn(host.root).filter(
          ({ command }) => / collect /.test(`${command} `) && /^\S*node /.test(command),
        );
        most.push(collecting.length);
        for (const { pid } of collecting) pids.add(pid);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    })();
    for (let run = 0; run < 50; run += 1) await host.make(['hello'], env);
    isOver = true;
    await watch;
    await quiet(host.root);
    // One that is on its way out, its lease given back, may still be seen beside the next.
    expect(Math.max(...most)).toBeLessThanOrEqual(2);
    expect(most.filter((count) => count > 1).length).toBeLessThan(most.length / 10);
    // How many there are altogether is a matter of the machine: few where commands follow each other fast.
    expect(pids.size).toBeLessThan(25);
    expect(recorded(host)).toHaveLength(50);
  }, 60_000);
});
