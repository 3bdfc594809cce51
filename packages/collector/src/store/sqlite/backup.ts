// Copies of the whole database, and the note that says when the last one was made.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { explain, openReader } from './database.ts';
import { DATABASE_FILE } from './folder.ts';

const NOTE = 'last-backup.json';

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
  // Under another name until it is whole: half a backup must not look like one.
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  try {
    const db = openReader(source);
    // Nothing of the database is changed, but SQLite counts the new file as a change.
    db.exec('PRAGMA query_only = OFF');
    db.prepare('VACUUM INTO ?').run(partial);
    db.close();
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new StoreError(`no backup was made: ${explain(error)}`);
  }
  try {
    writeFileSync(join(folder, NOTE), JSON.stringify({ at: new Date(nowMs).toISOString() }));
  } catch {
    // The backup is there; only that it was made is not known here (a folder that is read-only).
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
