// The values of a field, those with the most events or ids first.
//
// In two steps: which values, by count alone; then what else is counted of those that are shown, because
// distinct ids of values that nobody sees cost the most. Of few values in one step: nearly all events
// are shown. Ranked by ids in one step too, without a measure: the ids of every value are counted anyway.

import type {
  BreakdownQuestion,
  Field,
  Measured,
  Scalar,
} from '../../../../../schema/src/question.ts';
import type { Cell, Reading } from '../readers.ts';
import type { Statement } from '../sql.ts';
import { measuredOf, measuredSql } from './counts.ts';
import { namesOf, sessionName } from './names.ts';
import type { Result } from './questions.ts';
import { asWhole, isBroken, wholeDistributionSql } from './whole.ts';

/** Values of an answer, unless it is said. */
const LIMIT = 10;

/** Events that tell whether a field has few values, and how many are few. */
const SAMPLE = 3_000;
const FEW = 50;

export async function breakdown(
  reading: Reading,
  question: BreakdownQuestion,
): Promise<Result<'breakdown'>> {
  const { by, order, measure } = question;
  if (isKey(by)) return inTwoSteps(reading, question);
  const inOne = (order === 'ids' && !measure) || (await hasFewValues(reading, question));
  if (!inOne) return inTwoSteps(reading, question);
  return asWhole(reading, question, measure, (isWhole) => inOneStep(reading, question, isWhole));
}

/** Keys have 64 bits, JavaScript's numbers 53: they travel as text. */
const isKey = (by: Field): boolean =>
  'column' in by && (by.column === 'distinct_id' || by.column === 'session');

/** The order of `n` events, `ids` and `value`. Where they are even, the answer is always the same. */
const rankSql = ({ order }: BreakdownQuestion): string =>
  order === 'ids' ? 'ids DESC, n DESC, value' : 'n DESC, value';

/** Are there few values, among the first events? To count all of them takes as long as a third of the answer. */
async function hasFewValues(
  reading: Reading,
  { by, ...scope }: BreakdownQuestion,
): Promise<boolean> {
  const statement = reading.statement();
  const [found] = await reading.rows(
    statement,
    `SELECT count(DISTINCT value) FROM (SELECT ${statement.field(by)} AS value
     FROM events WHERE ${statement.scope(scope)} LIMIT ${SAMPLE})`,
  );
  return Number(found![0]) <= FEW;
}

/**
 * Leaves out events without a value, whose ids nobody needs. Of JSON they are a group that is left out later: a
 * condition would read all of it once more.
 */
const havingSql = (statement: Statement, by: Field): string =>
  statement.isColumn(by) ? `AND ${statement.field(by)} IS NOT NULL` : '';

/** Undefined: `isWhole` was said of a measure that has other numbers. */
async function inOneStep(
  reading: Reading,
  question: BreakdownQuestion,
  isWhole: boolean,
): Promise<Result<'breakdown'> | undefined> {
  const { by, measure, limit = LIMIT } = question;
  const statement = reading.statement();
  const whole = measure && isWhole ? wholeDistributionSql(statement, measure) : undefined;
  const counted = `SELECT ${statement.field(by)} AS value,
      ${measuredSql(reading.columns, statement, measure, whole)}
    FROM events WHERE ${statement.scope(question)} ${havingSql(statement, by)} GROUP BY value`;
  const found = await reading.rows(
    statement,
    `SELECT *, count(value) OVER (), sum(n) FILTER (value IS NOT NULL) OVER ()::BIGINT
     FROM (${counted}) AS counted(value, n, ids, failures, judged, distribution)
     ORDER BY ${rankSql(question)} LIMIT ${limit + 1}`,
  );
  if (found.some(([, ...cells]) => isBroken(cells))) return undefined;
  const [first] = found;
  const [all = 0, events = 0] = first?.slice(6) ?? [];
  return {
    data: {
      rows: found
        .filter(([value]) => value !== null)
        .slice(0, limit)
        .map(([value, ...cells]) => ({ value: value as Scalar, ...measuredOf(cells) })),
      values: Number(all),
      events: Number(events ?? 0),
    },
    hasMore: Number(all) > limit,
  };
}

async function inTwoSteps(
  reading: Reading,
  question: BreakdownQuestion,
): Promise<Result<'breakdown'>> {
  const { project, by, limit = LIMIT } = question;
  const column = 'column' in by ? by.column : undefined;
  const value = isKey(by) ? 'CAST(value AS VARCHAR)' : 'value';

  const which = reading.statement();
  const events = `FROM events WHERE ${which.scope(question)} ${havingSql(which, by)}`;
  const counted =
    question.order === 'ids'
      ? `SELECT value, sum(n)::BIGINT AS n, count(*) AS ids
         FROM (SELECT ${which.field(by)} AS value, id, count(*) AS n ${events} GROUP BY value, id)
         GROUP BY value`
      : `SELECT ${which.field(by)} AS value, count(*) AS n ${events} GROUP BY value`;
  const top = await reading.rows(
    which,
    `SELECT ${value}, count(value) OVER (), sum(n) FILTER (value IS NOT NULL) OVER ()::BIGINT
     FROM (${counted})
     ORDER BY ${rankSql(question)} LIMIT ${limit + 1}`,
  );
  const values = top
    .map(([each]) => each as Scalar)
    .filter((each) => each !== null)
    .slice(0, limit);
  const details = await detailsOf(reading, question, values);
  const names = column === 'distinct_id' ? await namesOf(reading, project, values) : undefined;
  const nameOf = (each: Scalar): Scalar =>
    names ? (names.get(String(each)) ?? null) : column === 'session' ? sessionName(each) : each;

  const [, all = 0, having = 0] = top[0] ?? [];
  return {
    data: {
      rows: values.map((each) => ({ value: nameOf(each), ...details.get(each)! })),
      values: Number(all),
      events: Number(having ?? 0),
    },
    hasMore: Number(all) > limit,
  };
}

async function detailsOf(
  reading: Reading,
  question: BreakdownQuestion,
  values: readonly Scalar[],
): Promise<Map<Cell, Measured>> {
  if (values.length === 0) return new Map();
  const statement = reading.statement();
  const field = statement.field(question.by);
  const isText = isKey(question.by);
  const bound = values.map((each) => {
    const value = statement.bind(each!);
    return isText ? `CAST(${value} AS UBIGINT)` : value;
  });
  const found = await reading.rows(
    statement,
    `SELECT ${isText ? `CAST(${field} AS VARCHAR)` : field} AS value,
       ${measuredSql(reading.columns, statement, question.measure)}
     FROM events WHERE ${statement.scope(question)} AND ${field} IN (${bound.join(', ')})
     GROUP BY value`,
  );
  return new Map(found.map(([value, ...cells]) => [value!, measuredOf(cells)]));
}
