// The end of the write-ahead log: moved into the database as a whole, and emptied.

import type { Database } from './database.ts';

/** How often the log is tried to be emptied, and how long between two tries: a reader may be using it. */
const TRIES = 50;
const WAIT_MS = 100;
/** After all of them: a long reader ends some time. */
const AGAIN_MS = 10_000;

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

/** Empties the log beside ingestion, which never waits: what was erased is still in old pages, here or there. */
export class LogEmptier {
  private isStopped = false;
  private isAsked = false;
  private running: Promise<void> | undefined;
  private again: NodeJS.Timeout | undefined;

  /** `before` moves most of it, in another thread. */
  constructor(
    private readonly db: Database,
    private readonly before: () => Promise<void>,
  ) {}

  /** Resolves when it is empty, or when a reader held on to it for a while: then it is tried again later. */
  async now(): Promise<void> {
    await this.before();
    for (let left = TRIES; left > 0 && !this.isStopped; left--) {
      if (emptyLogNow(this.db)) return;
      await new Promise((wake) => setTimeout(wake, WAIT_MS));
    }
    if (this.isStopped) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      this.soon();
    }, AGAIN_MS).unref();
  }

  /** Nobody waits for it. Many that ask while it is under way are one more time. */
  soon(): void {
    if (this.isStopped) return;
    this.isAsked = true;
    this.running ??= this.run();
  }

  /** Before the database is closed. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.again);
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.isAsked && !this.isStopped) {
      this.isAsked = false;
      await this.now();
    }
    this.running = undefined;
  }
}
