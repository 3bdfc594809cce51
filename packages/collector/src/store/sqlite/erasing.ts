// What an erasure does in this store, step by step: each step is a transaction of its own, so that
// ingestion is never held up for long, and each is done by what it finds, so that it may be repeated.

import type { Event } from '../../event.ts';
import { DAY_MS } from '../../limits.ts';
import type { Erased } from '../erasures.ts';
import type { StoredEvent } from '../events.ts';
import { type Ids, inJson, jsonWithoutIds, withoutIds } from '../naming.ts';
import { dayOf, monthOfDay, weekOfDay } from '../periods.ts';
import { type Activity, bitOf, daysIn, KIND } from './activity.ts';
import { type Database, type Statement, textOf } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import { eventOf } from './events.ts';
import { selectEvents, type Writer } from './writer.ts';

/** Rows that a step deletes at most. */
const STEP = 2_000;

/** An id that goes. */
export type OfId = Omit<Extract<Erased, { what: 'id' }>, 'what'>;

/** What a step did. */
export interface Step {
  readonly isLast: boolean;
  readonly events: number;
  readonly installs: number;
  readonly deadLetters: number;
}
const step = (isLast: boolean, done: Partial<Step> = {}): Step => ({
  events: 0,
  installs: 0,
  deadLetters: 0,
  ...done,
  isLast,
});

/** The steps of erasures, on one database connection. All inside transactions. */
export class Erasing {
  private readonly ofDay: Statement;
  private readonly ofEvent: Statement;
  private readonly oneOfDay: Statement;
  private readonly daysAround: Statement;
  private readonly findId: Statement;
  private readonly nextMonth: Statement;
  private readonly decrement: Statement;

  constructor(
    private readonly db: Database,
    private readonly writer: Writer,
    private readonly activity: Activity,
    private readonly letters: LetterTable,
  ) {
    this.ofDay = selectEvents(
      db,
      'events.project_id = ? AND time_ms >= ? AND time_ms < ? AND events.id = ?',
    );
    this.ofEvent = selectEvents(db, 'seq = ? AND events.project_id = ?');
    this.oneOfDay = db.prepare(
      'SELECT 1 FROM events WHERE project_id = ? AND time_ms >= ? AND time_ms < ? AND id = ? LIMIT 1',
    );
    this.daysAround = db.prepare(
      'SELECT month, days FROM active WHERE project_id = ? AND month BETWEEN ? AND ? AND id = ?',
    );
    this.findId = db.prepare('SELECT id FROM ids WHERE project_id = ? AND distinct_id = ?');
    this.nextMonth = db.prepare(
      'SELECT month, days FROM active WHERE id = ? ORDER BY month LIMIT 1',
    );
    this.decrement = db.prepare(
      'UPDATE active_counts SET n = n - 1 WHERE project_id = ? AND kind = ? AND period = ?',
    );
  }

  /**
   * The next step of erasing an id: a month of it; then what names it in events of others, and in dead
   * letters; last, its name. `at` is where the steps are; `replaced` hears of events that have a new number.
   */
  id(
    { project, distinctId, reach, nowMs }: OfId & { nowMs: number },
    at: { letter: number },
    replaced: (seq: number) => void,
  ): Step {
    // Only what mirrors the table: counts of others wait in the same transaction.
    this.activity.reset();
    const row = this.findId.get(project, distinctId);
    const id = row && Number(row.id);
    const active = id === undefined ? undefined : this.nextMonth.get(id);
    if (id !== undefined) this.writer.visits.forget(id);
    if (id !== undefined && active) {
      const month = Number(active.month);
      const days = daysIn(month, Number(active.days));
      let events = 0;
      for (const day of days) {
        for (const each of this.ofDay.all(project, day * DAY_MS, (day + 1) * DAY_MS, id)) {
          this.writer.remove(each);
          events++;
        }
      }
      this.eraseMonth(project, id, month, days);
      return step(false, { events });
    }
    const { naming } = this.writer;
    // Of older events it may not be known yet whom they name.
    if (naming.fill()) return step(false);
    const clean = (old: StoredEvent, cleaned: Event, whose: number) => {
      this.writer.replace(old, cleaned, whose, nowMs);
      replaced(old.seq);
    };
    if (naming.clean(project, distinctId, (whose) => this.spansOf(whose), clean))
      return step(false);
    const letters = this.letters.naming(project, { distinctId, reach }, at.letter);
    at.letter = letters.next;
    if (!letters.isLast) return step(false, { deadLetters: letters.deleted });
    // Last, when no month is left: an event that arrives meanwhile is erased with the others.
    if (id !== undefined) {
      this.db.prepare('DELETE FROM ids WHERE id = ?').run(id);
      this.db.prepare('DELETE FROM naming WHERE id = ?').run(id);
      naming.reset();
    }
    this.cleanInstalls({ project, distinctId, reach });
    return step(true, {
      installs: this.db
        .prepare('DELETE FROM installs WHERE project_id = ? AND installation_id = ?')
        .run(project, distinctId).changes,
      deadLetters: letters.deleted,
    });
  }

  /** Takes an id out of events of others, by their numbers. */
  without(
    { project, distinctId, reach, nowMs }: OfId & { nowMs: number },
    seqs: readonly number[],
    replaced: (seq: number) => void,
  ): void {
    const ids: Ids = new Map([[distinctId, reach]]);
    for (const seq of seqs) {
      const row = this.ofEvent.get(seq, project);
      if (!row) continue; // it was deleted meanwhile, or replaced
      const old = eventOf(row);
      const whose = this.findId.get(project, old.distinctId);
      const cleaned = withoutIds(old, ids);
      if (cleaned === old || !whose || old.distinctId === distinctId) continue;
      this.writer.replace(old, cleaned, Number(whose.id), nowMs);
      replaced(seq);
    }
  }

  private cleanInstalls({ project, distinctId, reach }: OfId): void {
    const found = this.db
      .prepare(
        `SELECT installation_id, CAST(properties AS BLOB) AS properties FROM installs
         WHERE project_id = ? AND installation_id != ? AND instr(properties, ?) > 0`,
      )
      .all(project, distinctId, inJson(distinctId));
    const write = this.db.prepare(
      'UPDATE installs SET properties = ? WHERE project_id = ? AND installation_id = ?',
    );
    for (const { installation_id, properties } of found) {
      const cleaned = jsonWithoutIds(textOf(properties), new Map([[distinctId, reach]]));
      write.run(cleaned, project, installation_id!);
    }
  }

  /** When an id was active. */
  private *spansOf(id: number): Generator<readonly [number, number]> {
    const months = this.db.prepare('SELECT month, days FROM active WHERE id = ? AND 1 = ?');
    for (const { month, days } of months.all(id, 1)) {
      for (const day of daysIn(Number(month), Number(days))) {
        yield [day * DAY_MS, (day + 1) * DAY_MS];
      }
    }
  }

  /** Erases one event; where it was the only one of its id on a day, that day too. */
  event(project: number, seq: number): Step {
    const row = this.ofEvent.get(seq, project);
    if (!row) return step(true);
    const { distinctId, timeMs } = eventOf(row);
    this.writer.remove(row);
    const found = this.findId.get(project, distinctId);
    if (found) this.leaveDay(project, Number(found.id), dayOf(timeMs));
    return step(true, { events: 1 });
  }

  /** The next step of erasing a project: some of its rows. */
  project(project: number): Step {
    this.activity.reset();
    this.writer.beforeDeleting();
    const events = this.db
      .prepare(
        'DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE project_id = ? LIMIT ?)',
      )
      .run(project, STEP).changes;
    if (events > 0) return step(false, { events });
    for (const [table, key] of PROJECT_TABLES) {
      const { changes } = this.db
        .prepare(
          `DELETE FROM ${table} WHERE project_id = ?1 AND (${key}) IN
           (SELECT ${key} FROM ${table} WHERE project_id = ?1 LIMIT ?2)`,
        )
        .run(project, STEP);
      if (changes === 0) continue;
      return step(false, {
        ...(table === 'installs' && { installs: changes }),
        ...(table === 'dead_letters' && { deadLetters: changes }),
      });
    }
    this.letters.recount();
    return step(true);
  }

  /** Takes an id out of the active ids of a day, unless it has other events then. */
  private leaveDay(project: number, id: number, day: number): void {
    if (this.oneOfDay.get(project, day * DAY_MS, (day + 1) * DAY_MS, id)) return;
    this.activity.reset();
    const month = monthOfDay(day);
    const rows = this.daysAround.all(project, month - 1, month + 1, id);
    const active = rows.flatMap((row) => daysIn(Number(row.month), Number(row.days)));
    // What retention has ended stays counted.
    if (!active.includes(day)) return;
    const others = active.filter((each) => each !== day);
    this.decrement.run(project, KIND.day, day);
    if (!others.some((each) => weekOfDay(each) === weekOfDay(day))) {
      this.decrement.run(project, KIND.week, weekOfDay(day));
    }
    if (others.some((each) => monthOfDay(each) === month)) {
      this.db
        .prepare('UPDATE active SET days = days & ~? WHERE project_id = ? AND month = ? AND id = ?')
        .run(bitOf(day), project, month, id);
    } else {
      this.decrement.run(project, KIND.month, month);
      this.db
        .prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND id = ?')
        .run(project, month, id);
    }
    this.db.prepare('DELETE FROM active_counts WHERE project_id = ? AND n <= 0').run(project);
    const first = this.nextMonth.get(id);
    if (!first) {
      this.db.prepare('DELETE FROM ids WHERE id = ?').run(id);
      return;
    }
    this.db
      .prepare('UPDATE ids SET first_day = ? WHERE id = ? AND first_day = ?')
      .run(daysIn(Number(first.month), Number(first.days))[0]!, id, day);
  }

  /** Takes an id out of the active ids of a month, the earliest it has. */
  private eraseMonth(project: number, id: number, month: number, days: readonly number[]): void {
    this.db
      .prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND id = ?')
      .run(project, month, id);
    this.decrement.run(project, KIND.month, month);
    for (const day of days) this.decrement.run(project, KIND.day, day);
    // A week that goes on into the next month is still counted there, if the id was active there.
    const next = this.db
      .prepare('SELECT days FROM active WHERE project_id = ? AND month = ? AND id = ?')
      .get(project, month + 1, id);
    const later = new Set(daysIn(month + 1, Number(next?.days ?? 0)).map(weekOfDay));
    for (const week of new Set(days.map(weekOfDay))) {
      if (!later.has(week)) this.decrement.run(project, KIND.week, week);
    }
    this.db.prepare('DELETE FROM active_counts WHERE project_id = ? AND n <= 0').run(project);
  }
}

/** What belongs to a project besides its events, and what tells its rows apart. Ids go last. */
const PROJECT_TABLES = [
  ['installs', 'installation_id'],
  ['dead_letters', 'id'],
  ['rollups', 'dimension, grain, start, value, sub'],
  ['dimension_values', 'id'],
  ['naming', 'named, id'],
  ['visits', 'number'],
  ['tokens', 'id'],
  ['active', 'month, id'],
  ['active_counts', 'kind, period'],
  ['public_projects', 'one'],
  ['public_months', 'month'],
  ['ids', 'id'],
] as const;
