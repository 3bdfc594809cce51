// The archive in a folder: what every archive promises, and what its errors say.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { put } from '../../src/archive/archive.ts';
import { FolderArchive } from '../../src/archive/folder.ts';
import { contract } from './support/contract.ts';

contract('a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  const again = () => new FolderArchive(join(folder, 'in/there'));
  return { archive: again(), again, end: () => rmSync(folder, { recursive: true }) };
});

describe('a folder that cannot be used', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is told with its place, what it means and what to do', async () => {
    writeFileSync(join(folder, 'file'), '');
    const archive = new FolderArchive(join(folder, 'file'));
    await expect(put(archive, 'x', Buffer.from('1'))).rejects.toThrow(
      /the archive in .*file cannot be used: a file is where a folder should be \(E/,
    );
  });

  it('keeps what others put there out of its lists, and leaves it alone', async () => {
    const archive = new FolderArchive(folder);
    mkdirSync(join(folder, '.trash'));
    writeFileSync(join(folder, '.trash/x'), '1');
    await put(archive, 'ours', Buffer.from('1'));
    await archive.tidy();
    const paths = [];
    for await (const { path } of archive.list('')) paths.push(path);
    expect(paths).toEqual(['ours']);
    expect(readdirSync(folder).sort()).toEqual(['.trash', 'ours']);
  });

  it('gives what it writes to its owner alone', async () => {
    chmodSync(folder, 0o755);
    const archive = new FolderArchive(join(folder, 'new'));
    await put(archive, 'a/b', Buffer.from('1'));
    const { statSync } = await import('node:fs');
    expect(statSync(join(folder, 'new/a')).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'new/a/b')).mode & 0o077).toBe(0);
  });
});
