// A command counts once, and none is lost: without /proc, when its note is taken for another's, and when
// analytics is turned off and on again around it.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { quiet, until } from './support/processes';
import { isRoot, lockOf } from './support/project';
import { executed, RECORD_ONLY, recorded } from './support/recorded';
import { cleanEnv, make, run } from './support/run';
import { toolsWithout } from './support/tools';

const MAKE = process.env.TEST_MAKE ?? 'make';
const MAKEFILE = 'hello: ; @echo hello\nlong: ; @echo started; read -r _\n';

let host: Host;
beforeEach(async () => {
  host = await makeHost({ files: { Makefile: MAKEFILE } });
  host.write('onramp.lock', lockOf('1'));
});
afterEach(async () => {
  await quiet(host.root);
  host.remove();
});

const commands = async () => {
  await quiet(host.root);
  return recorded(host);
};
const starts = () => {
  const spool = join(host.record, 'spool');
  const names = existsSync(spool) ? readdirSync(spool) : [];
  return names.filter((name) => name.endsWith('.start')).map((name) => join(spool, name));
};

/** Starts `make long`, which runs until `end` is called. */
async function startLong() {
  const env = cleanEnv(RECORD_ONLY);
  const child = spawn(MAKE, ['long'], { cwd: host.root, env, stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const end = async () => {
    child.stdin.end('\n');
    await once(child, 'close');
  };
  return { end };
}

describe('a command counts once', () => {
  it.runIf(isRoot)('where there is no /proc', async () => {
    const script = `mount -t tmpfs none /proc && exec ${MAKE} hello`;
    for (const env of [RECORD_ONLY, { ...RECORD_ONLY, CI: 'true' }]) {
      const options = { cwd: host.root, env: cleanEnv(env) };
      expect((await run('unshare', ['-m', 'sh', '-c', script], options)).stdout).toBe('hello\n');
      await until(10_000, () => recorded(host).length > 0 && starts().length === 0);
    }
    expect(await commands()).toEqual([executed('hello'), executed('hello')]);
  });

  it('whatever the caller has under the names of ours', async () => {
    const env = { ONRAMP_ANALYTICS_GOALS: 'fail', ONRAMP_ANALYTICS_STATUS: '0' };
    await host.make(['hello'], { ...RECORD_ONLY, ...env });
    expect(await commands()).toEqual([executed('hello')]);
  });

  it('however old its note looks while it runs', async () => {
    const { end } = await startLong();
    execFileSync('touch', ['-d', '2024-01-01', ...starts()]);
    await host.make(['hello'], RECORD_ONLY);
    await quiet(join(host.root, '.onramp'));
    await until(10_000, () => recorded(host).length > 0);
    await end();
    expect((await commands()).filter(([, { command }]) => command === 'long')).toHaveLength(1);
    expect(recorded(host)).toContainEqual(executed('long'));
  });

  it('when another took it for interrupted', async () => {
    const { end } = await startLong();
    const [note] = starts();
    // The start of its process is that of another one.
    const [, pid, start] = readFileSync(note!, 'utf8').split(' ');
    const text = readFileSync(note!, 'utf8').replace(`v1 ${pid} ${start} `, `v1 ${pid} 1 `);
    writeFileSync(note!, text);
    await host.make(['hello'], RECORD_ONLY);
    await until(10_000, () => !existsSync(note!));
    await end();
    expect((await commands()).filter(([, { command }]) => command === 'long')).toHaveLength(1);
  });
});

describe('a command that comes after `disable` without Node, when it is on again,', () => {
  it.each(['in the environment', 'by hand'])('%s, is recorded', async (how) => {
    await host.make(['hello'], RECORD_ONLY);
    await quiet(host.root);
    const tools = toolsWithout(['node']);
    expect((await host.make(['analytics-disable'], { PATH: tools.path })).status).toBe(0);
    tools.remove();
    const before = recorded(host).length;
    if (how === 'by hand') host.write('onramp.lock', lockOf('1'));
    await host.make(['hello'], { ...RECORD_ONLY, ONRAMP_ANALYTICS_ENABLED: '1' });
    await quiet(host.root);
    expect(recorded(host, before)).toEqual([executed('hello')]);
  });
});

it('a bundle that is damaged says nothing, also where the environment turns it on', async () => {
  rmSync(join(host.root, 'onramp.lock'));
  host.write('.onramp/onramp-analytics', 'this is { not a program\n');
  const env = { ...RECORD_ONLY, ONRAMP_ANALYTICS_ENABLED: '1' };
  expect(await host.make(['hello'], env)).toMatchObject({
    status: 0,
    stdout: 'hello\n',
    stderr: '',
  });
});

it.runIf(isRoot)('analytics is turned off on a full disk', async () => {
  const disk = join(host.root, '..', 'disk');
  mkdirSync(disk);
  const script = `mount -t tmpfs -o size=4m none "$1" && cp -R "$2/." "$1" && cd "$1" &&
    dd if=/dev/zero of=full bs=64k 2>/dev/null; : >>more; dd if=/dev/zero of=more bs=1 2>/dev/null
    PATH=$3 ${MAKE} analytics-disable; echo $?; cat onramp.lock`;
  const tools = toolsWithout(['node']);
  const env = cleanEnv({ PATH: process.env.PATH });
  const args = ['-m', 'sh', '-c', script, 'sh', disk, host.root, tools.path];
  const { stdout } = await run('unshare', args, { cwd: host.root, env });
  tools.remove();
  expect(stdout).toContain('Analytics is off.');
  expect(stdout).toContain('\n0\n');
  expect(stdout).toContain('ANALYTICS_ENABLED=0');
});

it.runIf(isRoot)(
  'what waits is not sent after `disable` on a disk that takes no more files',
  async () => {
    await host.make(['hello'], RECORD_ONLY);
    await quiet(host.root);
    const disk = join(host.root, '..', 'disk');
    mkdirSync(disk);
    const script = `mount -t tmpfs -o nr_inodes=100k none "$1" && cp -R "$2/." "$1" && cd "$1" &&
    printf 'ANALYTICS_ENABLED=local # mine\nOTHER=1\n' >>onramp.lock && cp onramp.lock "$2/../before" &&
    mount -o remount,nr_inodes=$(($(df --output=iused . | tail -n 1))) "$1" && ! touch more 2>/dev/null || exit 3
    PATH=$3 ${MAKE} analytics-disable; echo $?; cp onramp.lock "$2/../after"`;
    const tools = toolsWithout(['node']);
    const env = cleanEnv({ PATH: process.env.PATH });
    const args = ['-m', 'sh', '-c', script, 'sh', disk, host.root, tools.path];
    const { stdout } = await run('unshare', args, { cwd: host.root, env });
    tools.remove();
    expect(stdout).toContain('Analytics is off.');
    expect(stdout).toContain('\n0\n');
    const [before, after] = ['before', 'after'].map((name) => host.read(join('..', name)));
    // No mark can be left in the record: what waits under another id than the lock's is never sent.
    const expected = before!
      .replaceAll('ENABLED=1', 'ENABLED=0')
      .replace('ENABLED=local', 'ENABLED=0    ')
      .replace(/ID=.*/, (id) => 'ID='.padEnd(id.length));
    expect(after).toBe(expected);
  },
);

it('what another user recorded, where there is no git, is not sent after `disable`', async () => {
  rmSync(join(host.root, '.git'), { recursive: true });
  const before = host.read('onramp.lock');
  const home = join(host.root, '..', 'another');
  await make(['analytics-disable'], { cwd: host.root, env: cleanEnv({ HOME: home }) });
  expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
  // What waits under another id is never sent.
  expect(host.read('onramp.lock')).not.toContain(/ANALYTICS_ID=(\S+)/.exec(before)![1]!);
});
