// The data folder: made at the first start, and held by one collector at a time.

import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Libsql from 'libsql';
import { StoreError, StoreHeld } from '../errors.ts';
import { type Database, explain } from './database.ts';

export const DATABASE_FILE = 'collector.db';
const LOCK_FILE = 'collector.lock';

/** Like `mkdir -p`. Node's own tries for ever where a folder can never be, such as in /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** Makes the folder if it is missing. @throws StoreError */
export function prepareFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new StoreError(
      `the data folder ${folder} cannot be used (${code}): nothing could be stored there. Choose another with COLLECTOR_DATA, or mend its owner and mode`,
    );
  }
}

/**
 * Holds the folder until the process ends, however it ends. Two collectors on one file would each
 * trust a memory that the other makes false.
 * @throws StoreHeld when another collector holds it
 */
export function holdFolder(folder: string): { release: () => void } {
  // A lock of the operating system, through SQLite: unlike a file with a process id, it is gone
  // when its process is, and it needs no native code of our own.
  let lock: Database;
  try {
    lock = new Libsql(join(folder, LOCK_FILE)) as unknown as Database;
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    if (/^SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? '')) {
      throw new StoreHeld(
        `another collector is running on ${folder}. Stop it first, or choose another folder with COLLECTOR_DATA`,
      );
    }
    throw new StoreError(`the data folder ${folder} cannot be used: ${explain(error)}`);
  }
  return { release: () => lock.close() };
}
