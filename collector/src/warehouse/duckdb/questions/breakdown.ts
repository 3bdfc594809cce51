// The values of a field, the most frequent first. Two steps: which values, by count alone; then what
// else is counted of those that are shown. Distinct ids of values that nobody sees cost the most.

import type { Scalar } from '../../columns.ts';
import type { BreakdownQuestion, Measured } from '../../question.ts';
import type { Cell, Reading } from '../readers.ts';
import { measuredOf, measuredSql } from './counts.ts';
import { namesOf, sessionName } from './names.ts';
import type { Result } from './questions.ts';

/** Values of an answer, unless it is said. */
const LIMIT = 10;

export async function breakdown(
  reading: Reading,
  question: BreakdownQuestion,
): Promise<Result<'breakdown'>> {
  const { project, by, limit = LIMIT } = question;
  const column = 'column' in by ? by.column : undefined;
  // Keys have 64 bits, JavaScript's numbers 53: they travel as text.
  const isKey = column === 'distinct_id' || column === 'session';
  const value = isKey ? 'CAST(value AS VARCHAR)' : 'value';

  const which = reading.statement();
  const top = await reading.rows(
    which,
    `SELECT ${value}, count(*), count(*) OVER (), sum(count(*)) OVER ()::BIGINT
     FROM (SELECT ${which.field(by)} AS value FROM events WHERE ${which.scope(question)})
     WHERE value IS NOT NULL GROUP BY value ORDER BY count(*) DESC, value LIMIT ${limit}`,
  );
  const values = top.map(([each]) => each as Scalar);
  const details = await detailsOf(reading, question, values, isKey);
  const names = column === 'distinct_id' ? await namesOf(reading, project, values) : undefined;
  const nameOf = (each: Scalar): Scalar =>
    names ? (names.get(String(each)) ?? null) : column === 'session' ? sessionName(each) : each;

  const [, , all = 0, events = 0] = top[0] ?? [];
  return {
    data: {
      rows: values.map((each) => ({ value: nameOf(each), ...details.get(each)! })),
      values: Number(all),
      events: Number(events),
    },
    hasMore: Number(all) > limit,
  };
}

async function detailsOf(
  reading: Reading,
  question: BreakdownQuestion,
  values: readonly Scalar[],
  isKey: boolean,
): Promise<Map<Cell, Measured>> {
  if (values.length === 0) return new Map();
  const statement = reading.statement();
  const field = statement.field(question.by);
  const bound = values.map((each) => {
    const value = statement.bind(each!);
    return isKey ? `CAST(${value} AS UBIGINT)` : value;
  });
  const found = await reading.rows(
    statement,
    `SELECT ${isKey ? `CAST(${field} AS VARCHAR)` : field} AS value,
       ${measuredSql(reading.columns, statement, question.measure)}
     FROM events WHERE ${statement.scope(question)} AND ${field} IN (${bound.join(', ')})
     GROUP BY value`,
  );
  return new Map(found.map(([value, ...cells]) => [value!, measuredOf(cells)]));
}
