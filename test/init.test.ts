// init: sets a project up, says each file it writes, and overwrites none that is not its own.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../src/generated';
import { filesBelow, type Host, makeHost } from './support/host';
import { flat } from './support/old';
import { giveAll, isRoot, NOBODY, snapshot } from './support/project';
import { hasPty, onTerminal } from './support/pty';
import { executed, RECORD_ONLY, recorded } from './support/recorded';
import { BUNDLE, run } from './support/run';

const WRITTEN = [
  '.onramp/.gitattributes',
  '.onramp/README.md',
  '.onramp/analytics.mk',
  '.onramp/track',
  '.onramp/onramp-analytics',
  'GNUmakefile',
];

let host: Host;
beforeEach(async () => {
  host = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
});
afterEach(() => host.remove());

/** Puts a file somewhere, and the folders that it needs. */
function put(path: string, text: string): void {
  mkdirSync(dirname(join(host.root, path)), { recursive: true });
  host.write(path, text);
}

/** A text as an older version of init would have written it. */
function sealedByInit(text: string): string {
  const seal = createHash('sha256').update(text).digest('hex');
  return `${text}# sealed by onramp-analytics init: ${seal}\n`;
}

describe('in a project that has nothing of it yet', () => {
  it('writes six files and a line of .gitignore, says each, and nothing else', async () => {
    const { status, stdout, stderr } = await host.shim(['init', '.']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 7)).toEqual([
      // GNUmakefile is the last of the files: with it, make begins to use the others.
      ...WRITTEN.map((path) => `wrote      ${path}`),
      'wrote      .gitignore (added the line onramp.lock)',
    ]);
    expect(stdout).toContain('make analytics-enable');
    expect(filesBelow(host.root)).toEqual(['.gitignore', '.onramp', 'Makefile', ...WRITTEN].sort());
    expect(host.read('.gitignore')).toBe('onramp.lock\n');
    for (const path of WRITTEN) {
      const isProgram = path === '.onramp/onramp-analytics'; // make runs track by `/bin/sh`.
      expect(statSync(join(host.root, path)).mode & 0o777).toBe(isProgram ? 0o755 : 0o644);
    }
  });

  it('leaves a project in which analytics is off, and which works', async () => {
    await host.shim(['init', '.']);
    expect(await host.make(['up'])).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
    expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +off/);
  });

  it('also where onramp.lock cannot be understood: that is said, and is no failure', async () => {
    mkdirSync(join(host.root, 'onramp.lock'));
    const { status, stdout } = await host.shim(['init', '.']);
    expect(status).toBe(0);
    expect(stdout).toContain('wrote      GNUmakefile');
    expect(flat(stdout)).toMatch(/Analytics is off: .*onramp\.lock/);
  });

  it('copies a shim that runs by itself, also below a package.json of any type', async () => {
    await host.shim(['init', '.']);
    for (const type of ['module', 'commonjs']) {
      host.write('package.json', JSON.stringify({ type }));
      const result = await run(join(host.root, '.onramp/onramp-analytics'), ['--version'], {
        cwd: host.root,
      });
      expect(result).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    }
  });

  it('and its copy sets up the next project just the same', async () => {
    await host.shim(['init', '.']);
    const next = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
    await run(join(host.root, '.onramp/onramp-analytics'), ['init', next.root], { cwd: host.root });
    expect(snapshot(next.root)).toEqual(snapshot(host.root));
    next.remove();
  });

  it('writes the user’s page, in which every link leads somewhere', async () => {
    await host.shim(['init', '.']);
    const page = host.read('.onramp/README.md');
    expect(page).toMatch(/^# Anonymous analytics\n/);
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, link] of page.matchAll(/\]\(([^)]+)\)/g)) {
      expect(anchors).toContain(link!.replace(/^#/, ''));
    }
  });

  it.runIf(isRoot)('gives everything to the owner of the project, not to root', async () => {
    giveAll(host.root, NOBODY);
    await host.shim(['init', '.']);
    for (const path of [...WRITTEN, '.onramp', '.gitignore']) {
      expect(statSync(join(host.root, path)).uid, path).toBe(NOBODY);
    }
  });
});

describe('which folder is meant', () => {
  it('is asked for: without a name and a terminal it is a usage error, and nothing happens', async () => {
    const before = snapshot(host.root);
    for (const words of [['init'], ['init', '--force'], ['init', '--remove']]) {
      const { status, stdout, stderr } = await host.shim(words);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('Name the folder of the project, or `.` for this one: init DIR.');
    }
    expect(snapshot(host.root)).toEqual(before);
  });

  it.runIf(hasPty())(
    'on a terminal the current one is offered, and no is the default',
    async () => {
      const before = snapshot(host.root);
      const no = await onTerminal(['init'], { cwd: host.root, input: '\n' });
      expect(flat(no.stdout)).toContain(`Set up ${host.root}? [y/N] Nothing was written.`);
      expect(no.status).toBe(0);
      expect(snapshot(host.root)).toEqual(before);
      const yes = await onTerminal(['init'], { cwd: host.root, input: 'y\n' });
      expect(yes.stdout).toContain('wrote      GNUmakefile');
      const out = await onTerminal(['init', '--remove'], { cwd: host.root, input: 'y\n' });
      expect(out.stdout).toContain(`Take analytics out of ${host.root}? [y/N]`);
      expect(out.stdout).toContain('removed    GNUmakefile');
    },
  );

  it('the help says how, with examples', async () => {
    const { status, stdout } = await host.shim(['init', '--help']);
    expect(status).toBe(0);
    for (const word of ['`init .`', '--remove', '`init --remove .`', '--force']) {
      expect(stdout).toContain(word);
    }
  });
});

describe('a checkout that makes CRLF of every line end', () => {
  it('has our files as they are: commands run, and analytics can be turned on and off', async () => {
    await host.shim(['init', '.']);
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: host.root });
    for (const words of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-qm', 'all'],
    ])
      await git(...words);
    await git('clone', '-q', '-c', 'core.autocrlf=true', '.', 'other');
    const make = (goal: string) => run('make', [goal], { cwd: join(host.root, 'other') });
    for (const goal of ['analytics-local', 'up', 'analytics-disable', 'up']) {
      expect(await make(goal), goal).toMatchObject({ status: 0, stderr: '' });
    }
    expect(readFileSync(join(host.root, 'other/Makefile'), 'utf8')).toContain('\r\n');
  });
});

describe('again', () => {
  it('changes nothing, and says so', async () => {
    host.write('.dockerignore', 'node_modules\n');
    await host.shim(['init', '.']);
    const before = snapshot(host.root);
    const { status, stdout } = await host.shim(['init', '.']);
    expect(status).toBe(0);
    expect(stdout.match(/^unchanged /gm)).toHaveLength(WRITTEN.length + 2);
    expect(stdout).not.toMatch(/^wrote/m);
    expect(snapshot(host.root)).toEqual(before);
  });

  it('renews what an older init wrote', async () => {
    await host.shim(['init', '.']);
    host.write('.onramp/track', sealedByInit('# an older track\n'));
    const { status, stdout } = await host.shim(['init', '.']);
    expect(status).toBe(0);
    expect(stdout).toContain('wrote      .onramp/track');
    expect(host.read('.onramp/track')).toMatch(/^# onramp-analytics: /);
  });

  it('also where git checked it out with other line endings, or without its x bit', async () => {
    await host.shim(['init', '.']);
    const whole = snapshot(host.root);
    host.write('.onramp/track', host.read('.onramp/track').replaceAll('\n', '\r\n'));
    chmodSync(join(host.root, '.onramp/onramp-analytics'), 0o644);
    expect((await host.shim(['init', '.'])).status).toBe(0);
    expect(snapshot(host.root)).toEqual(whole);
  });

  it('a file that somebody changed: nothing at all is written, and it fails', async () => {
    await host.shim(['init', '.']);
    host.write('.onramp/analytics.mk', `${host.read('.onramp/analytics.mk')}# mine\n`);
    host.write('.onramp/track', sealedByInit('# an older track\n'));
    const before = snapshot(host.root);
    const { status, stdout, stderr } = await host.shim(['init', '.']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(flat(stderr)).toContain(
      'Nothing was written: - .onramp/analytics.mk was changed since init wrote it. ' +
        'Undo that or move the file away; or have it replaced with --force.',
    );
    expect(snapshot(host.root)).toEqual(before);
  });

  it('with --force it is replaced', async () => {
    await host.shim(['init', '.']);
    const whole = snapshot(host.root);
    for (const path of WRITTEN) host.write(path, `mine\n${host.read(path)}`);
    expect((await host.shim(['init', '.'])).stderr.match(/was changed/g)).toHaveLength(6);
    expect((await host.shim(['init', '--force', '.'])).status).toBe(0);
    expect(snapshot(host.root)).toEqual(whole);
  });
});

describe('a bundle that was put into the project by hand', () => {
  it('sets its project up, and is sealed', async () => {
    mkdirSync(join(host.root, '.onramp'));
    const ours = join(host.root, '.onramp/onramp-analytics');
    copyFileSync(BUNDLE, ours);
    const { status, stdout } = await run(process.execPath, [ours, 'init', '.'], { cwd: host.root });
    expect(status).toBe(0);
    expect(stdout).toContain('wrote      .onramp/onramp-analytics');
    expect(host.read('.onramp/onramp-analytics')).toMatch(/\n\/\/ sealed by .+\n$/);
  });
});

describe('what is not its own', () => {
  it.each(WRITTEN.filter((path) => path !== 'GNUmakefile'))(
    '%s is kept as it is, also with --force, and nothing is written',
    async (path) => {
      put(path, '# the project’s own\n');
      const before = snapshot(host.root);
      for (const words of [
        ['init', '.'],
        ['init', '--force', '.'],
      ]) {
        const { status, stderr } = await host.shim(words);
        expect(status).toBe(1);
        expect(flat(stderr)).toContain(`${path} is there already, and init did not write it. Move`);
        expect(snapshot(host.root)).toEqual(before);
      }
    },
  );

  it('a GNUmakefile is kept, and what to add to it is said', async () => {
    host.write('GNUmakefile', 'own: ; @echo own\n');
    const { status, stdout } = await host.shim(['init', '.']);
    expect(status).toBe(0);
    expect(flat(stdout)).toContain(
      'kept GNUmakefile (yours: add the line `-include .onramp/analytics.mk` at its end)',
    );
    expect(host.read('GNUmakefile')).toBe('own: ; @echo own\n');
    host.write('GNUmakefile', 'own: ; @echo own\n-include .onramp/analytics.mk\n');
    expect((await host.make([])).stdout).toBe('own\n');
    expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +off/);
    const again = await host.shim(['init', '.']);
    expect(flat(again.stdout)).toContain(
      'kept GNUmakefile (yours; GNUmakefile:2 includes .onramp/analytics.mk)',
    );
  });

  it.each(['.onramp', '.onramp/track'])(
    'a file, a folder or a link at %s: nothing',
    async (path) => {
      const outside = join(host.root, '../outside');
      mkdirSync(outside);
      const isFolder = path === '.onramp';
      const ways: (() => void)[] = [
        () => symlinkSync('nowhere', join(host.root, path)),
        () => symlinkSync(outside, join(host.root, path)),
        () => (isFolder ? put(path, 'a file\n') : mkdirSync(join(host.root, path))),
      ];
      for (const way of ways) {
        await run('rm', ['-rf', '.onramp'], { cwd: host.root });
        if (!isFolder) mkdirSync(join(host.root, '.onramp'));
        way();
        const before = snapshot(host.root);
        const { status, stderr } = await host.shim(['init', '.']);
        expect(status).toBe(1);
        expect(flat(stderr)).toContain('Nothing was written:');
        expect(flat(stderr)).toMatch(/is not a folder|leads out of the project|is there already/);
        expect(snapshot(host.root)).toEqual(before);
        expect(filesBelow(outside)).toEqual([]);
      }
    },
  );

  it('a .gitignore that is a link stays one in the project, and is refused outside of it', async () => {
    host.write('ignore', '*.log\n');
    symlinkSync('ignore', join(host.root, '.gitignore'));
    expect((await host.shim(['init', '.'])).status).toBe(0);
    expect(readlinkSync(join(host.root, '.gitignore'))).toBe('ignore');
    expect(host.read('ignore')).toBe('*.log\nonramp.lock\n');
    for (const to of ['nowhere', '../elsewhere']) {
      const other = await makeHost({ files: { Makefile: 'a: ;\n' }, init: false });
      await run('touch', ['../elsewhere'], { cwd: other.root });
      symlinkSync(to, join(other.root, '.gitignore'));
      const before = snapshot(other.root);
      const { status, stderr } = await other.shim(['init', '.']);
      expect(status).toBe(1);
      expect(stderr).toContain('.gitignore is a link that leads to no file of the project');
      expect(snapshot(other.root)).toEqual(before);
      other.remove();
    }
  });

  it.each([
    ['node_modules/', 'node_modules/\nonramp.lock\n'],
    ['*.log\r\n', '*.log\r\nonramp.lock\r\n'],
    ['a\nb\nc\r\n', 'a\nb\nc\r\nonramp.lock\n'],
    ['onramp.lock', 'onramp.lock'],
    ['/onramp.lock\n', '/onramp.lock\n'],
    ['# onramp.lock\n', '# onramp.lock\nonramp.lock\n'],
    ['onramp.lock\n!*.lock\n', 'onramp.lock\n!*.lock\nonramp.lock\n'],
  ])('.gitignore %j keeps its lines and endings', async (before, after) => {
    host.write('.gitignore', before);
    await host.shim(['init', '.']);
    expect(host.read('.gitignore')).toBe(after);
    expect((await run('git', ['check-ignore', 'onramp.lock'], { cwd: host.root })).status).toBe(0);
  });
});

describe('.dockerignore', () => {
  const MARK = '# onramp-analytics: what belongs to a user stays out of images';

  it('is not made', async () => {
    await host.shim(['init', '.']);
    expect(filesBelow(host.root)).not.toContain('.dockerignore');
  });

  it.each([
    ['*.log', `*.log\n${MARK}\nonramp.lock\n.git/onramp-analytics\n`],
    ['*.log\r\n', `*.log\r\n${MARK}\r\nonramp.lock\r\n.git/onramp-analytics\r\n`],
    ['onramp.lock\n', `onramp.lock\n${MARK}\n.git/onramp-analytics\n`],
    ['*\n!src\n', `*\n!src\n${MARK}\nonramp.lock\n.git/onramp-analytics\n`],
  ])('%j gets the lines that are missing, once', async (before, after) => {
    host.write('.dockerignore', before);
    const { stdout } = await host.shim(['init', '.']);
    expect(stdout).toContain('wrote      .dockerignore (added the line');
    await host.shim(['init', '.']);
    expect(host.read('.dockerignore')).toBe(after);
  });
});

describe('bytes that are no UTF-8', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  const bytesOf = (path: string) => readFileSync(join(host.root, path)).toString('latin1');

  it('stay what they are in .gitignore and .dockerignore: what they name stays ignored', async () => {
    const before = 'Schl\xfcssel/\n*.\xe9\r\n\xff\xfe\n';
    const secret = Buffer.concat([Buffer.from(`${host.root}/`), latin1('Schl\xfcssel')]);
    mkdirSync(secret);
    writeFileSync(Buffer.concat([secret, Buffer.from('/key')]), 'secret\n');
    for (const path of ['.gitignore', '.dockerignore']) {
      writeFileSync(join(host.root, path), latin1(before));
    }
    expect((await host.shim(['init', '.'])).status).toBe(0);
    expect(bytesOf('.gitignore')).toBe(`${before}onramp.lock\n`);
    expect(bytesOf('.dockerignore')).toMatch(
      /^Schl\xfcssel\/\n\*\.\xe9\r\n\xff\xfe\n# onramp-analytics: /,
    );
    await run('git', ['add', '-A'], { cwd: host.root });
    const { stdout } = await run('git', ['ls-files'], { cwd: host.root });
    expect(stdout).toContain('Makefile\n');
    expect(stdout).not.toContain('key');
    expect((await host.shim(['init', '--remove', '.'])).status).toBe(0);
    expect(bytesOf('.dockerignore')).toBe(before);
  });

  it.each([
    ['the mark of UTF-8 before our line is no part of it', '\xef\xbb\xbfonramp.lock\n', ''],
    ['a name that ends in a byte like a space is another', 'onramp.lock\xa0\n', 'onramp.lock\n'],
  ])('%s', async (_what, before, added) => {
    writeFileSync(join(host.root, '.gitignore'), latin1(before));
    await host.shim(['init', '.']);
    expect(bytesOf('.gitignore')).toBe(before + added);
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

  it('a project of which only our GNUmakefile is left has no Makefile', async () => {
    await host.shim(['init', '.']);
    await run('rm', ['Makefile'], { cwd: host.root });
    expect((await host.shim(['init', '.'])).stderr).toContain('has no Makefile');
  });

  const asNobody = (words: readonly string[]) =>
    run(process.env.TEST_NODE ?? process.execPath, [BUNDLE, ...words], {
      cwd: host.root,
      uid: NOBODY,
    });

  it.runIf(isRoot)('a folder that cannot be written is an error', async () => {
    chmodSync(join(host.root, '..'), 0o755);
    const { status, stderr } = await asNobody(['init', '.']);
    expect(status).toBe(1);
    expect(flat(stderr)).toContain('the folder cannot be written: permission denied');
  });

  it.runIf(isRoot)('one folder of two that cannot be written: nothing is', async () => {
    chmodSync(join(host.root, '..'), 0o755);
    await host.shim(['init', '.']);
    for (const path of WRITTEN) host.write(path, sealedByInit(`# an older ${path}\n`));
    giveAll(host.root, NOBODY);
    for (const path of ['.onramp', '.onramp/track']) chownSync(join(host.root, path), 0, 0);
    const before = snapshot(host.root);
    const { status, stdout, stderr } = await asNobody(['init', '.']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(flat(stderr)).toContain('.onramp cannot be written: permission denied');
    expect(snapshot(host.root)).toEqual(before);
  });

  it('a disk that is full half-way: everything is as it was, without litter', async () => {
    await host.shim(['init', '.']);
    for (const path of WRITTEN) host.write(path, sealedByInit(`# an older ${path}\n`));
    const before = snapshot(host.root);
    // `ulimit -f` counts blocks of 512 bytes: the small files fit, the bundle does not.
    const words = ['-c', 'ulimit -f 100; trap "" XFSZ; exec "$0" "$1" init .'];
    const node = process.env.TEST_NODE ?? process.execPath;
    const { status, stdout, stderr } = await run('sh', [...words, node, BUNDLE], {
      cwd: host.root,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('could not be set up');
    expect(snapshot(host.root)).toEqual(before);
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
