// The shim that make leaves behind: it holds nothing open, belongs to nobody, and is soon gone.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { HOSTILE, type Hostile } from './support/hostile';
import { processesIn, until } from './support/processes';
import { cleanEnv, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';
/** Long, so that waiting for it would show. */
const DEADLINE_MS = 3_000;
const GONE_AFTER_MS = 2_000;

describe.skipIf(process.platform !== 'linux')('the detached shim', () => {
  let host: Host;
  let silent: Hostile;

  beforeEach(async () => {
    [host, silent] = await Promise.all([makeHost(), HOSTILE['accepts and says nothing']!()]);
    await host.shim(['enable']);
  });
  afterEach(async () => {
    await until(DEADLINE_MS + GONE_AFTER_MS, () => processesIn(host.root).length === 0);
    await silent.close();
    host.remove();
  });

  const env = (more: Record<string, string> = {}) => ({
    POSTHOG_API_KEY: 'phc_test',
    POSTHOG_HOST: silent.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: String(DEADLINE_MS),
    ...more,
  });
  const sh = (script: string, more = {}) =>
    run('sh', ['-c', script], { cwd: host.root, env: env(more) });
  const sending = () =>
    until(
      5_000,
      () =>
        silent.hits() > 0 &&
        processesIn(host.root).find(({ command }) => command.includes('collect')),
    );

  it('does not hold a pipe, a command substitution or a $(shell make …)', async () => {
    const outer = join(host.root, 'outer.mk');
    host.write('outer.mk', `said := $(shell ${MAKE} down)\nall: ; @echo '<$(said)>'\n`);
    for (const [script, said] of [
      [`${MAKE} down | cat`, 'stopping everything\n'],
      [`${MAKE} down 2>&1 | cat`, 'stopping everything\n'],
      [`echo "<$(${MAKE} down 2>&1)>"`, '<stopping everything>\n'],
      [`${MAKE} -f ${outer}`, '<stopping everything>\n'],
    ] as const) {
      const { stdout, wallMs } = await sh(script);
      expect({ script, stdout }).toEqual({ script, stdout: said });
      expect(wallMs, script).toBeLessThan(DEADLINE_MS / 2);
    }
    await sending();
  });

  it('leaves no process 2 s after its deadline', async () => {
    await sh(`${MAKE} down`);
    await sending();
    await until(DEADLINE_MS + GONE_AFTER_MS, () => processesIn(host.root).length === 0);
  });

  it('has no inherited descriptor, no terminal, and its own session and process group', async () => {
    // What a script may have open when it calls make: a log, a lock, a pipe.
    const { status } = await sh(
      `exec 3>three 4>four 5</dev/zero 6>six 7>seven 8>eight 9>nine; exec ${MAKE} down`,
    );
    expect(status).toBe(0);
    const { pid, group, session, terminal, descriptors } = await sending();
    expect({ group, session, terminal }).toEqual({ group: pid, session: pid, terminal: 0 });
    for (const fd of [0, 1, 2]) expect(descriptors[fd]).toBe('/dev/null');
    const files = Object.values(descriptors).filter((target) => target.startsWith('/'));
    expect(files.filter((target) => target !== '/dev/null')).toEqual([]);
  });

  it('lets go of high descriptors too, such as the 200 of flock’s manual', async () => {
    const held = join(host.root, 'held');
    const file = openSync(held, 'w');
    const stdio: ('ignore' | 'pipe' | number)[] = Array(203).fill('ignore');
    for (const fd of [10, 12, 15, 16, 40, 200]) stdio[fd] = file;
    for (const fd of [201, 202]) stdio[fd] = 'pipe';
    const child = spawn(MAKE, ['down'], { cwd: host.root, env: cleanEnv(env()), stdio });
    closeSync(file);
    const shared = [201, 202].map((fd) => once(child.stdio[fd] as Socket, 'close'));
    for (const fd of [201, 202]) (child.stdio[fd] as Socket).resume();
    const { descriptors } = await sending();
    expect(Object.values(descriptors)).not.toContain(held);
    await Promise.all(shared); // Closed at the other end while the shim is still sending.
    expect(processesIn(host.root)).not.toEqual([]);
  });

  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    'survives %s to the process group it was started from, and delivers',
    async (signal) => {
      const shell: ChildProcess = spawn('sh', ['-c', `${MAKE} down; sleep 20`], {
        cwd: host.root,
        env: cleanEnv(env()),
        detached: true,
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => shell.on('close', resolve));
      const { pid } = await sending();
      process.kill(-shell.pid!, signal);
      await ended;
      expect(processesIn(host.root).map((each) => each.pid)).toContain(pid);
    },
  );

  it('is not waited for by a shell that waits for its children', async () => {
    const { wallMs } = await sh(`${MAKE} down; wait`);
    expect(wallMs).toBeLessThan(DEADLINE_MS / 2);
    await sending();
  });
});
