// The store: one writer, one file. It knows events, not where they came from.

import { join } from 'node:path';
import type { DeadLetter, Event } from '../event.ts';
import { Activity } from './activity.ts';
import { type CommitHooks, GroupCommit } from './commit.ts';
import { type Database, openDatabase, type Statement } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import { eventValues, insertEvent } from './events.ts';
import { Projects } from './projects.ts';
import { Rollups } from './rollups.ts';
import { addColumns, migrate } from './schema.ts';

export const DATABASE_FILE = 'collector.db';

/** What became of a batch: how many events were new. The rest were there already. */
export interface Stored {
  readonly inserted: number;
  /** For each event given: was it new? */
  readonly isNew: readonly boolean[];
}

export class Store {
  readonly path: string;
  readonly db: Database;
  readonly projects: Projects;
  readonly deadLetters: DeadLetters;
  readonly rollups: Rollups;
  readonly activity: Activity;
  readonly commits: GroupCommit;
  private readonly insert: Statement;

  /** Opens, and if need be makes or migrates, the database in a folder. */
  constructor(folder: string, hooks: Partial<CommitHooks> = {}) {
    this.path = join(folder, DATABASE_FILE);
    this.db = openDatabase(this.path);
    migrate(this.db);
    addColumns(this.db);
    this.projects = new Projects(this.db);
    this.deadLetters = new DeadLetters(this.db);
    this.rollups = new Rollups(this.db);
    this.activity = new Activity(this.db);
    this.insert = insertEvent(this.db);
    this.commits = new GroupCommit(this.db, {
      ...hooks,
      // Once per transaction, not per request: requests of one moment count the same things.
      finish: () => this.rollups.flush(),
      undone: (error) => {
        this.forgetMemory();
        hooks.undone?.(error);
      },
    });
  }

  /**
   * Writes events, their rollups and dead letters in one transaction with whoever else is waiting.
   * Resolves when they are on disk. @throws Unavailable
   */
  write(
    project: number | null,
    events: readonly Event[],
    letters: readonly DeadLetter[],
    nowMs: number,
  ): Promise<Stored> {
    return this.commits.add(events.length + letters.length, () =>
      this.writeNow(project, events, letters, nowMs),
    );
  }

  /** As `write`, inside a transaction that is open already. */
  writeNow(
    project: number | null,
    events: readonly Event[],
    letters: readonly DeadLetter[],
    nowMs: number,
  ): Stored {
    let inserted = 0;
    const isNew: boolean[] = [];
    for (const event of events) {
      const id = this.activity.idOf(project!, event.distinctId, event.timeMs);
      const { changes } = this.insert.run(...eventValues(project!, id, event));
      isNew.push(changes > 0);
      if (changes === 0) continue;
      inserted++;
      this.rollups.count(project!, event);
      this.activity.note(project!, id, event.timeMs);
    }
    for (const letter of letters) this.deadLetters.keep(letter, nowMs);
    return { inserted, isNew };
  }

  /** Drops what memory remembers of the database. */
  forgetMemory(): void {
    this.rollups.reset();
    this.activity.reset();
  }

  /**
   * Moves everything from the write-ahead log into the database and empties the log: what was
   * erased is still in its old pages. A reader may be using them, so this tries again for a while,
   * and never makes ingestion wait. False: a reader held on to them all the time.
   */
  async emptyLog(tries = 50): Promise<boolean> {
    for (let left = tries; left > 0; left--) {
      if (this.checkpoint()) return true;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    return false;
  }

  close(): void {
    this.commits.stop();
    this.checkpoint();
    this.db.close();
  }

  private checkpoint(): boolean {
    this.db.exec('PRAGMA busy_timeout = 0');
    try {
      return this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
    } catch {
      return false; // the disk is full, or worse: commits will say so
    } finally {
      this.db.exec('PRAGMA busy_timeout = 5000');
    }
  }
}
