// Opens the database: the one place that knows libsql, its pragmas and its error codes.
//
// Bind only strings, numbers, null and Buffers: libsql ends the whole process on anything else
// (a boolean, an object). `Value` says so to the compiler. A null or a Buffer that is the only value
// would be taken for a list of values: give it a companion. Values in one list are bound without a copy:
// so it is done where every event passes.

import Libsql from 'libsql';
import Later from 'libsql/promise';
import { LOG_PAGES } from '../../limits.ts';
import { StoreError } from '../errors.ts';

/** What may be bound to a statement. */
export type Value = string | number | null | Buffer;
export type Row = Record<string, Value>;

export interface Statement {
  run(...values: Value[] | [values: readonly Value[]]): {
    changes: number;
    lastInsertRowid: number;
  };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  iterate(...values: Value[]): Iterable<Row>;
}

export interface Database {
  readonly name: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Opens a database file for reading and writing: WAL, every commit on disk. */
export function openDatabase(path: string): Database {
  const db = new Libsql(path) as unknown as Database;
  db.exec('PRAGMA busy_timeout = 5000');
  db.exec('PRAGMA journal_mode = WAL');
  // FULL: a commit is on disk when COMMIT returns. NORMAL would lose the last ones on power loss.
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA foreign_keys = ON');
  // What retention and `forget` delete is overwritten, not only unlinked.
  db.exec('PRAGMA secure_delete = ON');
  db.exec('PRAGMA cache_size = -8000');
  // Checkpoints are made beside the commits (checkpoints.ts), unless that fails.
  db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
  db.exec('PRAGMA temp_store = MEMORY');
  return db;
}

/** What every connection that only reads begins with. */
export const READING = `
  PRAGMA busy_timeout = 5000;
  PRAGMA query_only = ON;
  PRAGMA cache_size = -8000;
  PRAGMA temp_store = MEMORY;
`;

/** Opens a database file for reading only. */
export function openReader(path: string): Database {
  const db = new Libsql(path, { readonly: true } as object) as unknown as Database;
  db.exec(READING);
  return db;
}

/** Opens a database for `Checkpoints`: whoever is in the way is not waited for. */
export function openForCheckpoints(path: string): Database {
  const db = new Libsql(path) as unknown as Database;
  db.exec('PRAGMA synchronous = FULL');
  return db;
}

/** Runs SQL in another thread. Both libraries are one: a connection of the first is one of the second. */
export const later = (db: Database, sql: string): Promise<void> =>
  Later.prototype.exec.call(db, sql);

/** Runs `work` in one transaction. Whatever it throws, nothing of it stays. */
export function transaction<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error).
    }
    throw error;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text that was selected as `CAST(… AS BLOB)`. Whoever reads what strangers wrote reads it so: libsql ends
 * the whole process on text that is no UTF-8, and a damaged page has it. @throws StoreError
 */
export function textOf(value: unknown): string {
  try {
    // libsql gives blobs as Buffer from `get` and as ArrayBuffer from `all` and `iterate`.
    return UTF8.decode(value as ArrayBuffer);
  } catch {
    throw damaged('a text is no text');
  }
}

/** An error for damage that SQLite itself does not see. `what` is for the operator. */
export const damaged = (what: string): Error =>
  new StoreError(
    `the database is damaged: ${what}. What was given so far is not all. Keep the file, and restore a backup with: collector restore FILE`,
  );

/** What the code of a database error means for the person who runs the collector. */
const MEANINGS: readonly [code: RegExp, meaning: string][] = [
  [/^SQLITE_FULL/, 'the disk is full'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'the file is damaged, or is not a database'],
  [/^SQLITE_(READONLY|PERM|AUTH)/, 'it cannot be written'],
  [/^SQLITE_CANTOPEN/, 'it cannot be opened'],
  [/^SQLITE_(BUSY|LOCKED)/, 'another process holds it'],
  [/^SQLITE_IOERR/, 'reading or writing it failed'],
];

/** Says what is wrong with a database, without its data. */
export function explain(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') {
    const [, meaning] = MEANINGS.find(([pattern]) => pattern.test(code)) ?? [];
    if (meaning) return `${meaning} (${code})`;
    if (code.startsWith('SQLITE')) return code;
  }
  return typeof message === 'string' ? message : String(error);
}
