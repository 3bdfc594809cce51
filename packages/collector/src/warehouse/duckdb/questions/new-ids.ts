// Ids over time, each at its first event that matches: of all history, not of the range.

import type { NewIdsQuestion } from '../../../../../schema/src/question.ts';
import { Calendar } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Result } from './questions.ts';

export async function newIds(
  reading: Reading,
  question: NewIdsQuestion,
): Promise<Result<'new_ids'>> {
  const { from, to, zone = 'UTC', interval } = question;
  const calendar = new Calendar(zone, from, to);
  const statement = reading.statement();
  const found = await reading.rows(
    statement,
    `SELECT ${keySql(calendar, 'first', interval)} AS key, count(*)
     FROM (SELECT min(time) AS first FROM events
           WHERE ${statement.scope({ ...question, from: 0 })} GROUP BY id)
     WHERE first >= ${statement.integer(from)} GROUP BY key`,
  );
  const ids = new Map(found.map(([key, count]) => [Number(key), Number(count)]));
  return {
    data: {
      points: calendar.keys(interval).map((key) => ({
        start: calendar.startOf(key, interval),
        ids: ids.get(key) ?? 0,
      })),
    },
  };
}
