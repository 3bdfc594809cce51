// Copies of the whole database, and the note that says when the last one was made.

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.ts';
import { explain, openReader } from './database.ts';
import { DATABASE_FILE } from './folder.ts';
import { checkIntegrity } from './integrity.ts';

const NOTE = 'last-backup.json';

/** Where a copy is until it is whole. */
export const partialOf = (file: string): string => `${file}.partial`;

/** Copies the database of a folder into a file, while it is in use. @throws StoreError */
export function backupTo(folder: string, file: string, nowMs = Date.now()): void {
  const source = join(folder, DATABASE_FILE);
  if (!existsSync(source)) {
    throw new StoreError(
      `there is no database at ${source}: nothing was copied. COLLECTOR_DATA names the folder`,
    );
  }
  if (existsSync(file)) {
    throw new StoreError(`${file} exists; it is not overwritten. Choose another name`);
  }
  // Under another name until it is whole and on the disk: half a backup must not look like one.
  const partial = partialOf(file);
  rmSync(partial, { force: true });
  try {
    const db = openReader(source);
    // Nothing of the database is changed, but SQLite counts the new file as a change.
    db.exec('PRAGMA query_only = OFF');
    db.prepare('VACUUM INTO ?').run(partial);
    db.close();
    verify(partial);
    toDisk(partial);
    putInPlace(partial, file);
    toDisk(dirname(resolve(file)));
  } catch (error) {
    throw new StoreError(
      `no backup was made: ${explain(error)}. Nothing was written to ${file}; the database is as it was`,
    );
  } finally {
    rmSync(partial, { force: true });
  }
  try {
    writeFileSync(join(folder, NOTE), JSON.stringify({ at: new Date(nowMs).toISOString() }));
  } catch {
    // The backup is there; only that it was made is not known here (a folder that is read-only).
  }
}

/** Unlike a rename, a link replaces nothing that has come there meanwhile; some disks have none. */
function putInPlace(partial: string, file: string): void {
  try {
    linkSync(partial, file);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || !['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    renameSync(partial, file);
  }
}

/** Reads the whole copy. @throws in SQLite's words */
function verify(file: string): void {
  const db = openReader(file);
  try {
    const { isWhole, damage } = checkIntegrity(db, { how: 'thorough' });
    if (!isWhole) throw new Error(`the copy is damaged (${damage[0]})`);
  } finally {
    db.close();
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
function toDisk(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** When the last backup of a folder was made, in ms since 1970. */
export function lastBackupMs(folder: string): number | undefined {
  try {
    const { at } = JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as { at?: string };
    const atMs = Date.parse(at ?? '');
    return Number.isNaN(atMs) ? undefined : atMs;
  } catch {
    return undefined;
  }
}
