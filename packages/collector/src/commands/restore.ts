// `collector restore FILE`: puts a backup in place of the database. What was there is kept beside it.

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { readConfig, UserError } from '../config.ts';
import { explain, openDatabase, openReader } from '../store/database.ts';
import { holdFolder, prepareFolder } from '../store/folder.ts';
import { migrate } from '../store/schema.ts';
import { DATABASE_FILE } from '../store/store.ts';

/** @throws UserError when the file is no whole backup */
function check(file: string): void {
  if (!existsSync(file)) throw new UserError(`there is no file ${file}`);
  let verdict: string;
  try {
    const db = openReader(file);
    verdict = String(db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check);
    db.prepare('SELECT count(*) FROM events').get();
    db.close();
  } catch (error) {
    throw new UserError(`${file} is no backup of a collector: ${explain(error)}`);
  }
  if (verdict !== 'ok') throw new UserError(`${file} is damaged: ${verdict}`);
}

export const restore = defineCommand({
  meta: { name: 'restore', description: 'Put a backup in place of the database' },
  args: { file: { type: 'positional', required: true, description: 'The backup' } },
  run({ args }) {
    const { dataFolder } = readConfig(process.env);
    check(args.file);
    prepareFolder(dataFolder);
    const hold = holdFolder(dataFolder);
    const target = join(dataFolder, DATABASE_FILE);
    const fresh = `${target}.restored`;
    copyFileSync(args.file, fresh);
    const db = openDatabase(fresh);
    migrate(db);
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
    hold.release();
    console.log(`restored: ${target}`);
    if (existsSync(kept)) console.log(`what was there before: ${kept}`);
  },
});
