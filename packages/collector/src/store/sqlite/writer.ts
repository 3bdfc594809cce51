// Writes events and what they count for, inside a transaction that is open.

import type { DeadLetter, Event } from '../../event.ts';
import type { StoredEvent } from '../events.ts';
import type { Stored } from '../store.ts';
import type { Activity, KnownId } from './activity.ts';
import type { Closed } from './closed.ts';
import type { Database, Statement } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import { EVENT_COLUMNS } from './events.ts';
import { EventInsert, ROWS_TOGETHER } from './inserting.ts';
import type { Rollups } from './rollups.ts';
import type { VisitTable } from './visits.ts';

/** The writer of events of one database connection. */
export class Writer {
  private readonly inserts: EventInsert;
  private readonly highest: Statement;
  private readonly keepHighest: Statement;
  private readonly removeEvent: Statement;
  private readonly removeNumbers: Statement;
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
    this.removeNumbers = db.prepare('DELETE FROM events WHERE seq BETWEEN ? AND ?');
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
    const isNew: boolean[] = [];
    let visit: Stored['visit'];
    let at = 0;
    // Each event of a visit depends on the one before it: they are written one by one.
    const isOneByOne = this.visits.has(project!) || this.closed.concerns(project!);
    if (events.length >= ROWS_TOGETHER && !isOneByOne) {
      for (; at + ROWS_TOGETHER <= events.length; at += ROWS_TOGETHER) {
        const some = events.slice(at, at + ROWS_TOGETHER);
        if (this.writeAll(project!, some, nowMs)) for (const _ of some) isNew.push(true);
        else for (const event of some) isNew.push(this.writeOne(project!, event, nowMs).isNew);
      }
    }
    for (; at < events.length; at++) {
      const event = this.closed.admit(project!, events[at]!);
      const written = event && this.writeOne(project!, event, nowMs);
      isNew.push(written?.isNew ?? false);
      visit = written?.visit ?? visit;
    }
    for (const letter of letters) this.letters.keep(letter, nowMs);
    let inserted = 0;
    for (const each of isNew) if (each) inserted++;
    return visit ? { inserted, isNew, visit } : { inserted, isNew };
  }

  private writeOne(project: number, given: Event, nowMs: number) {
    const known = this.activity.idOf(project, given.distinctId, given.timeMs);
    const decided = this.visits.decide(project, known.id, given, this.seq + 1);
    const { event, visit } = decided;
    const row = { seq: this.seq + 1, id: known.id, event };
    const isNew = this.inserts.insert(project, row, nowMs);
    if (isNew) {
      this.seq++;
      this.note(project, event, known);
      this.visits.note(project, known.id, decided);
    } else this.activity.unused(project, event.distinctId, known);
    return { isNew, visit };
  }

  /** Writes events that are all new. False: some are not, and nothing of them is written. */
  private writeAll(project: number, events: readonly Event[], nowMs: number): boolean {
    const known = events.map((event) =>
      this.activity.idOf(project, event.distinctId, event.timeMs),
    );
    const before = this.seq;
    const rows = events.map((event, index) => ({
      seq: before + 1 + index,
      id: known[index]!.id,
      event,
    }));
    const written = this.inserts.insertAll(project, rows, nowMs);
    if (written < events.length) {
      if (written > 0) this.removeNumbers.run(before + 1, before + events.length);
      // Their numbers may be others when they are written down again.
      for (const [index, { distinctId }] of events.entries())
        this.activity.unused(project, distinctId, known[index]!);
      return false;
    }
    this.seq += events.length;
    for (const [index, event] of events.entries()) this.note(project, event, known[index]!);
    return true;
  }

  /** What an event that was written counts for. */
  private note(project: number, event: Event, known: KnownId): void {
    this.rollups.count(project, event);
    this.activity.note(project, known, event.timeMs);
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
    this.inserts.insert(old.project, { seq: ++this.seq, id, event }, nowMs);
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
