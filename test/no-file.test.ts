// What has the name of one of our files and is none: a pipe, a socket, a folder, a link. Whoever opened a
// pipe would wait for ever, so nothing is opened that is no regular file, and people are told what it is.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { quiet } from './support/processes';
import { lockOf } from './support/project';
import { RECORD_ONLY, recorded } from './support/recorded';
import { BUNDLE, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';
const NODE = process.env.TEST_NODE ?? process.execPath;

let host: Host;
afterEach(async () => {
  await quiet(host.root);
  host.remove();
});

async function tracked(): Promise<void> {
  host = await makeHost({ files: { Makefile: 'all: ; @echo done\nother: ; @echo done\n' } });
  host.write('onramp.lock', lockOf('1'));
}

/** With one command recorded, so that every folder is there. */
async function used(): Promise<void> {
  await tracked();
  await host.make([], RECORD_ONLY);
  expect(recorded(host)).toHaveLength(1);
}

function pipeAt(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  execFileSync('mkfifo', [path]);
}

/** A command, which is killed where it waits for a pipe: its status is then 137. */
const bounded = (words: readonly string[], env: Record<string, string>) =>
  run('timeout', ['-s', 'KILL', '20', ...words], { cwd: host.root, env });
const make = (words: readonly string[], env: Record<string, string> = RECORD_ONLY) =>
  bounded([MAKE, ...words], env);
const target = (name: string) => make([`analytics-${name}`]);
const byHand = (...words: string[]) => bounded([NODE, BUNDLE, ...words], RECORD_ONLY);

const RECORD = ['journal.ndjson', 'delivery.json', 'salt', 'given-up', 'discard'];
const SPOOL = ['spool/collector', 'spool/reports', 'spool/unusable'];
const LEASES = ['state', 'journal', 'delivery', 'collect'].map((name) => `leases/${name}.999`);

describe('a pipe in the place of', () => {
  it.each([...RECORD, ...SPOOL, ...LEASES])(
    '%s: make and every command of ours go on',
    async (name) => {
      await used();
      pipeAt(join(host.record, name));
      expect(await make([])).toMatchObject({ status: 0, stdout: 'done\n' });
      // Nobody waits for the next one's collector: what it does must end by itself.
      pipeAt(join(host.record, name)); // Some are replaced.
      expect((await make([], { ONRAMP_ANALYTICS_SENDER: 'none' })).stdout).toBe('done\n');
      await quiet(host.root);
      for (const command of ['status', 'log', 'report', 'preview', 'show-id']) {
        const { status, stderr } = await target(command);
        expect([command, status]).toEqual([command, expect.toBeOneOf([0, 2])]);
        expect(stderr).not.toContain('defect');
      }
      expect((await target('disable')).stdout).toContain('Analytics is off');
      expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
    },
    60_000, // Ten processes, on a busy machine.
  );

  // (A salt is simply made anew: folders.test.ts.)
  it.each(['journal.ndjson', 'spool/reports', ...LEASES])(
    '%s: status says what it is, and what to do',
    async (name) => {
      await used();
      pipeAt(join(host.record, name));
      const { status, stdout } = await target('status');
      expect(status).not.toBe(0);
      const told = stdout.replace(/\s+/g, ' ');
      expect(told).toContain(`${name} is a pipe, and not a file of this tool; move it away.`);
    },
  );

  it.each(['onramp.lock', '.onramp/settings', '.env', '.git/index', '.gitignore', '.npmignore'])(
    '%s: a command called by hand goes on, or says what it is',
    async (name) => {
      await used();
      pipeAt(join(host.root, name));
      // git itself waits for a pipe in these places.
      const init = ['.git/index', '.gitignore'].includes(name) ? [] : [['init', '.']];
      for (const words of [['status'], ['log'], ['preview'], ...init]) {
        const { status, stderr } = await byHand(...words);
        expect([words, status]).toEqual([words, expect.toBeOneOf([0, 1])]);
        expect(stderr).not.toContain('defect');
      }
      const { stdout, stderr } = await byHand('status');
      if (name === 'onramp.lock') expect(stderr).toContain('it is a pipe, and not a file');
      if (name === '.onramp/settings') {
        expect(stdout.replace(/\s+/g, ' ')).toContain('it is a pipe, and not a file');
      }
    },
  );

  it('the reports: a recipe’s event is lost, and the recipe goes on', async () => {
    await tracked();
    host.write(
      'Makefile',
      'all: ; @$(call analytics-event,scaffold_built,service_name=plex); echo done\n',
    );
    pipeAt(join(host.record, 'spool/reports'));
    expect(await make([])).toMatchObject({ status: 0, stdout: 'done\n' });
  });
});

describe('report.html in the record, which is', () => {
  const page = () => join(host.record, 'report.html');
  const isReplaced = async () => {
    const { status, stdout, stderr } = await byHand('report', '--html');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${page()}\n`, stderr: '' });
    expect(lstatSync(page()).isFile()).toBe(true);
    expect(readFileSync(page(), 'utf8')).toContain('<!doctype html>');
  };

  it('a link: a new file takes its place, and what it leads to stays', async () => {
    await used();
    for (const [to, mode] of [
      ['elsewhere', 0o666],
      ['nowhere', undefined],
    ] as const) {
      const file = join(host.root, to);
      if (mode !== undefined) writeFileSync(file, 'mine\n', { mode });
      rmSync(page(), { force: true });
      symlinkSync(file, page());
      await isReplaced();
      expect(statSync(page()).mode & 0o777).toBe(0o644);
      expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(mode !== undefined && 'mine\n');
    }
  });

  it('a pipe: a new file takes its place', async () => {
    await used();
    pipeAt(page());
    await isReplaced();
  });

  it('a folder: that is said, and it stays', async () => {
    await used();
    mkdirSync(page());
    const { status, stderr } = await byHand('report', '--html');
    expect(status).toBe(1);
    expect(stderr).toContain('report.html cannot be written');
    expect(readdirSync(host.record).filter((name) => name.startsWith('report.html'))).toEqual([
      'report.html',
    ]);
  });

  it('asked for by name: a link to a file of one’s own stays a link', async () => {
    await used();
    host.write('mine.html', '');
    symlinkSync('mine.html', join(host.root, 'link.html'));
    expect((await byHand('report', '--html', 'link.html')).status).toBe(0);
    expect(lstatSync(join(host.root, 'link.html')).isSymbolicLink()).toBe(true);
    expect(host.read('mine.html')).toContain('<!doctype html>');
  });
});

it('a socket, a folder: as with a pipe', async () => {
  await used();
  const path = join(host.record, 'journal.ndjson');
  for (const put of [
    () => mkdirSync(path),
    () => new Promise<void>((done) => createServer().unref().listen(path, done)),
  ]) {
    rmSync(path, { recursive: true, force: true });
    await put();
    expect(await make([])).toMatchObject({ status: 0, stdout: 'done\n' });
    expect((await target('status')).stdout.replace(/\s+/g, ' ')).toMatch(
      /journal\.ndjson is a (folder|socket), and not a file of this tool; move it away\./,
    );
  }
  rmSync(path, { recursive: true, force: true });
});
