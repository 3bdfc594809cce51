// Of the ids that were new in an interval, how many came back in each later one of the range.
//
// Each id has a bit for every interval it was active in. Half a second of distinct pairs of id and
// interval becomes a tenth: there are as many groups as ids, not as many as ids times weeks.

import type { RetentionQuestion } from '../../../../../schema/src/question.ts';
import { Calendar } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Result } from './questions.ts';

/** Bits of a number. */
const BITS = 62;
/** Stands for all the time before the range: whoever was there is not new in it. */
const EARLIER = -1;

export async function retention(
  reading: Reading,
  question: RetentionQuestion,
): Promise<Result<'retention'>> {
  const { from, to, zone = 'UTC', interval = 'week' } = question;
  const calendar = new Calendar(zone, from, to);
  const keys = calendar.keys(interval);
  const first = keys[0]!;
  const count = keys.at(-1)! - first + 1;
  const masks = Array.from({ length: Math.ceil(count / BITS) }, (_, index) => index * BITS);
  const bits = masks.map((start) => {
    const bit = `1::BIGINT << (place - ${start})`;
    return `bit_or(CASE WHEN place BETWEEN ${start} AND ${start + BITS - 1} THEN ${bit} ELSE 0 END)
      AS mask${start}`;
  });
  const returned = Array.from({ length: count }, (_, at) => {
    const start = at - (at % BITS);
    return `count(*) FILTER ((mask${start} >> ${at - start}) & 1 = 1)`;
  });

  const statement = reading.statement();
  const isEarlier = `time < ${statement.integer(from)}`;
  const found = await reading.rows(
    statement,
    `SELECT cohort, ${returned.join(', ')}
     FROM (SELECT min(place) AS cohort, ${bits.join(', ')}
           FROM (SELECT id, CASE WHEN ${isEarlier} THEN ${EARLIER}
                   ELSE ${keySql(calendar, 'time', interval)} - ${first} END AS place
                 FROM events WHERE ${statement.scope({ ...question, from: 0 })})
           GROUP BY id)
     WHERE cohort > ${EARLIER} GROUP BY cohort`,
  );
  const cohorts = new Map(found.map(([cohort, ...counts]) => [Number(cohort), counts.map(Number)]));
  return {
    data: {
      cohorts: keys.map((key, index) => {
        const counts = cohorts.get(key - first) ?? [];
        return {
          start: calendar.startOf(key, interval),
          ids: counts[key - first] ?? 0,
          returned: keys.slice(index).map((later) => counts[later - first] ?? 0),
        };
      }),
    },
  };
}
