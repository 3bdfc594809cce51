// init: sets a project up, says each file it writes, and overwrites none that is not its own.

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../src/generated';
import { filesBelow, type Host, makeHost } from './support/host';
import { isRoot, lockOf, NOBODY, snapshot } from './support/project';
import { executed, RECORD_ONLY, recorded } from './support/recorded';
import { BUNDLE, run, shim } from './support/run';

const WRITTEN = ['GNUmakefile', '.onramp/analytics.mk', '.onramp/track', 'bin/onramp-analytics'];

let host: Host;
beforeEach(async () => {
  host = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
});
afterEach(() => host.remove());

describe('in a project that has nothing of it yet', () => {
  it('writes four files and a line of .gitignore, says each, and nothing else', async () => {
    const { status, stdout, stderr } = await host.shim(['init']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4).sort()).toEqual(WRITTEN.map((path) => `wrote      ${path}`).sort());
    // Last of its files: with it, make begins to use the others.
    expect(lines[3]).toBe('wrote      GNUmakefile');
    expect(lines[4]).toBe('wrote      .gitignore (the line onramp.lock)');
    expect(stdout).toContain('make analytics-enable');
    expect(filesBelow(host.root)).toEqual(
      ['.gitignore', 'Makefile', 'bin', 'make', ...WRITTEN].sort(),
    );
    expect(host.read('.gitignore')).toBe('onramp.lock\n');
    for (const path of ['bin/onramp-analytics', '.onramp/track']) {
      expect(statSync(join(host.root, path)).mode & 0o111).toBe(0o111);
    }
  });

  it('leaves a project in which analytics is off, and which works', async () => {
    await host.shim(['init']);
    expect(await host.make(['up'])).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
    expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +off/);
  });

  it('copies a shim that runs by itself, also below a package.json of any type', async () => {
    await host.shim(['init']);
    for (const type of ['module', 'commonjs']) {
      host.write('package.json', JSON.stringify({ type }));
      const result = await run(join(host.root, 'bin/onramp-analytics'), ['--version'], {
        cwd: host.root,
      });
      expect(result).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    }
  });

  it('and its copy sets up the next project just the same', async () => {
    await host.shim(['init']);
    const next = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
    await run(join(host.root, 'bin/onramp-analytics'), ['init', next.root], { cwd: host.root });
    expect(snapshot(next.root)).toEqual(snapshot(host.root));
    next.remove();
  });
});

describe('again', () => {
  it('changes nothing, and says so', async () => {
    await host.shim(['init']);
    const before = snapshot(host.root);
    const { status, stdout } = await host.shim(['init', '.']);
    expect(status).toBe(0);
    expect(stdout.match(/^unchanged /gm)).toHaveLength(5);
    expect(stdout).not.toMatch(/^wrote/m);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('renews what init wrote, and keeps what somebody changed', async () => {
    await host.shim(['init']);
    // As an older version of it would have been: sealed by init, with other content.
    const { createHash } = await import('node:crypto');
    const old = '# an older track.sh\n';
    const seal = createHash('sha256').update(old).digest('hex');
    host.write('.onramp/track', `${old}# sealed by onramp-analytics init: ${seal}\n`);
    host.write('.onramp/analytics.mk', `${host.read('.onramp/analytics.mk')}# mine\n`);
    const { stdout } = await host.shim(['init']);
    expect(stdout).toContain('wrote      .onramp/track');
    expect(stdout).toContain('kept       .onramp/analytics.mk');
    expect(host.read('.onramp/track')).toContain('exec "$_make"');
    expect(host.read('.onramp/analytics.mk')).toMatch(/# mine\n$/);
  });
});

describe('a bundle that was put into the project by hand', () => {
  it('sets its project up, and is sealed', async () => {
    mkdirSync(join(host.root, 'bin'));
    copyFileSync(BUNDLE, join(host.root, 'bin/onramp-analytics'));
    const { status, stdout } = await host.shim(['init']);
    expect(status).toBe(0);
    expect(stdout).toContain('wrote      bin/onramp-analytics');
    expect(stdout).toContain('wrote      GNUmakefile');
  });
});

describe('what is not its own', () => {
  it.each(WRITTEN.filter((path) => path !== 'GNUmakefile'))(
    '%s is kept as it is, and nothing is written',
    async (path) => {
      mkdirSync(join(host.root, path, '..'), { recursive: true });
      host.write(path, '# the project’s own\n');
      const before = filesBelow(host.root);
      const { status, stderr } = await host.shim(['init']);
      expect(status).toBe(1);
      expect(stderr).toContain(`${path} is there already, and init did not write it`);
      expect(host.read(path)).toBe('# the project’s own\n');
      expect(filesBelow(host.root)).toEqual(before);
    },
  );

  it('a GNUmakefile is kept, and what to add to it is said', async () => {
    host.write('GNUmakefile', 'own: ; @echo own\n');
    const { status, stdout } = await host.shim(['init']);
    expect(status).toBe(0);
    expect(stdout).toContain(
      'kept       GNUmakefile (yours: add the line `include .onramp/analytics.mk`',
    );
    expect(host.read('GNUmakefile')).toBe('own: ; @echo own\n');
    host.write('GNUmakefile', 'own: ; @echo own\ninclude .onramp/analytics.mk\n');
    expect((await host.make([])).stdout).toBe('own\n');
    expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +off/);
  });

  it('a file in the place of a folder: nothing is written', async () => {
    host.write('make', 'a file\n');
    const { status, stderr } = await host.shim(['init']);
    expect(status).toBe(1);
    expect(stderr).toContain('is not a folder');
    expect(filesBelow(host.root)).toEqual(['Makefile', 'make']);
  });

  it('a directory or a link in the place of a file is kept', async () => {
    mkdirSync(join(host.root, 'GNUmakefile'));
    mkdirSync(join(host.root, 'make'));
    symlinkSync('nowhere', join(host.root, '.onramp/track'));
    const { status, stderr } = await host.shim(['init']);
    expect(status).toBe(1);
    expect(stderr).toContain('.onramp/track is there already');
    expect(statSync(join(host.root, 'GNUmakefile')).isDirectory()).toBe(true);
    expect(filesBelow(host.root)).not.toContain('nowhere');
  });

  it.each([
    ['node_modules/', 'node_modules/\nonramp.lock\n'],
    ['*.log\r\n', '*.log\r\nonramp.lock\r\n'],
    ['onramp.lock', 'onramp.lock'],
    ['/onramp.lock\n', '/onramp.lock\n'],
    ['# onramp.lock\n', '# onramp.lock\nonramp.lock\n'],
  ])('.gitignore %j keeps its lines and endings', async (before, after) => {
    host.write('.gitignore', before);
    await host.shim(['init']);
    expect(host.read('.gitignore')).toBe(after);
  });
});

describe('where it cannot', () => {
  it.each([
    ['a folder that is not there', ['init', 'missing'], 'is not a folder'],
    ['a file', ['init', 'Makefile'], 'is not a folder'],
    ['a folder without a Makefile', ['init', '.git'], 'has no Makefile'],
  ])('%s is an error that says what to do', async (_what, words, message) => {
    const before = snapshot(host.root);
    const { status, stdout, stderr } = await host.shim(words);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Name the folder of');
    expect(snapshot(host.root)).toEqual(before);
  });

  it.runIf(isRoot)('a folder that cannot be written is an error', async () => {
    chmodSync(join(host.root, '..'), 0o755);
    const result = await run(process.env.TEST_NODE ?? process.execPath, [BUNDLE, 'init'], {
      cwd: host.root,
      uid: NOBODY,
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('could not be set up: permission denied');
  });
});

describe('a project whose path is unusual', () => {
  it.each(['with space', 'ünïcödé ✓', "it's", 'a&b;c', '(brackets)'])(
    '%j works all the way',
    async (name) => {
      const odd = await makeHost({
        name,
        files: {
          Makefile:
            'up: ; @echo up\ninclude-me: ; @$(call analytics-event,service_started,service_name=plex)\n',
        },
      });
      expect((await odd.make(['analytics-enable'])).status).toBe(0);
      expect(await odd.make(['up'], RECORD_ONLY)).toMatchObject({
        status: 0,
        stdout: 'up\n',
        stderr: '',
      });
      await odd.make(['include-me'], RECORD_ONLY);
      expect(recorded(odd)).toEqual([
        executed('up'),
        executed('include-me'),
        ['service_started', { service_name: 'custom' }],
      ]);
      expect((await odd.make(['analytics-disable'])).status).toBe(0);
      odd.remove();
    },
  );
});

it('to take it all away is to delete what init wrote', async () => {
  await host.shim(['init']);
  host.write('onramp.lock', lockOf('1'));
  await host.make(['up'], RECORD_ONLY);
  for (const path of [...WRITTEN, '.git/onramp-analytics']) {
    rmSync(join(host.root, path), { recursive: true });
  }
  expect(await host.make(['up'])).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
  expect(readFileSync(BUNDLE, 'utf8')).not.toContain('sealed by onramp-analytics init: 0');
  expect((await shim(['status'], { cwd: host.root })).status).toBe(0);
});
