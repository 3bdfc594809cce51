// How many events, ids, failures; median and 95th percentile of a measure.

import type { Data, Measured, TotalsQuestion } from '../../../../../schema/src/question.ts';
import { periodBefore } from '../../../../../schema/src/zone.ts';
import type { Reading } from '../readers.ts';
import type { Scope } from '../sql.ts';
import { countAll } from './all.ts';
import { measuredOf, measuredSql } from './counts.ts';
import type { Result } from './questions.ts';

export async function totals(
  reading: Reading,
  question: TotalsQuestion,
): Promise<Result<'totals'>> {
  const { from, to, zone = 'UTC' } = question;
  const count = async (scope: Scope): Promise<Measured> => {
    const all = question.measure ? undefined : await countAll(reading, scope, zone);
    if (all) return { ...all, median: null, p95: null };
    const statement = reading.statement();
    const aggregates = measuredSql(reading.columns, statement, question.measure);
    const [cells] = await reading.rows(
      statement,
      `SELECT ${aggregates} FROM events WHERE ${statement.scope(scope)}`,
    );
    return measuredOf(cells!);
  };
  const data: Data['totals'] = {
    now: await count(question),
    before: question.before ? await count({ ...question, ...periodBefore(zone, from, to) }) : null,
  };
  return { data };
}
