// Writes events and what they count for, inside a transaction that is open.

import type { DeadLetter, Event } from '../../event.ts';
import type { StoredEvent } from '../events.ts';
import type { Stored } from '../store.ts';
import type { Activity } from './activity.ts';
import type { Closed } from './closed.ts';
import type { Database, Statement } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import { EVENT_COLUMNS, EventInsert } from './events.ts';
import type { Rollups } from './rollups.ts';
import type { VisitTable } from './visits.ts';

/** The writer of events of one database connection. */
export class Writer {
  private readonly inserts: EventInsert;
  private readonly highest: Statement;
  private readonly keepHighest: Statement;
  private readonly removeEvent: Statement;
  private seq = 0;

  constructor(
    db: Database,
    private readonly rollups: Rollups,
    private readonly activity: Activity,
    private readonly letters: LetterTable,
    readonly visits: VisitTable,
    private readonly closed: Closed,
  ) {
    this.inserts = new EventInsert(db);
    this.highest = db.prepare(
      'SELECT max(seq, coalesce((SELECT max(seq) FROM events), 0)) AS seq FROM last_seq',
    );
    this.keepHighest = db.prepare('UPDATE last_seq SET seq = ? WHERE seq < ?');
    this.removeEvent = db.prepare('DELETE FROM events WHERE seq = ?');
    this.readSeq();
  }

  /** The highest number an event has had. */
  get lastSeq(): number {
    return this.seq;
  }

  write(
    project: number | null,
    events: readonly Event[],
    letters: readonly DeadLetter[],
    nowMs: number,
  ): Stored {
    let inserted = 0;
    const isNew: boolean[] = [];
    let visit: Stored['visit'];
    for (const sent of events) {
      const given = this.closed.admit(project!, sent);
      if (!given) {
        isNew.push(false);
        continue;
      }
      const known = this.activity.idOf(project!, given.distinctId, given.timeMs);
      const decided = this.visits.decide(project!, known.id, given, this.seq + 1);
      const { event } = decided;
      visit = decided.visit ?? visit;
      const isNewOne = this.inserts.insert(this.seq + 1, project!, known.id, event, nowMs);
      isNew.push(isNewOne);
      if (!isNewOne) {
        this.activity.unused(project!, event.distinctId, known);
        continue;
      }
      this.seq++;
      inserted++;
      this.rollups.count(project!, event);
      this.activity.note(project!, known, event.timeMs);
      this.visits.note(project!, known.id, decided);
    }
    for (const letter of letters) this.letters.keep(letter, nowMs);
    return visit ? { inserted, isNew, visit } : { inserted, isNew };
  }

  /** Deletes an event, and what it counted for. Its id's activity is the caller's. */
  remove(event: StoredEvent): void {
    this.beforeDeleting();
    this.rollups.count(event.project, event, -1);
    this.visits.lose(event);
    this.removeEvent.run(event.seq);
  }

  /**
   * Puts another version in the place of an event, under a new number, so that copies follow. It counts
   * for what it counted for.
   */
  replace(old: StoredEvent, event: Event, id: number, nowMs: number): void {
    this.removeEvent.run(old.seq);
    this.visits.lose(event);
    this.inserts.insert(++this.seq, old.project, id, event, nowMs);
  }

  /**
   * To be called in a transaction before events are deleted: the highest number is kept, because SQLite
   * would give the numbers of the newest rows to others.
   */
  beforeDeleting(): void {
    this.keepHighest.run(this.seq, this.seq);
  }

  /** Drops what memory mirrors of a transaction that was undone. */
  undo(): void {
    this.rollups.undo();
    this.activity.reset();
    this.visits.reset();
    this.readSeq();
  }

  private readSeq(): void {
    try {
      this.seq = Number(this.highest.get()?.seq ?? 0);
    } catch {
      // The database cannot be read: nothing is written either. The number in memory is high enough.
    }
  }
}

/** A statement for whole rows of events, as `eventOf` takes them. */
export const selectEvents = (db: Database, where: string): Statement =>
  db.prepare(`SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id) WHERE ${where}`);
