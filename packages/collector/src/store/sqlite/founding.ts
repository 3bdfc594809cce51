// The beginning of a database. Only a folder in which no collector has stored anything gets a new one: where the
// database is missing or empty beside what a collector leaves, it was lost, and a new one would hide that.

import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreLost } from '../errors.ts';
import { type Database, openDatabase, openReader } from './database.ts';
import { DATABASE_FILE } from './folder.ts';
import { addColumns, migrate } from './schema.ts';

const BESIDE = ['', '-wal', '-shm'];
const FOUNDING = `${DATABASE_FILE}.new`;

/** What collectors leave beside a database, and what is likely a copy of one. */
const TRACES =
  /^(collector\.db|warehouse|last-backup|forwarded-|archive|manifest)|\.(db|parquet)$/i;

/**
 * Sees to it that there is a database in a folder that is held. It appears whole: a start that is killed leaves
 * none, or one with all of its tables. `anew`: what is left of a lost one is put aside first.
 * @throws StoreLost when it was lost and nobody said `anew`; and when `anew` is said of one that is there
 */
export function found(folder: string, anew: boolean): void {
  const target = join(folder, DATABASE_FILE);
  for (const ending of BESIDE) rmSync(join(folder, FOUNDING + ending), { force: true });
  const lost = lostIn(folder);
  if (lost === undefined && existsSync(target)) {
    if (!anew) return;
    throw new StoreLost(
      `there is a database in ${folder}: nothing was changed. --new is for a folder that has lost its own; leave it out`,
    );
  }
  if (lost !== undefined) {
    if (!anew) throw new StoreLost(lost);
    putAside(target);
  }
  const fresh = join(folder, FOUNDING);
  const db = openDatabase(fresh);
  try {
    migrate(db);
    addColumns(db);
    // One file, no log beside it, so that it can be renamed.
    db.prepare('PRAGMA journal_mode = DELETE').all();
  } finally {
    db.close();
  }
  renameSync(fresh, target);
}

/** Renames a database, and its logs, to a name that says when. The name; undefined: there was nothing. */
export function putAside(target: string): string | undefined {
  const kept = `${target}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const ending of BESIDE) {
    if (existsSync(target + ending)) renameSync(target + ending, kept + ending);
  }
  return existsSync(kept) ? kept : undefined;
}

/** What to say when the database of this folder was lost; undefined: it is there, or there never was one. */
function lostIn(folder: string): string | undefined {
  const target = join(folder, DATABASE_FILE);
  const isThere = existsSync(target);
  if (isThere && !isEmpty(target)) return undefined;
  const traces = readdirSync(folder)
    .filter((name) => TRACES.test(name) && name !== DATABASE_FILE)
    .sort();
  if (!isThere && traces.length === 0) return undefined;
  const more = traces.length > 3 ? ` and ${traces.length - 3} more` : '';
  const beside = traces.length > 0 ? `, beside ${traces.slice(0, 3).join(', ')}${more}` : '';
  return `${DATABASE_FILE} in ${folder} is ${isThere ? 'empty' : 'missing'}${beside}: a collector has stored here, and its database was lost. Another one would begin without its events, projects and tokens. Nothing was changed. Put the file back, or restore a backup with: collector restore FILE; to begin with nothing, on purpose: collector serve --new`;
}

/** Is there nothing in it, no table and no version? One that cannot be read is not empty: whoever opens it says what is wrong. */
function isEmpty(file: string): boolean {
  // Not opened: SQLite removes the log of a file without a byte, and with it what may be left.
  if (statSync(file).size === 0) return true;
  let db: Database | undefined;
  try {
    db = openReader(file);
    const row = db
      .prepare(
        `SELECT user_version OR EXISTS (SELECT 1 FROM sqlite_schema) AS used FROM pragma_user_version`,
      )
      .get();
    return Number(row?.used) === 0;
  } catch {
    return false;
  } finally {
    db?.close();
  }
}
