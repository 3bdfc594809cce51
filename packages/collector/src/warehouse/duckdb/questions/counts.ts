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
 * Distinct ids in each of at most so many groups; undefined: nobody knows how many. A bit for each id of the
 * project is quicker than counting them as they are, where there are several groups, not too many, and
 * not too many ids.
 */
export async function idsSql(
  reading: Reading,
  project: number,
  groups: number | undefined,
): Promise<string> {
  if (groups === undefined || groups < MANY_GROUPS) return COUNTED_IDS;
  const highest = await highestOf(reading, project);
  if ((groups * highest) / 8 > BITS_BYTES) return COUNTED_IDS;
  return `coalesce(bit_count(bitstring_agg(n, 0, ${highest})), 0)`;
}

const COUNTED_IDS = 'count(DISTINCT id)';

/** The highest number of an id in a project; 0: it has none. */
export async function highestOf(
  { statement: prepare, rows }: Reading,
  project: number,
): Promise<number> {
  const statement = prepare();
  const [found] = await rows(
    statement,
    `SELECT max(n) FROM ids WHERE project = ${statement.integer(project)}`,
  );
  return Number(found?.[0] ?? 0);
}

/** Groups from which on bits are quicker. */
const MANY_GROUPS = 4;

/** Aggregates over events: `countsOf` reads them. */
export function countsSql(columns: readonly Column[], ids = COUNTED_IDS): string {
  const judged = tellsFailures(columns)
    ? `count(*) FILTER (NOT ${SUCCESS}), count(${SUCCESS})`
    : '0, 0';
  return `count(*), ${ids}, ${judged}`;
}

/** Of `countsSql` what can be added up: events, failures, judged. */
export function additiveSql(columns: readonly Column[]): string {
  const [failures, judged] = tellsFailures(columns)
    ? [`count(*) FILTER (NOT ${SUCCESS})`, `count(${SUCCESS})`]
    : ['0', '0'];
  return `count(*), ${failures}, ${judged}`;
}

/** The aggregates of `countsSql`, and of the measure: `measuredOf` reads them. */
export function measuredSql(
  columns: readonly Column[],
  statement: Statement,
  measure: Field | undefined,
  ids?: string,
  distribution = distributionSql(statement, measure),
): string {
  return `${countsSql(columns, ids)}, ${distribution}`;
}

/** A question without a measure is several times as quick. */
const distributionSql = (statement: Statement, measure: Field | undefined): string =>
  measure ? `quantile_disc(${statement.number(measure)}, [0.5, 0.95])` : 'NULL';

/**
 * The distribution of a measure whose numbers are whole, which takes less than that of any numbers; an empty
 * list where one of them is not.
 */
export function wholeDistributionSql(statement: Statement, measure: Field): string {
  const whole = wholeSql(statement, measure);
  return `CASE WHEN ${isWholeSql(statement, measure)} THEN quantile_disc(${whole}, [0.5, 0.95]) ELSE [] END`;
}

/** An aggregate: all numbers of a measure are whole, and have 32 bits. */
export const isWholeSql = (statement: Statement, measure: Field): string =>
  `bool_and(${statement.number(measure)} IS NOT DISTINCT FROM ${wholeSql(statement, measure)})`;

const wholeSql = (statement: Statement, measure: Field): string =>
  `try_cast(${statement.number(measure)} AS INTEGER)`;

/** Was this made by `wholeDistributionSql` of numbers that are not whole? Among the cells of `measuredSql`. */
export const isBroken = (cells: readonly Cell[]): boolean =>
  Array.isArray(cells[4]) && cells[4].length === 0;

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
