// onramp.lock under real conditions: many writers, other owners, files that are wrong.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectAt } from '../src/project/project';
import { changeState } from '../src/state/change';
import { parseLock } from '../src/state/lock-text';
import { readText } from '../src/state/state';
import type { Host } from './support/host';
import { giveAll, ID, isRoot, lockOf, makeProject, NOBODY, snapshot } from './support/project';
import { BUNDLE, run } from './support/run';

const PEOPLE = [
  ['enable'],
  ['enable', '--local'],
  ['disable'],
  ['status'],
  ['show-id'],
  ['reset-id'],
  ['flush'],
  ['preview'],
];
const TRACK = ['track', 'service_started', 'service_name=plex'];
const WRITERS = 50;

let host: Host;
beforeEach(async () => {
  host = await makeProject();
});
afterEach(() => host.remove());

const node = process.env.TEST_NODE ?? process.execPath;
const asNobody = (args: readonly string[]) =>
  run(node, [BUNDLE, ...args], { cwd: host.root, uid: NOBODY });

describe('many processes that write at once', () => {
  it('leave a file that parses, with one id and every key of other tools', async () => {
    const foreign = '# of another tool\r\nVERSION=1.2.3\r\n\r\nLAST_UPDATE=2025-01-01';
    host.write('onramp.lock', foreign);
    const commands = [['enable'], ['enable', '--local'], ['disable']];
    const results = await Promise.all(
      Array.from({ length: WRITERS }, (_, index) => host.shim(commands[index % 3]!)),
    );
    expect(results.filter(({ status }) => status !== 0)).toEqual([]);
    const text = host.read('onramp.lock');
    expect(text.startsWith(foreign)).toBe(true);
    expect(text.match(/^ANALYTICS_ID=/gm)).toHaveLength(1);
    expect([...parseLock(text).keys()].sort()).toEqual([
      'ANALYTICS_ENABLED',
      'ANALYTICS_ID',
      'ANALYTICS_NOTICE_SHOWN',
    ]);
    const notices = results.filter(({ stdout }) => stdout.includes('Never sent:'));
    expect(notices).toHaveLength(1);
  }, 60_000);

  it('agree on one id when the environment alone enables them', async () => {
    const env = { ONRAMP_ANALYTICS_ENABLED: '1', ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' };
    await Promise.all(Array.from({ length: 12 }, () => host.shim(TRACK, env)));
    const ids = new Set(host.records().map((record) => record?.distinct_id));
    expect(host.records()).toHaveLength(12);
    expect([...ids]).toEqual([parseLock(host.read('onramp.lock')).get('ANALYTICS_ID')]);
  }, 60_000);
});

describe('reading', () => {
  it('never takes a file that is just being made for a broken link', async () => {
    const files =
      'for (;;) { fs.writeFileSync("new", "A=1"); fs.renameSync("new", "onramp.lock"); fs.unlinkSync("onramp.lock"); }';
    const child = spawn(process.execPath, ['-e', files], { cwd: host.root, stdio: 'ignore' });
    try {
      const seen = new Set<string | undefined>();
      for (let n = 0; n < 20_000 || seen.size < 2; n += 1) seen.add(readText(host.lock));
      expect(seen).toEqual(new Set([undefined, 'A=1']));
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
});

describe('a change', () => {
  it('is made anew when another wrote meanwhile, lease or no lease', async () => {
    host.write('onramp.lock', lockOf('1'));
    let calls = 0;
    await changeState(projectAt(host.root), () => {
      calls += 1;
      if (calls === 1) host.write('onramp.lock', lockOf('0')); // Somebody who asked nobody.
      return { ANALYTICS_NOTICE_SHOWN: '2' };
    });
    expect(calls).toBe(2);
    expect(host.read('onramp.lock')).toBe(lockOf('0').replace('SHOWN=1', 'SHOWN=2'));
  });
});

describe('a write', () => {
  it('keeps the mode of the file, and leaves no temporary file', async () => {
    host.write('onramp.lock', 'KEY=1\n');
    chmodSync(host.lock, 0o640);
    expect((await host.shim(['enable'])).status).toBe(0);
    expect(statSync(host.lock).mode & 0o7777).toBe(0o640);
    expect(Object.keys(snapshot(host.root)).filter((path) => path.includes('.tmp'))).toEqual([]);
  });

  it('keeps a symbolic link, and writes the file behind it', async () => {
    mkdirSync(join(host.root, 'elsewhere'));
    host.write('elsewhere/state', 'KEY=1\n');
    symlinkSync('elsewhere/state', host.lock);
    expect((await host.shim(['enable'])).status).toBe(0);
    expect(readlinkSync(host.lock)).toBe('elsewhere/state');
    expect(host.read('elsewhere/state')).toContain('KEY=1\nANALYTICS_ENABLED=1\n');
  });

  it('leaves alone what others wrote in another encoding', async () => {
    const others = Buffer.from('NAME=Andr\xe9\n\xff\xfe\n', 'latin1');
    writeFileSync(host.lock, Buffer.concat([others, Buffer.from(lockOf('0'))]));
    for (const mode of ['1', '0']) {
      expect((await host.shim([mode === '1' ? 'enable' : 'disable'])).status).toBe(0);
      expect(readFileSync(host.lock)).toEqual(Buffer.concat([others, Buffer.from(lockOf(mode))]));
    }
  });

  it.runIf(isRoot)('of root keeps the owner of the file', async () => {
    host.write('onramp.lock', 'KEY=1\n');
    chownSync(host.lock, 1234, 2345);
    expect((await host.shim(['enable'])).status).toBe(0);
    expect(statSync(host.lock)).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it.runIf(isRoot)('of root makes files that belong to the owner of the project', async () => {
    giveAll(host.root, NOBODY);
    chmodSync(join(host.root, '..'), 0o755);
    const env = { ONRAMP_ANALYTICS_SENDER: 'console' };
    await host.shim(['enable'], env);
    await host.shim(TRACK, env);
    await host.shim(['disable'], env);
    const foreign = Object.entries(snapshot(host.root)).filter(
      ([, entry]) => entry.split(' ')[1] !== String(NOBODY),
    );
    expect(foreign.map(([path]) => path)).toEqual([]);
    // And so the owner can go on.
    expect(await asNobody(['enable'])).toMatchObject({ status: 0, stderr: '' });
  });
});

type Wrong = { what: string; make: () => void; line?: number };
const WRONG: Wrong[] = [
  {
    what: 'a directory',
    make: () => mkdirSync(host.lock),
  },
  {
    what: 'a dangling link',
    make: () => symlinkSync('nowhere', host.lock),
  },
  {
    what: 'one of our keys with spaces',
    make: () => host.write('onramp.lock', `${lockOf('1')}ANALYTICS_ENABLED = 0\n`),
    line: 4,
  },
  {
    what: 'one of our keys, exported',
    make: () => host.write('onramp.lock', `export ANALYTICS_ENABLED=0\n${lockOf('1')}`),
    line: 1,
  },
  {
    what: 'a NUL byte',
    make: () => host.write('onramp.lock', 'ANALYTICS_ENABLED=1\nA=\0\n'),
    line: 2,
  },
  {
    what: 'an id that is no UUID',
    make: () =>
      host.write('onramp.lock', 'ANALYTICS_ENABLED=1\n\nANALYTICS_ID=alice@example.org\n'),
    line: 3,
  },
];

describe.each(WRONG)('a lock that is $what', ({ make, line }) => {
  it('makes people’s commands exit 1, naming the file and the line, and stays untouched', async () => {
    make();
    const before = snapshot(host.root);
    for (const command of PEOPLE) {
      const { status, stdout, stderr } = await host.shim(command);
      expect({ command, status, stdout }).toEqual({ command, status: 1, stdout: '' });
      expect(stderr).toContain(line ? `${host.lock}, line ${line}:` : host.lock);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain('alice');
    }
    expect(snapshot(host.root)).toEqual(before);
  });

  it('makes tracking silent and off, whatever the environment says', async () => {
    make();
    const before = snapshot(host.root);
    for (const variable of [undefined, '1']) {
      const env = { ONRAMP_ANALYTICS_ENABLED: variable, ONRAMP_ANALYTICS_SENDER: 'console' };
      for (const command of [TRACK, ['collect']]) {
        expect(await host.shim(command, env)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      }
    }
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe.runIf(isRoot)('for a user who is not root', () => {
  it('a lock that cannot be read is an error for people, and silence for tracking', async () => {
    host.write('onramp.lock', lockOf('1'));
    chmodSync(host.lock, 0o600);
    chmodSync(join(host.root, '..'), 0o755);
    const before = snapshot(host.root);
    for (const command of PEOPLE) {
      const { status, stderr } = await asNobody(command);
      expect({ command, status }).toEqual({ command, status: 1 });
      expect(stderr).toContain(`${host.lock} cannot be read: permission denied`);
    }
    expect(await asNobody(TRACK)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(snapshot(host.root)).toEqual(before);
  });

  it('a project that cannot be written is an error that says so, and nothing is changed', async () => {
    host.write('onramp.lock', lockOf('1'));
    chmodSync(join(host.root, '..'), 0o755);
    const before = snapshot(host.root);
    for (const command of [['enable', '--local'], ['disable'], ['reset-id']]) {
      const { status, stderr } = await asNobody(command);
      expect({ command, status }).toEqual({ command, status: 1 });
      expect(stderr).toMatch(
        /cannot be written: permission denied\. Nothing was changed\. .+\.\n$/,
      );
    }
    const { status, stdout } = await asNobody(['status']);
    expect(status).toBe(1);
    expect(stdout).toContain('Nothing can be recorded');
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe('a full disk', () => {
  it('leaves the old file whole', async () => {
    // A limit on the size of files is a full disk that needs no file system of its own.
    host.write('onramp.lock', `${lockOf('0')}${'# padding\n'.repeat(200)}`);
    expect((await host.shim(['status'])).status).toBe(0);
    const before = host.read('onramp.lock');
    const script = `ulimit -f 1; trap '' XFSZ; exec "$0" "$1" enable`;
    const { status, stderr } = await run('sh', ['-c', script, node, BUNDLE], { cwd: host.root });
    expect(status).toBe(1);
    expect(stderr).toContain('onramp.lock');
    expect(host.read('onramp.lock')).toBe(before);
    expect(existsSync(host.lock)).toBe(true);
    const names = Object.keys(snapshot(host.root)).filter((path) => path.endsWith('.tmp'));
    expect(names).toEqual([]);
  });
});

it('a lock that is moved away and back is the same project again', async () => {
  host.write('onramp.lock', lockOf('1'));
  renameSync(host.lock, `${host.lock}.away`);
  expect((await host.shim(['show-id'])).status).toBe(1);
  renameSync(`${host.lock}.away`, host.lock);
  expect((await host.shim(['show-id'])).stdout).toBe(`${ID}\n`);
  expect(lstatSync(host.lock).isFile()).toBe(true);
  expect(readFileSync(host.lock, 'utf8')).toBe(lockOf('1'));
  rmSync(host.lock);
});
