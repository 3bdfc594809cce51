// Reads a database beside the collector that may be running on it: for commands, and threads of exports.

import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import type { Selection, StoredEvent } from '../events.ts';
import type { Integrity, Size, StoreReader } from '../store.ts';
import { lastBackupMs } from './backup.ts';
import { backupApart } from './backup-apart.ts';
import { type Database, openReader } from './database.ts';
import { countIn, lastSeqOf, PAGE, pageAfter, pageOf } from './events.ts';
import { DATABASE_FILE } from './folder.ts';
import { checkIntegrity } from './integrity.ts';
import { allProjects } from './projects.ts';
import { scan } from './scan.ts';
import { isPresent } from './schema.ts';
import { identityOf } from './settings.ts';
import { sizeOf } from './size.ts';
import { checkTexts } from './texts.ts';

export class SqliteReader implements StoreReader {
  private readonly db: Database;

  constructor(private readonly folder: string) {
    this.db = openReader(join(folder, DATABASE_FILE));
    checkTexts(this.db);
  }

  async identity(): Promise<string> {
    this.checkForm();
    return identityOf(this.db);
  }

  async projects() {
    this.checkForm();
    return allProjects(this.db);
  }

  scan(selection: Selection): AsyncGenerator<readonly StoredEvent[]> {
    this.checkForm();
    const ids = allProjects(this.db).map(({ id }) => id);
    return scan(ids, selection, {
      page: (start) => pageOf(this.db, start),
      lastSeq: () => lastSeqOf(this.db),
      count: (range) => countIn(this.db, range),
    });
  }

  async *after(
    project: number | undefined,
    seq: number,
    limit = PAGE,
  ): AsyncGenerator<readonly StoredEvent[]> {
    for (;;) {
      const events = pageAfter(this.db, { project, seq, limit });
      if (events.length === 0) return;
      yield events;
      seq = events.at(-1)!.seq;
    }
  }

  backup(file: string, progress?: (done: number, of: number) => void): Promise<void> {
    return backupApart(this.folder, file, progress);
  }

  async lastBackupMs(): Promise<number | undefined> {
    return lastBackupMs(this.folder);
  }

  async checkIntegrity(how: 'quick' | 'thorough'): Promise<Integrity> {
    return checkIntegrity(this.db, { how });
  }

  async size(): Promise<Size> {
    return sizeOf(this.folder);
  }

  async close(): Promise<void> {
    this.db.close();
  }

  /** A database that an older collector made is only brought to the present form by who writes to it. */
  private checkForm(): void {
    if (isPresent(this.db)) return;
    throw new StoreError(
      `the database in ${this.folder} was made by another version of the collector, and this one has not used it yet: it cannot be read as it is. Start the collector on it once (collector serve), then try again`,
    );
  }
}
