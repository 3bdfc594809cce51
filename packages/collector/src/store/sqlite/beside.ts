// Reads a database beside the collector that may be running on it: for commands, and threads of exports.

import { join } from 'node:path';
import type { Selection, StoredEvent } from '../events.ts';
import type { Integrity, Size, StoreReader } from '../store.ts';
import { backupTo, lastBackupMs } from './backup.ts';
import { type Database, openReader } from './database.ts';
import { PAGE, pageAfter, pageOf } from './events.ts';
import { DATABASE_FILE } from './folder.ts';
import { checkIntegrity } from './integrity.ts';
import { allProjects } from './projects.ts';
import { scan } from './scan.ts';
import { sizeOf } from './size.ts';

export class SqliteReader implements StoreReader {
  private readonly db: Database;

  constructor(private readonly folder: string) {
    this.db = openReader(join(folder, DATABASE_FILE));
  }

  async projects() {
    return allProjects(this.db);
  }

  scan(selection: Selection): AsyncGenerator<readonly StoredEvent[]> {
    const ids = allProjects(this.db).map(({ id }) => id);
    return scan(ids, selection, (start) => pageOf(this.db, start));
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

  async backup(file: string): Promise<void> {
    backupTo(this.folder, file);
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
}
