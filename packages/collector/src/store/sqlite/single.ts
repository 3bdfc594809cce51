// Single events: looked up, changed and deleted by their uuid, for those who may look into them.

import type { Event } from '../../event.ts';
import type { Events, StoredEvent } from '../events.ts';
import type { Database } from './database.ts';
import type { SqliteErasures } from './erasures.ts';
import { arrived, eventOf } from './events.ts';
import type { Reader } from './reading/reader.ts';
import { selectEvents, type Writer } from './writer.ts';

interface Parts {
  readonly db: Database;
  readonly writer: Writer;
  readonly erasures: SqliteErasures;
  readonly lists: Reader;
}

export class SqliteEvents implements Events {
  constructor(private readonly parts: Parts) {}

  async get(project: number, uuid: Buffer): Promise<StoredEvent | undefined> {
    return this.find(project, uuid);
  }

  async latest(project: number, prefix: string, limit: number): Promise<StoredEvent[]> {
    return (await this.parts.lists.ask('latest', { project, prefix, limit })).map(arrived);
  }

  async replace(project: number, uuid: Buffer, event: Event): Promise<boolean> {
    const { db, writer, erasures } = this.parts;
    const seq = this.find(project, uuid)?.seq;
    if (seq === undefined) return false;
    let isDone = false;
    await erasures.erase({ what: 'events', project, seqs: [seq] }, () => {
      const row = selectEvents(db, 'seq = ? AND uuid = ?').get(seq, uuid);
      if (!row) return; // it was deleted meanwhile
      const { receivedMs, timeMs } = eventOf(row);
      writer.remove(eventOf(row));
      writer.write(project, [{ ...event, uuid }], [], receivedMs ?? timeMs);
      isDone = true;
    });
    return isDone;
  }

  async remove(project: number, uuid: Buffer): Promise<boolean> {
    const found = this.find(project, uuid);
    if (!found) return false;
    await this.parts.erasures.erase({ what: 'events', project, seqs: [found.seq] });
    return true;
  }

  private find(project: number, uuid: Buffer): StoredEvent | undefined {
    const row = selectEvents(this.parts.db, 'events.project_id = ? AND uuid = ?').get(
      project,
      uuid,
    );
    return row && eventOf(row);
  }
}
