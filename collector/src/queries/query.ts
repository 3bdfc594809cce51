// What a query is: a function from a read-only database and its parameters to JSON.

import type { Database, Row } from '../store/database.ts';
import { DIMENSION, type Dimension } from '../store/dimensions.ts';

/** A range of days, both included, of one project. */
export interface Range {
  readonly project: number;
  readonly fromDay: number;
  readonly toDay: number;
}

/** A value with its count. */
export interface Counted {
  readonly name: string;
  readonly count: number;
  readonly failed: number;
}

/** Rows a chart or a table shows. What comes after them is in the exports. */
export const TOP = 50;

/** The values of a dimension in a range, the most frequent first. */
export function valuesOf(db: Database, range: Range, dimension: Dimension, limit = TOP): Counted[] {
  return db
    .prepare(
      `SELECT v.value AS name, sum(n) AS count, sum(failed) AS failed
       FROM rollups r JOIN dimension_values v ON v.id = r.value
       WHERE r.project_id = ? AND r.dimension = ? AND grain = 1 AND start BETWEEN ? AND ?
       GROUP BY r.value ORDER BY count DESC, name LIMIT ?`,
    )
    .all(range.project, dimension, range.fromDay, range.toDay, limit)
    .map(countedOf);
}

export const countedOf = (row: Row): Counted => ({
  name: String(row.name),
  count: Number(row.count),
  failed: Number(row.failed ?? 0),
});

/** The values of a dimension, each divided by the names of its second dimension. */
export function dividedOf(db: Database, range: Range, dimension: Dimension) {
  return db
    .prepare(
      `SELECT v.value AS name, s.value AS sub, sum(n) AS count
       FROM rollups r JOIN dimension_values v ON v.id = r.value
       LEFT JOIN dimension_values s ON s.id = r.sub
       WHERE r.project_id = ? AND r.dimension = ? AND grain = 1 AND start BETWEEN ? AND ?
       GROUP BY r.value, r.sub`,
    )
    .all(range.project, dimension, range.fromDay, range.toDay)
    .map((row) => ({
      name: String(row.name),
      sub: row.sub === null || row.sub === undefined ? undefined : String(row.sub),
      count: Number(row.count),
    }));
}

/** Four digits of a share are enough, and compare well in tests. */
export const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;

export { DIMENSION };
