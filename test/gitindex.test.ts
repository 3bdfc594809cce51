// The reader of git's index agrees with git, in every form of it, or answers that it cannot tell.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf, readIndex } from '../src/host/gitindex';
import { cleanEnv } from './support/run';

const PATHS = [
  'Makefile',
  'a',
  'services-available/plex.yml',
  'services-available/plex-2.yml',
  'services-available/ünï ✓.yml',
  `deep/${'x/'.repeat(30)}file`,
  `long-${'y'.repeat(200)}`,
  ...Array.from({ length: 40 }, (_, index) => `many/${'z'.repeat(index)}.mk`),
];

let root: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: root,
    env: cleanEnv(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

function fill(...init: string[]): void {
  git('init', '-q', ...init);
  for (const path of PATHS) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `content of ${path}`);
  }
  symlinkSync('Makefile', join(root, 'link'));
  git('add', '-A');
}

/** What git itself says: path → hash. */
const fromGit = (folder = '.') =>
  new Map(
    git('-C', folder, 'ls-files', '-s', '-z')
      .split('\0')
      .filter(Boolean)
      .map((line): [string, string] => {
        const [, hash, path] = /^\d+ ([0-9a-f]+) 0\t(.*)$/s.exec(line)!;
        return [path!, hash!];
      }),
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'onramp-index-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the paths and hashes are git’s own', () => {
  it.each(['2', '4'])('in an index of version %s', (version) => {
    fill();
    git('update-index', '--index-version', version);
    expect(readIndex(root)).toEqual(fromGit());
  });

  it('in an index of version 3, which has longer entries', () => {
    fill();
    git('update-index', '--skip-worktree', 'a', 'services-available/plex.yml');
    expect(readIndex(root)).toEqual(fromGit());
  });

  it('below a folder of the repository', () => {
    fill();
    expect(readIndex(join(root, 'many'))).toEqual(fromGit('many'));
    expect(readIndex(join(root, 'services-available'))?.has('plex.yml')).toBe(true);
  });

  it('in a linked work tree', () => {
    fill();
    git('commit', '-qm', 'first');
    git('worktree', 'add', '-q', 'tree');
    rmSync(join(root, 'tree/Makefile'));
    git('-C', 'tree', 'rm', '-q', '--cached', 'a');
    expect(readIndex(join(root, 'tree'))).toEqual(fromGit('tree'));
    expect(readIndex(join(root, 'tree'))?.has('a')).toBe(false);
  });

  it('and so are the hashes of contents', () => {
    fill();
    for (const path of PATHS) {
      expect(hashOf(Buffer.from(`content of ${path}`))).toBe(readIndex(root)!.get(path));
    }
  });
});

describe('what it cannot tell, it does not tell', () => {
  it('no repository, and none with an index', () => {
    expect(readIndex(root)).toBeUndefined();
    git('init', '-q');
    expect(readIndex(root)).toBeUndefined();
  });

  it('a split index', () => {
    fill();
    git('update-index', '--split-index');
    expect(readIndex(root)).toBeUndefined();
  });

  it('a repository with SHA-256 names', () => {
    fill('--object-format=sha256');
    expect(readIndex(root)).toBeUndefined();
    git('rm', '-qr', '--cached', '.');
    git('add', 'Makefile');
    expect(readIndex(root)).toBeUndefined();
  });

  it('a path in conflict', () => {
    fill();
    git('commit', '-qm', 'first');
    git('checkout', '-q', '-b', 'other');
    writeFileSync(join(root, 'a'), 'theirs');
    git('commit', '-qam', 'theirs');
    git('checkout', '-q', '-');
    writeFileSync(join(root, 'a'), 'ours');
    git('commit', '-qam', 'ours');
    expect(() => git('merge', '-q', 'other')).toThrow();
    expect(readIndex(root)?.has('a')).toBe(false);
    expect(readIndex(root)?.has('Makefile')).toBe(true);
  });
});
