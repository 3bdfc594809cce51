// What the numbers have in common: the counts of a dimension in a range.

import type { Range } from '../../numbers.ts';
import { firstDayOfMonth, monthOfDay } from '../../periods.ts';
import { type Row, textOf } from '../database.ts';
import type { Rows } from '../reading/timed.ts';

/** A value with its count. */
export interface Counted {
  readonly name: string;
  readonly count: number;
  readonly failed: number;
}

/** A part of a range: whole months, or the days before and after them. */
interface Span {
  readonly grain: 1 | 2;
  readonly from: number;
  readonly to: number;
}

/** A range as whole months and the days at its edges: a year costs no more than two months. */
export function spansOf({ fromDay, toDay }: Range): Span[] {
  const end = toDay + 1;
  let month = monthOfDay(fromDay);
  if (firstDayOfMonth(month) < fromDay) month++;
  const endMonth = monthOfDay(end);
  if (endMonth <= month) return [{ grain: 1, from: fromDay, to: toDay }];
  const spans: Span[] = [
    { grain: 1, from: fromDay, to: firstDayOfMonth(month) - 1 },
    { grain: 2, from: month, to: endMonth - 1 },
    { grain: 1, from: firstDayOfMonth(endMonth), to: toDay },
  ];
  return spans.filter(({ from, to }) => from <= to);
}

/** The counts of a dimension in a range, by value and sub: a table for FROM, and its parameters. */
export function countsIn(range: Range, dimension: number): { sql: string; params: number[] } {
  const spans = spansOf(range);
  const each = `SELECT value, sub, sum(n) AS n, sum(failed) AS failed FROM rollups
    WHERE project_id = ? AND dimension = ? AND grain = ? AND start BETWEEN ? AND ?
    GROUP BY value, sub`;
  return {
    // Names are looked up after this, once for each value and not for each row.
    sql: `(SELECT value, sub, sum(n) AS n, sum(failed) AS failed
           FROM (${spans.map(() => each).join(' UNION ALL ')}) GROUP BY value, sub)`,
    params: spans.flatMap(({ grain, from, to }) => [range.project, dimension, grain, from, to]),
  };
}

/** Every value of a dimension in a range, `(other)` among them, the most frequent first. */
export async function valuesOf(db: Rows, range: Range, dimension: number): Promise<Counted[]> {
  const { sql, params } = countsIn(range, dimension);
  const rows = await db.all(
    `SELECT CAST(v.value AS BLOB) AS name, sum(n) AS count, sum(failed) AS failed
     FROM ${sql} c JOIN dimension_values v ON v.id = c.value
     GROUP BY c.value ORDER BY count DESC, name`,
    ...params,
  );
  return rows.map(countedOf);
}

export const countedOf = (row: Row): Counted => ({
  name: textOf(row.name),
  count: Number(row.count),
  failed: Number(row.failed ?? 0),
});

/** The values of a dimension, each divided by the names of its second dimension. */
export async function dividedOf(db: Rows, range: Range, dimension: number) {
  const { sql, params } = countsIn(range, dimension);
  const rows = await db.all(
    `SELECT CAST(v.value AS BLOB) AS name, CAST(s.value AS BLOB) AS sub, n AS count
     FROM ${sql} c JOIN dimension_values v ON v.id = c.value
     LEFT JOIN dimension_values s ON s.id = c.sub`,
    ...params,
  );
  return rows.map((row) => ({
    name: textOf(row.name),
    sub: row.sub === null || row.sub === undefined ? undefined : textOf(row.sub),
    count: Number(row.count),
  }));
}
