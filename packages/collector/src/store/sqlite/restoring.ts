// Puts a backup in place of the database. What was there is kept beside it.

import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { explain, openDatabase, openReader } from './database.ts';
import { DATABASE_FILE, holdFolder, prepareFolder } from './folder.ts';
import { putAside } from './founding.ts';
import { checkIntegrity } from './integrity.ts';
import { addColumns, migrate } from './schema.ts';
import { renewIdentity } from './settings.ts';
import { strangeness } from './strange.ts';

/** @throws StoreError when the file is no whole backup of a collector that this one knows */
function check(file: string): void {
  if (!existsSync(file)) throw new StoreError(`there is no file ${file}. Nothing was changed`);
  if (!statSync(file).isFile()) {
    throw new StoreError(
      `${file} is no file, so it is no backup. Nothing was changed. Name the file that was made with: collector backup FILE`,
    );
  }
  let wrong: string | undefined;
  try {
    const db = openReader(file);
    try {
      wrong = strangeness(db);
      if (wrong === undefined) {
        const { damage } = checkIntegrity(db, { how: 'thorough' });
        if (damage.length > 0) wrong = `it is damaged: ${damage[0]}`;
      }
    } finally {
      db.close();
    }
  } catch (error) {
    wrong = explain(error);
  }
  if (wrong !== undefined) {
    throw new StoreError(
      `${file} is no backup of a collector that can be restored: ${wrong}. Nothing was changed. Make backups with: collector backup FILE`,
    );
  }
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
    try {
      copyFileSync(file, fresh);
      const db = openDatabase(fresh);
      migrate(db);
      addColumns(db);
      // Numbers of events may be used again now: whoever remembers one must notice.
      renewIdentity(db);
      // One file, no log beside it, so that it can be renamed.
      db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
      db.prepare('PRAGMA journal_mode = DELETE').all();
      db.close();
    } catch (error) {
      for (const ending of ['', '-wal', '-shm']) rmSync(fresh + ending, { force: true });
      throw new StoreError(`${file} was not restored: ${explain(error)}. Nothing was changed`);
    }
    const kept = putAside(target);
    renameSync(fresh, target);
    for (const ending of ['-wal', '-shm']) rmSync(fresh + ending, { force: true });
    return { restored: target, kept };
  } finally {
    hold.release();
  }
}
