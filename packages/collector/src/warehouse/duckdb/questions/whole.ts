// Numbers that are whole, as milliseconds are: their distribution takes half as long as that of any numbers.
// Which numbers are is asked of the first events; where a later one is not, the question is answered again.

import type { Field } from '../../../../../schema/src/question.ts';
import { columnOf } from '../../columns.ts';
import type { Cell, Reading } from '../readers.ts';
import type { Scope, Statement } from '../sql.ts';

/** Events that tell. */
const SAMPLE = 3_000;

/**
 * Resolves with what `count` does: with `isWhole` if the measure's numbers seem whole, and again without it
 * where it answers undefined, because one of them was not.
 */
export async function asWhole<T>(
  reading: Reading,
  scope: Scope,
  measure: Field | undefined,
  count: (isWhole: boolean) => Promise<T | undefined>,
): Promise<T> {
  const isWhole = await seemsWhole(reading, scope, measure);
  return ((isWhole ? await count(true) : undefined) ?? (await count(false)))!;
}

/** Are the numbers of the measure whole, among the first events? Of JSON they are not asked for. */
async function seemsWhole(
  reading: Reading,
  scope: Scope,
  measure: Field | undefined,
): Promise<boolean> {
  if (!measure || 'property' in measure) return false;
  if (columnOf(reading.columns, measure.column)?.type !== 'number') return false;
  const statement = reading.statement();
  const column = statement.number(measure);
  const [found] = await reading.rows(
    statement,
    `SELECT ${isWholeSql(statement, measure)}
     FROM (SELECT ${column} FROM events WHERE ${statement.scope(scope)} LIMIT ${SAMPLE})`,
  );
  return found![0] === true;
}

/** An aggregate: median and p95 of a measure whose numbers are whole; an empty list where one of them is not. */
export function wholeDistributionSql(statement: Statement, measure: Field): string {
  const whole = wholeSql(statement, measure);
  return `CASE WHEN ${isWholeSql(statement, measure)} THEN quantile_disc(${whole}, [0.5, 0.95]) ELSE [] END`;
}

/** Was this made by `wholeDistributionSql` of numbers that are not whole? Among the cells of `measuredSql`. */
export const isBroken = (cells: readonly Cell[]): boolean =>
  Array.isArray(cells[4]) && cells[4].length === 0;

/** An aggregate: all numbers of a measure are whole, and have 32 bits. */
const isWholeSql = (statement: Statement, measure: Field): string =>
  `bool_and(${statement.number(measure)} IS NOT DISTINCT FROM ${wholeSql(statement, measure)})`;

const wholeSql = (statement: Statement, measure: Field): string =>
  `try_cast(${statement.number(measure)} AS INTEGER)`;
