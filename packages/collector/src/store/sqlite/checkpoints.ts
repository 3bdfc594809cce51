// Moves pages from the write-ahead log into the database, beside the commits. Within a COMMIT, as SQLite does
// it by itself, all that waited for that commit waited for the disk a second time.
//
// The log is begun anew only when all of it is in the database. So a second, short look follows the first,
// between two commits.

import { CHECKPOINT_PAGES } from '../../limits.ts';
import { type Database, later } from './database.ts';

/** About so many pages a transaction writes anyway, and so many bytes an event, besides its properties. */
const COMMIT_PAGES = 20;
const EVENT_BYTES = 250;
const PAGE_BYTES = 4_096;

export class Checkpoints {
  private pages = 0;
  private state: 'idle' | 'under way' | 'to finish' = 'idle';
  private running: Promise<void> | undefined;

  /** `db`: a connection for this alone. */
  constructor(private readonly db: Database) {}

  /** Notes what a transaction writes. */
  wrote(events: readonly { readonly rest: string }[]): void {
    for (const { rest } of events) this.pages += (EVENT_BYTES + rest.length) / PAGE_BYTES;
  }

  /** After a transaction: may begin to move what it and those before it wrote. */
  committed(): void {
    this.pages += COMMIT_PAGES;
    if (this.state === 'idle' && this.pages >= CHECKPOINT_PAGES) this.begin();
  }

  /** Moves all that was written until now. */
  async now(): Promise<void> {
    await this.running;
    if (this.state === 'idle') this.begin();
    await this.running;
  }

  /** Between two commits. */
  between(): Promise<void> | undefined {
    if (this.state !== 'to finish') return undefined;
    return this.move().then(() => {
      this.state = 'idle';
    });
  }

  async close(): Promise<void> {
    await this.running;
    this.db.close();
  }

  private begin(): void {
    this.pages = 0;
    this.state = 'under way';
    this.running = this.move().then(() => {
      this.state = 'to finish';
    });
  }

  /** Where it fails, the log grows until a COMMIT does it, and says why if it cannot. */
  private move(): Promise<void> {
    return later(this.db, 'PRAGMA wal_checkpoint(PASSIVE)').catch(() => undefined);
  }
}
