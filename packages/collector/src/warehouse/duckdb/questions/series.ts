// Events, ids, failures and a measure over time. Distinct ids of every day of a year are the dearest figure of
// all, and the one that every page shows: whole intervals are remembered until they are written to.

import type { Point, SeriesQuestion } from '../../../../../schema/src/question.ts';
import { type Calendar, periodBefore } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Span, Tally } from '../remembered.ts';
import { idsSql, measuredOf, measuredSql, NOTHING } from './counts.ts';
import { keptIntervals } from './kept.ts';
import type { Result } from './questions.ts';
import { asWhole, isBroken, wholeDistributionSql } from './whole.ts';

export async function series(
  reading: Reading,
  question: SeriesQuestion,
): Promise<Result<'series'>> {
  const { from, to, zone = 'UTC', before } = question;
  return {
    data: {
      points: await pointsOf(reading, question, { from, to }),
      before: before ? await pointsOf(reading, question, periodBefore(zone, from, to)) : null,
    },
  };
}

async function pointsOf(reading: Reading, question: SeriesQuestion, range: Span): Promise<Point[]> {
  const { project, zone = 'UTC', interval, measure, where = [] } = question;
  const key = JSON.stringify([project, zone, interval, where, measure]);
  const count = async (calendar: Calendar, missing: Span): Promise<Map<number, Tally>> => {
    const ids = await idsSql(reading, project, calendar.keys(interval).length);
    const scope = { ...question, ...missing };
    return asWhole(reading, scope, measure, async (isWhole) => {
      const statement = reading.statement();
      const whole = measure && isWhole ? wholeDistributionSql(statement, measure) : undefined;
      const found = await reading.rows(
        statement,
        `SELECT ${keySql(calendar, 'time', interval)} AS key,
           ${measuredSql(reading.columns, statement, measure, whole, ids)}
         FROM events WHERE ${statement.scope(scope)} GROUP BY key`,
      );
      if (found.some(([, ...cells]) => isBroken(cells))) return undefined;
      return new Map(found.map(([each, ...cells]) => [Number(each), measuredOf(cells)]));
    });
  };
  const kept = await keptIntervals(reading, { project, key, zone, interval, count }, range);
  return kept.map(({ start, tally }) => ({ start, ...NOTHING, ...tally }));
}
