// What is counted wherever events are counted: events, ids, failures, and a measure's distribution.

import type { Counts, Field, Measured } from '../../../../../schema/src/question.ts';
import { type Column, SUCCESS } from '../../columns.ts';
import type { Cell } from '../readers.ts';
import type { Statement } from '../sql.ts';

/** Of these columns, the one that tells failures. */
const tellsFailures = (columns: readonly Column[]): boolean =>
  columns.some(({ name, type }) => name === SUCCESS && type === 'boolean');

/** Aggregates over events: `countsOf` reads them. */
export function countsSql(columns: readonly Column[]): string {
  const judged = tellsFailures(columns)
    ? `count(*) FILTER (NOT ${SUCCESS}), count(${SUCCESS})`
    : '0, 0';
  return `count(*), count(DISTINCT id), ${judged}`;
}

/** Of `countsSql` what can be added up, as c0 (events), c2 (failures) and c3 (judged). */
export function additiveSql(columns: readonly Column[]): string {
  const [failures, judged] = tellsFailures(columns)
    ? [`count(*) FILTER (NOT ${SUCCESS})`, `count(${SUCCESS})`]
    : ['0', '0'];
  return `count(*) AS c0, ${failures} AS c2, ${judged} AS c3`;
}

/** The aggregates of `countsSql`, and of the measure: `measuredOf` reads them. */
export function measuredSql(
  columns: readonly Column[],
  statement: Statement,
  measure: Field | undefined,
): string {
  // A question without a measure is several times as quick.
  const distribution = measure
    ? `quantile_disc(${statement.number(measure)}, [0.5, 0.95])`
    : 'NULL';
  return `${countsSql(columns)}, ${distribution}`;
}

/** Reads the aggregates of `countsSql`. */
export function countsOf(cells: readonly Cell[]): Counts {
  const [events, ids, failures, judged] = cells.map(Number) as [number, number, number, number];
  return { events, ids, failures, judged, failure_rate: judged === 0 ? null : failures / judged };
}

/** Reads the aggregates of `measuredSql`. */
export function measuredOf(cells: readonly Cell[]): Measured {
  const distribution = cells[4];
  const [median, p95] = Array.isArray(distribution) ? distribution : [];
  return {
    ...countsOf(cells.slice(0, 4)),
    median: typeof median === 'number' ? median : null,
    p95: typeof p95 === 'number' ? p95 : null,
  };
}

/** What is counted of no events. */
export const NOTHING: Counts = countsOf([0, 0, 0, 0]);
