// Events, ids and failures over time. Distinct ids of every day of a year are the dearest figure of
// all, and the one that every page shows: whole intervals are remembered until they are written to.

import type { Point, SeriesQuestion } from '../../../../../schema/src/question.ts';
import { type Calendar, periodBefore } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Span, Tally } from '../remembered.ts';
import { countsOf, countsSql, idsSql, NOTHING } from './counts.ts';
import { keptIntervals } from './kept.ts';
import type { Result } from './questions.ts';

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
  const { project, zone = 'UTC', interval, where = [] } = question;
  const key = JSON.stringify([project, zone, interval, where]);
  const count = async (calendar: Calendar, missing: Span): Promise<Map<number, Tally>> => {
    const ids = await idsSql(reading, project, calendar.keys(interval).length);
    const statement = reading.statement();
    const found = await reading.rows(
      statement,
      `SELECT ${keySql(calendar, 'time', interval)} AS key, ${countsSql(reading.columns, ids)}
       FROM events
       WHERE ${statement.scope({ ...question, ...missing })} GROUP BY key`,
    );
    return new Map(found.map(([each, ...cells]) => [Number(each), countsOf(cells)]));
  };
  const kept = await keptIntervals(reading, { project, key, zone, interval, count }, range);
  return kept.map(({ start, tally }) => ({ start, ...(tally ?? NOTHING) }) as Point);
}
