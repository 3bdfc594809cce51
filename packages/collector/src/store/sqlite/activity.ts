// Ids, and when they were active: each id is written once, and has one number a month, with a bit
// for each day. How many ids a day, week or month had is counted beside it.

import { dayOf, firstDayOfMonth, firstDayOfWeek, monthOfDay, weekOfDay } from '../periods.ts';
import type { Database, Statement } from './database.ts';

/** The kinds of period that active ids are counted for. */
export const KIND = { day: 0, week: 1, month: 2 } as const;
const CACHE_ENTRIES = 50_000;

/** The bit of a day in its month. */
export const bitOf = (day: number): number => 1 << (day - firstDayOfMonth(monthOfDay(day)));

/** The bits of those days of a month that lie in a range, both ends included. */
export function bitsOf(month: number, fromDay: number, toDay: number): number {
  const first = firstDayOfMonth(month);
  let bits = 0;
  for (let n = 0; n < firstDayOfMonth(month + 1) - first; n++) {
    if (first + n >= fromDay && first + n <= toDay) bits |= 1 << n;
  }
  return bits;
}

/** The days of a month whose bits are set. */
export function daysIn(month: number, bits: number): number[] {
  const first = firstDayOfMonth(month);
  return Array.from({ length: 31 }, (_, n) => n)
    .filter((n) => (bits & (1 << n)) !== 0)
    .map((n) => first + n);
}

/** A distinct id: its number, and the day it was first active. */
export interface KnownId {
  readonly id: number;
  firstDay: number;
  /** Whether an event or more is of it. */
  isUsed: boolean;
}

/** The writer of ids and their activity of one database connection. */
export class Activity {
  private readonly findId: Statement;
  private readonly insertId: Statement;
  private readonly deleteId: Statement;
  private readonly earlier: Statement;
  private readonly find: Statement;
  private readonly put: Statement;
  private readonly increment: Statement;
  private readonly ids = new Map<string, KnownId>();
  private readonly seen = new Set<string>();

  constructor(db: Database) {
    this.findId = db.prepare(
      'SELECT id, first_day FROM ids WHERE project_id = ? AND distinct_id = ?',
    );
    this.insertId = db.prepare(
      'INSERT INTO ids (project_id, distinct_id, first_day) VALUES (?, ?, ?)',
    );
    this.deleteId = db.prepare('DELETE FROM ids WHERE id = ?');
    this.earlier = db.prepare('UPDATE ids SET first_day = ? WHERE id = ?');
    this.find = db.prepare('SELECT days FROM active WHERE project_id = ? AND month = ? AND id = ?');
    this.put = db.prepare(
      `INSERT INTO active (project_id, month, id, days) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET days = days | excluded.days`,
    );
    this.increment = db.prepare(
      `INSERT INTO active_counts (project_id, kind, period, n) VALUES (?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET n = n + 1`,
    );
  }

  /** A distinct id as it is known; it is written down when it is new. */
  idOf(project: number, distinctId: string, timeMs: number): KnownId {
    const key = `${project} ${distinctId}`;
    let known = this.ids.get(key);
    if (!known) {
      const day = dayOf(timeMs);
      const row = this.findId.get(project, distinctId);
      known = row
        ? { id: Number(row.id), firstDay: Number(row.first_day), isUsed: true }
        : {
            id: Number(this.insertId.run(project, distinctId, day).lastInsertRowid),
            firstDay: day,
            isUsed: false,
          };
      if (this.ids.size >= CACHE_ENTRIES) this.ids.clear();
      this.ids.set(key, known);
    }
    return known;
  }

  /** Its event was not new: an id that was written down for it alone is nobody's. */
  unused(project: number, distinctId: string, known: KnownId): void {
    if (known.isUsed) return;
    this.deleteId.run(known.id);
    this.ids.delete(`${project} ${distinctId}`);
  }

  /** Notes that an id was active at a time. */
  note(project: number, known: KnownId, timeMs: number): void {
    const { id } = known;
    const day = dayOf(timeMs);
    const key = `${id} ${day}`;
    known.isUsed = true;
    if (this.seen.has(key)) return;
    if (day < known.firstDay) {
      this.earlier.run(day, id);
      known.firstDay = day;
    }
    if (this.seen.size >= CACHE_ENTRIES) this.seen.clear();
    this.seen.add(key);
    const month = monthOfDay(day);
    const days = this.daysOf(project, month, id);
    if ((days & bitOf(day)) !== 0) return;
    const wasActiveInWeek = this.wasActiveInWeek(project, id, weekOfDay(day));
    this.put.run(project, month, id, bitOf(day));
    this.increment.run(project, KIND.day, day);
    if (!wasActiveInWeek) this.increment.run(project, KIND.week, weekOfDay(day));
    if (days === 0) this.increment.run(project, KIND.month, month);
  }

  /** Drops what memory mirrors: after a transaction that failed, and after a deletion. */
  reset(): void {
    this.ids.clear();
    this.seen.clear();
  }

  private daysOf(project: number, month: number, id: number): number {
    return Number(this.find.get(project, month, id)?.days ?? 0);
  }

  private wasActiveInWeek(project: number, id: number, week: number): boolean {
    const first = firstDayOfWeek(week);
    const last = first + 6;
    const months = new Set([monthOfDay(first), monthOfDay(last)]);
    return [...months].some(
      (month) => (this.daysOf(project, month, id) & bitsOf(month, first, last)) !== 0,
    );
  }
}
