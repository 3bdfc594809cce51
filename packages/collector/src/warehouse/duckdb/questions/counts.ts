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
 * Distinct ids in each of at most so many groups. A bit for each id of the project takes less memory than
 * counting them as they are, where there are many groups and not too many ids; of few groups it is slower.
 */
export async function idsSql(reading: Reading, project: number, groups: number): Promise<string> {
  if (groups < MANY_GROUPS) return COUNTED_IDS;
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

/** Groups from which on bits are no slower: of 7 groups of 5,000,000 events 130 ms against 86, of 332 both 144. */
const MANY_GROUPS = 100;

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
  distribution = distributionSql(statement, measure),
  ids = COUNTED_IDS,
): string {
  return `${countsSql(columns, ids)}, ${distribution}`;
}

/** A question without a measure is several times as quick. */
export const distributionSql = (statement: Statement, measure: Field | undefined): string =>
  measure ? `quantile_disc(${statement.number(measure)}, [0.5, 0.95])` : 'NULL';

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
export const NOTHING: Measured = measuredOf([0, 0, 0, 0, null]);
