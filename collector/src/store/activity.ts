// Ids, and when they were active: each id is written once, each (id, period) once.

import type { Database, Statement } from './database.ts';
import { dayOf, monthOfDay, weekOfDay } from './periods.ts';

/** The kinds of period that active ids are counted for. */
export const KIND = { day: 0, week: 1, month: 2 } as const;
const CACHE_ENTRIES = 50_000;

/** The writer of ids and their activity of one database connection. */
export class Activity {
  private readonly findId: Statement;
  private readonly insertId: Statement;
  private readonly earlier: Statement;
  private readonly insert: Statement;
  private readonly increment: Statement;
  private readonly ids = new Map<string, { id: number; firstDay: number }>();
  private readonly seen = new Set<string>();

  constructor(db: Database) {
    this.findId = db.prepare(
      'SELECT id, first_day FROM ids WHERE project_id = ? AND distinct_id = ?',
    );
    this.insertId = db.prepare(
      'INSERT INTO ids (project_id, distinct_id, first_day) VALUES (?, ?, ?)',
    );
    this.earlier = db.prepare('UPDATE ids SET first_day = ? WHERE id = ?');
    this.insert = db.prepare(
      'INSERT INTO active (project_id, kind, period, id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.increment = db.prepare(
      `INSERT INTO active_counts (project_id, kind, period, n) VALUES (?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET n = n + 1`,
    );
  }

  /** The number of a distinct id; it is written down when it is new. */
  idOf(project: number, distinctId: string, timeMs: number): number {
    const day = dayOf(timeMs);
    const key = `${project} ${distinctId}`;
    let known = this.ids.get(key);
    if (!known) {
      const row = this.findId.get(project, distinctId);
      known = row
        ? { id: Number(row.id), firstDay: Number(row.first_day) }
        : {
            id: Number(this.insertId.run(project, distinctId, day).lastInsertRowid),
            firstDay: day,
          };
      if (this.ids.size >= CACHE_ENTRIES) this.ids.clear();
      this.ids.set(key, known);
    }
    if (day < known.firstDay) {
      this.earlier.run(day, known.id);
      known.firstDay = day;
    }
    return known.id;
  }

  /** Notes that an id was active at a time. */
  note(project: number, id: number, timeMs: number): void {
    const day = dayOf(timeMs);
    const key = `${id} ${day}`;
    if (this.seen.has(key)) return;
    if (this.seen.size >= CACHE_ENTRIES) this.seen.clear();
    this.seen.add(key);
    this.mark(project, KIND.day, day, id);
    this.mark(project, KIND.week, weekOfDay(day), id);
    this.mark(project, KIND.month, monthOfDay(day), id);
  }

  /** Forgets what is in memory: after a transaction that failed, or an erasure. */
  reset(): void {
    this.ids.clear();
    this.seen.clear();
  }

  private mark(project: number, kind: number, period: number, id: number): void {
    if (this.insert.run(project, kind, period, id).changes > 0) {
      this.increment.run(project, kind, period);
    }
  }
}
