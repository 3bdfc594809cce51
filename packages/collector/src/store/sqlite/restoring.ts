// Puts a backup in place of the database. What was there is kept beside it.

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { explain, openDatabase, openReader } from './database.ts';
import { DATABASE_FILE, holdFolder, prepareFolder } from './folder.ts';
import { migrate } from './schema.ts';
import { renewIdentity } from './settings.ts';

/** @throws StoreError when the file is no whole backup */
function check(file: string): void {
  if (!existsSync(file)) throw new StoreError(`there is no file ${file}`);
  let verdict: string;
  try {
    const db = openReader(file);
    verdict = String(db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check);
    db.prepare('SELECT count(*) FROM events').get();
    db.close();
  } catch (error) {
    throw new StoreError(`${file} is no backup of a collector: ${explain(error)}`);
  }
  if (verdict !== 'ok') throw new StoreError(`${file} is damaged: ${verdict}`);
}

/** Restores a backup into a folder that no collector holds. Resolves with the paths. @throws StoreError */
export function restoreInto(
  folder: string,
  file: string,
): { restored: string; kept: string | undefined } {
  check(file);
  prepareFolder(folder);
  const hold = holdFolder(folder);
  try {
    const target = join(folder, DATABASE_FILE);
    const fresh = `${target}.restored`;
    copyFileSync(file, fresh);
    const db = openDatabase(fresh);
    migrate(db);
    // Numbers of events may be used again now: whoever remembers one must notice.
    renewIdentity(db);
    // One file, no log beside it, so that it can be renamed.
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    db.prepare('PRAGMA journal_mode = DELETE').all();
    db.close();
    const kept = `${target}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const ending of ['', '-wal', '-shm']) {
      if (existsSync(target + ending)) renameSync(target + ending, kept + ending);
    }
    renameSync(fresh, target);
    for (const ending of ['-wal', '-shm']) rmSync(fresh + ending, { force: true });
    return { restored: target, kept: existsSync(kept) ? kept : undefined };
  } finally {
    hold.release();
  }
}
