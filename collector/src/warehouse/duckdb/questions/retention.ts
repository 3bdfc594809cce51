// Of the ids that were new in an interval, how many came back in each later one of the range.

import type { RetentionQuestion } from '../../question.ts';
import { Calendar } from '../../zone.ts';
import type { Reading } from '../readers.ts';
import type { Result } from './questions.ts';

/** Stands for all the time before the range: whoever was there is not new in it. */
const EARLIER = -1_000_000;

export async function retention(
  reading: Reading,
  question: RetentionQuestion,
): Promise<Result<'retention'>> {
  const { from, to, zone = 'UTC', interval = 'week' } = question;
  const calendar = new Calendar(zone, from, to);
  const statement = reading.statement();
  const key = `CASE WHEN time < ${statement.integer(from)} THEN ${EARLIER}
    ELSE ${calendar.sql('time', interval)} END`;
  const found = await reading.rows(
    statement,
    `WITH active AS MATERIALIZED (
       SELECT DISTINCT id, (${key})::INTEGER AS key FROM events
       WHERE ${statement.scope({ ...question, from: 0 })}
     ), cohorts AS (SELECT id, min(key) AS cohort FROM active GROUP BY id)
     SELECT cohort, key, count(*) FROM cohorts JOIN active USING (id)
     WHERE cohort > ${EARLIER} GROUP BY cohort, key`,
  );
  const counts = new Map(found.map(([cohort, at, count]) => [`${cohort} ${at}`, Number(count)]));
  const keys = calendar.keys(interval);
  return {
    data: {
      cohorts: keys.map((cohort, index) => ({
        start: calendar.startOf(cohort, interval),
        ids: counts.get(`${cohort} ${cohort}`) ?? 0,
        returned: keys.slice(index).map((at) => counts.get(`${cohort} ${at}`) ?? 0),
      })),
    },
  };
}
