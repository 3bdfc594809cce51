// Rollups: the counts of one transaction are gathered in memory and written once per key.
//
// They are fed only with events that were new (after de-duplication), and with sign -1 for those
// that are erased: counting and forgetting go through the same lines.

import type { Event } from '../../event.ts';
import { DIMENSION_VALUES } from '../../limits.ts';
import { dayOf, monthOfDay } from '../periods.ts';
import type { Database, Statement } from './database.ts';
import { countsOf } from './dimensions.ts';

export const OTHER = '(other)';
/** 0 was hours, in 1.0: nobody read them. */
const DAYS = 1;
const MONTHS = 2;

interface Delta {
  readonly project: number;
  readonly dimension: number;
  /** A day, or a month. */
  readonly start: number;
  readonly value: number;
  readonly sub: number;
  n: number;
  failed: number;
}

/** The same counts by month. */
function monthly(deltas: Iterable<Delta>): Delta[] {
  const sums = new Map<string, Delta>();
  for (const delta of deltas) {
    const start = monthOfDay(delta.start);
    const key = `${delta.project} ${delta.dimension} ${start} ${delta.value} ${delta.sub}`;
    const sum = sums.get(key);
    if (sum) {
      sum.n += delta.n;
      sum.failed += delta.failed;
    } else {
      sums.set(key, { ...delta, start });
    }
  }
  return [...sums.values()];
}

/** The writer of rollups of one database connection. */
export class Rollups {
  private readonly find: Statement;
  private readonly insertValue: Statement;
  private readonly countValues: Statement;
  private readonly add: Statement;
  private readonly prune: Statement;
  private readonly valueIds = new Map<string, number>();
  private readonly valueCounts = new Map<string, number>();
  private deltas = new Map<string, Delta>();

  constructor(db: Database) {
    this.find = db.prepare(
      'SELECT id FROM dimension_values WHERE project_id = ? AND dimension = ? AND value = ?',
    );
    this.insertValue = db.prepare(
      'INSERT INTO dimension_values (project_id, dimension, value) VALUES (?, ?, ?)',
    );
    this.countValues = db.prepare(
      'SELECT count(*) AS n FROM dimension_values WHERE project_id = ? AND dimension = ?',
    );
    this.add = db.prepare(
      `INSERT INTO rollups (project_id, dimension, grain, start, value, sub, n, failed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET n = n + excluded.n, failed = failed + excluded.failed`,
    );
    this.prune = db.prepare(
      `DELETE FROM rollups WHERE project_id = ? AND dimension = ? AND grain = ? AND start = ?
       AND value = ? AND sub = ? AND n <= 0`,
    );
  }

  /** Counts an event (or, with -1, takes it out again). Call `flush` in the same transaction. */
  count(project: number, event: Event, sign: 1 | -1 = 1): void {
    const start = dayOf(event.timeMs);
    countsOf(event, (dimension, value, sub, failed) => {
      const valueId = this.valueId(project, dimension, value);
      const subId = typeof sub === 'number' ? sub : this.valueId(project, sub.dimension, sub.value);
      const key = `${project} ${dimension} ${start} ${valueId} ${subId}`;
      let delta = this.deltas.get(key);
      if (!delta) {
        delta = { project, dimension, start, value: valueId, sub: subId, n: 0, failed: 0 };
        this.deltas.set(key, delta);
      }
      delta.n += sign;
      if (failed) delta.failed += sign;
    });
  }

  /** Writes what was counted since the last flush. */
  flush(): void {
    for (const delta of this.deltas.values()) this.write(delta, DAYS);
    for (const delta of monthly(this.deltas.values())) this.write(delta, MONTHS);
    this.deltas = new Map();
  }

  /**
   * Drops what was counted since the last flush, and what memory mirrors: only for a transaction that
   * was undone. Others share it, and their counts are among these.
   */
  undo(): void {
    this.deltas = new Map();
    this.valueIds.clear();
    this.valueCounts.clear();
  }

  private write({ project, dimension, start, value, sub, n, failed }: Delta, grain: number) {
    this.add.run(project, dimension, grain, start, value, sub, n, failed);
    if (n < 0) this.prune.run(project, dimension, grain, start, value, sub);
  }

  /** The number of a value; that of `(other)` once the dimension is full. */
  private valueId(project: number, dimension: number, value: string): number {
    const key = `${project} ${dimension} ${value}`;
    const known = this.valueIds.get(key);
    if (known !== undefined) return known;
    const id = this.lookUp(project, dimension, value);
    // Unlisted values would make this map as large as a client likes.
    if (this.valueIds.size > 20 * DIMENSION_VALUES) this.valueIds.clear();
    this.valueIds.set(key, id);
    return id;
  }

  private lookUp(project: number, dimension: number, value: string): number {
    const row = this.find.get(project, dimension, value);
    if (row) return Number(row.id);
    const countKey = `${project} ${dimension}`;
    let count = this.valueCounts.get(countKey);
    if (count === undefined) {
      count = Number(this.countValues.get(project, dimension)?.n ?? 0);
      this.valueCounts.set(countKey, count);
    }
    if (count >= DIMENSION_VALUES && value !== OTHER)
      return this.valueId(project, dimension, OTHER);
    this.valueCounts.set(countKey, count + 1);
    return this.insertValue.run(project, dimension, value).lastInsertRowid;
  }
}
