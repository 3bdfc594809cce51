// What is counted wherever events are counted: events, ids, failures, and a measure's distribution.

import type { Counts, Field, Measured } from '../../../../../schema/src/question.ts';
import { type Column, SUCCESS } from '../../columns.ts';
import type { Cell, Reading } from '../readers.ts';
import type { Statement } from '../sql.ts';

/** Of these columns, the one that tells failures. */
const tellsFailures = (columns: readonly Column[]): boolean =>
  columns.some(({ name, type }) => name === SUCCESS && type === 'boolean');

/** Memory that bits of ids may take, in bytes. */
const BITS_BYTES = 16 * 1024 * 1024;

/**
 * Distinct ids in each of so many groups. A bit for each id of the project takes a third of the time of
 * counting them as they are, where there are many groups, and not too many ids.
 */
export async function idsSql(
  { statement: prepare, rows }: Reading,
  project: number,
  groups: number,
): Promise<string> {
  const statement = prepare();
  const [found] = await rows(
    statement,
    `SELECT max(n) FROM ids WHERE project = ${statement.integer(project)}`,
  );
  const highest = Number(found?.[0] ?? 0);
  const isSmall = (groups * highest) / 8 <= BITS_BYTES;
  if (groups < MANY_GROUPS || !isSmall) return 'count(DISTINCT id)';
  return `coalesce(bit_count(bitstring_agg(n, 0, ${highest})), 0)`;
}

/** Groups from which on bits are quicker. */
const MANY_GROUPS = 4;

/** Aggregates over events: `countsOf` reads them. */
export function countsSql(columns: readonly Column[], ids = 'count(DISTINCT id)'): string {
  const judged = tellsFailures(columns)
    ? `count(*) FILTER (NOT ${SUCCESS}), count(${SUCCESS})`
    : '0, 0';
  return `count(*), ${ids}, ${judged}`;
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
