// The end of the write-ahead log: moved into the database as a whole, and emptied.

import type { Database } from './database.ts';

/** How often the log is tried to be emptied, and how long between two tries: a reader may be using it. */
const TRIES = 50;
const WAIT_MS = 100;

/** Moves everything from the log into the database and empties the log. False: somebody is using it. */
export function emptyLogNow(db: Database): boolean {
  db.exec('PRAGMA busy_timeout = 0');
  try {
    return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
  } catch {
    return false; // the disk is full, or worse: commits will say so
  } finally {
    db.exec('PRAGMA busy_timeout = 5000');
  }
}

/**
 * As `emptyLogNow`: what was erased is still in the old pages of the log. A reader may be using them, so this
 * tries again for a while, and never makes ingestion wait. `before` moves most of it, in another thread. False: a
 * reader held on to them all the time.
 */
export async function emptyLog(db: Database, before: () => Promise<void>): Promise<boolean> {
  await before();
  for (let left = TRIES; left > 0; left--) {
    if (emptyLogNow(db)) return true;
    await new Promise((wake) => setTimeout(wake, WAIT_MS));
  }
  return false;
}
