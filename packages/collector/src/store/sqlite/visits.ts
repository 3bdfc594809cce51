// Visits as rows, decided inside the transaction that writes their events. Nothing of them is in memory only: what
// a killed collector had acknowledged goes on with the next event.

import type { Event } from '../../event.ts';
import { AGAIN, AGAIN_MS, type Part, roleOf, type Visit } from '../visits.ts';
import { type Database, type Row, type Statement, textOf } from './database.ts';

/** A visit as it is decided about. */
interface Kept extends Visit {
  readonly entryMs: number | null;
  readonly exitMs: number | null;
}

/** What an event is written as, and what becomes of its visit once it is. */
export interface Decided {
  readonly event: Event;
  /** The visit after it; undefined: it belongs to none. */
  readonly visit: Kept | undefined;
  readonly isBegun: boolean;
}

/** What a visit is read from. Text as bytes: see textOf. */
export const COLUMNS = `number, start_ms, last_ms, views, events, engaged_ms, CAST(entry AS BLOB) AS entry, entry_ms,
  CAST(exit AS BLOB) AS exit, exit_ms`;

const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : textOf(value as Row[string]);
const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

/** A row of `COLUMNS` as the visit that it is. */
export const keptOf = (row: Row): Kept => ({
  number: Number(row.number),
  startMs: Number(row.start_ms),
  lastMs: Number(row.last_ms),
  views: Number(row.views),
  events: Number(row.events),
  engagedMs: Number(row.engaged_ms),
  entry: textOrNull(row.entry),
  entryMs: numberOrNull(row.entry_ms),
  exit: textOrNull(row.exit),
  exitMs: numberOrNull(row.exit_ms),
});

const begunBy = (number: number, { timeMs }: Part): Kept => ({
  ...{ number, startMs: timeMs, lastMs: timeMs, views: 0, events: 0, engagedMs: 0 },
  ...{ entry: null, entryMs: null, exit: null, exitMs: null },
});

/** A visit with one more event. Of pages that were shown in one moment, the first to arrive is the first. */
function withPart(visit: Kept, { timeMs, role, page, engagedMs }: Part): Kept {
  const isView = role === 'view';
  const isEntry = isView && (visit.entryMs === null || timeMs < visit.entryMs);
  const isExit = isView && (visit.exitMs === null || timeMs >= visit.exitMs);
  return {
    number: visit.number,
    startMs: Math.min(visit.startMs, timeMs),
    lastMs: Math.max(visit.lastMs, timeMs),
    views: visit.views + (isView ? 1 : 0),
    events: visit.events + (role === 'own' ? 1 : 0),
    engagedMs: visit.engagedMs + engagedMs,
    entry: isEntry ? page : visit.entry,
    entryMs: isEntry ? timeMs : visit.entryMs,
    exit: isExit ? page : visit.exit,
    exitMs: isExit ? timeMs : visit.exitMs,
  };
}

const partOf = ({ name, timeMs, page, engagedMs = 0 }: Event): Part => ({
  ...{ timeMs, page: page ?? null, engagedMs },
  role: roleOf(name),
});

/** The visits of one database connection, for writing. All inside transactions. */
export class VisitTable {
  private readonly find: Statement;
  private readonly add: Statement;
  private readonly change: Statement;
  private readonly byNumber: Statement;
  private readonly parts: Statement;
  private readonly delete: Statement;
  /** Visits that have lost events in this transaction. */
  private readonly lossy = new Set<number>();

  /** `silenceOf` says how long a silence ends a visit of a project; undefined: it has no visits. */
  constructor(
    private readonly db: Database,
    private readonly silenceOf: (project: number) => number | undefined,
  ) {
    this.find = db.prepare(
      `SELECT ${COLUMNS} FROM visits INDEXED BY visits_by_last
       WHERE id = ? AND last_ms >= ? AND start_ms <= ? ORDER BY start_ms, number LIMIT 1`,
    );
    this.add = db.prepare(
      `INSERT INTO visits (project_id, id, start_ms, last_ms, views, events, engaged_ms, entry, entry_ms, exit,
         exit_ms, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.change = db.prepare(
      `UPDATE visits SET start_ms = ?, last_ms = ?, views = ?, events = ?, engaged_ms = ?, entry = ?, entry_ms = ?,
         exit = ?, exit_ms = ? WHERE number = ?`,
    );
    this.byNumber = db.prepare(`SELECT ${COLUMNS}, project_id, id FROM visits WHERE number = ?`);
    this.parts = db.prepare(
      `SELECT time_ms, CAST(event AS BLOB) AS event, CAST(page AS BLOB) AS page, engaged_ms FROM events
       WHERE project_id = ? AND time_ms BETWEEN ? AND ? AND id = ? AND visit = ? ORDER BY time_ms, seq`,
    );
    this.delete = db.prepare('DELETE FROM visits WHERE number = ?');
  }

  /** Does a project have visits? */
  has(project: number): boolean {
    return this.silenceOf(project) !== undefined;
  }

  /** Which visit an event of a visitor belongs to. It is not written yet: `seq` is the number that it gets. */
  decide(project: number, id: number, given: Event, seq: number): Decided {
    const silenceMs = this.silenceOf(project);
    // Nobody else says so.
    if (silenceMs === undefined) return { event: given, visit: undefined, isBegun: false };
    const { visit: _claimed, ...event } = given;
    const part = partOf(event);
    const row = this.find.get(id, part.timeMs - silenceMs, part.timeMs + silenceMs);
    if (!row && part.role === 'along') return { event, visit: undefined, isBegun: false };
    const found = row ? keptOf(row) : begunBy(seq, part);
    const isAgain = part.role === 'view' && part.page !== null && isShownAgain(found, part);
    const name = isAgain ? AGAIN : event.name;
    return {
      event: { ...event, name, visit: found.number },
      visit: withPart(found, isAgain ? { ...part, role: 'along' } : part),
      isBegun: !row,
    };
  }

  /** The event was new: its visit is written. */
  note(project: number, id: number, { visit, isBegun }: Decided): void {
    if (!visit) return;
    const { startMs, lastMs, views, events, engagedMs, entry, entryMs, exit, exitMs } = visit;
    const values = [startMs, lastMs, views, events, engagedMs, entry, entryMs, exit, exitMs];
    if (isBegun) this.add.run(project, id, ...values, visit.number);
    else this.change.run(...values, visit.number);
  }

  /** An event of a visit was deleted or changed: `settle` counts the visit anew. */
  lose({ visit }: Event): void {
    if (visit !== undefined) this.lossy.add(visit);
  }

  /** Everything of a visitor is being erased. */
  forget(id: number): void {
    this.db.prepare('DELETE FROM visits WHERE id = ?').run(id);
  }

  /**
   * Deletes some of the visits that ended before a time, and counts those anew that reach over it; their older events
   * are gone. How many were deleted is the answer.
   */
  retain(project: number, beforeMs: number, limit: number): number {
    const old = this.db.prepare(
      `SELECT number, last_ms FROM visits WHERE project_id = ? AND start_ms < ? ORDER BY start_ms LIMIT ?`,
    );
    let deleted = 0;
    for (const { number, last_ms } of old.all(project, beforeMs, limit)) {
      if (Number(last_ms) >= beforeMs) this.lossy.add(Number(number));
      else deleted += this.delete.run(number!).changes;
    }
    return deleted;
  }

  /** Before the end of every transaction: visits that have lost events are what the others say. */
  settle(): void {
    for (const number of this.lossy) this.recount(number);
    this.lossy.clear();
  }

  /** After a transaction that was undone. */
  reset(): void {
    this.lossy.clear();
  }

  private recount(number: number): void {
    const row = this.byNumber.get(number);
    if (!row) return;
    const { startMs, lastMs } = keptOf(row);
    const events = this.parts.all(row.project_id!, startMs, lastMs, row.id!, number);
    let visit: Kept | undefined;
    for (const event of events) {
      const part: Part = {
        timeMs: Number(event.time_ms),
        role: roleOf(textOf(event.event)),
        page: textOrNull(event.page),
        engagedMs: Number(event.engaged_ms ?? 0),
      };
      visit = withPart(visit ?? begunBy(number, part), part);
    }
    if (visit) this.note(0, 0, { visit, isBegun: false, event: undefined as never });
    else this.delete.run(number);
  }
}

const isShownAgain = ({ exit, exitMs }: Kept, { page, timeMs }: Part): boolean =>
  exitMs !== null && exit === page && Math.abs(timeMs - exitMs) <= AGAIN_MS;
