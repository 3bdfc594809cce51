// Median and 95th percentile of each command's duration, from the counted buckets.

import type { Range } from '../../numbers.ts';
import { textOf } from '../database.ts';
import { DIMENSION, middleOf } from '../dimensions.ts';
import type { Rows } from '../reading/timed.ts';
import { countsIn } from './query.ts';

export interface Durations {
  readonly measured: number;
  readonly median_ms: number;
  readonly p95_ms: number;
}

/** The durations of every command in a range. Right to within 5 %. */
export async function durationsOf(db: Rows, range: Range): Promise<Map<string, Durations>> {
  const { sql, params } = countsIn(range, DIMENSION.duration);
  const rows = await db.all(
    `SELECT CAST(v.value AS BLOB) AS name, c.sub AS bucket, n AS count
     FROM ${sql} c JOIN dimension_values v ON v.id = c.value ORDER BY c.value, c.sub`,
    ...params,
  );
  const buckets = new Map<string, [bucket: number, count: number][]>();
  for (const row of rows) {
    const name = textOf(row.name);
    const list = buckets.get(name) ?? [];
    list.push([Number(row.bucket), Number(row.count)]);
    buckets.set(name, list);
  }
  return new Map(
    [...buckets].map(([name, list]) => {
      const measured = list.reduce((sum, [, count]) => sum + count, 0);
      return [
        name,
        {
          measured,
          median_ms: quantile(list, measured, 0.5),
          p95_ms: quantile(list, measured, 0.95),
        },
      ];
    }),
  );
}

function quantile(list: readonly [number, number][], total: number, at: number): number {
  let left = Math.ceil(total * at);
  for (const [bucket, count] of list) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return 0;
}
