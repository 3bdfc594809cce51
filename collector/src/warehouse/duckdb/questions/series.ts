// Events, ids and failures over time. Distinct ids of every day of a year are the dearest figure of
// all, and the one that every page shows: whole intervals are remembered until they are written to.

import type { Interval, Point, SeriesQuestion } from '../../question.ts';
import { Calendar, periodBefore } from '../../zone.ts';
import type { Reading } from '../readers.ts';
import type { Span } from '../remembered.ts';
import { countsOf, countsSql, NOTHING } from './counts.ts';
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
  const { remembered, at } = reading;
  const calendar = new Calendar(zone, range.from, range.to);
  const keys = calendar.keys(interval);
  const spans = keys.map((key) => ({
    from: calendar.startOf(key, interval),
    to: calendar.endOf(key, interval),
  }));
  const series = JSON.stringify([project, zone, interval, where]);
  const counted = remembered.get(series, project, spans);

  // One statement for all that is missing, from the first of them to the last.
  const first = counted.indexOf(undefined);
  if (first >= 0) {
    const last = counted.lastIndexOf(undefined);
    const missing = {
      from: Math.max(range.from, spans[first]!.from),
      to: Math.min(range.to, spans[last]!.to),
    };
    const found = await count(reading, question, calendar, interval, missing);
    for (let index = first; index <= last; index++) {
      const span = spans[index]!;
      const values = found.get(keys[index]!) ?? [0, 0, 0, 0];
      counted[index] = { at, values };
      const isWhole = span.from >= range.from && span.to <= range.to;
      if (isWhole) remembered.set(series, span.from, { at, values });
    }
  }
  return spans.map(({ from }, index) => ({
    start: from,
    ...(counted[index] ? countsOf(counted[index].values as number[]) : NOTHING),
  }));
}

async function count(
  { statement: prepare, rows, columns }: Reading,
  question: SeriesQuestion,
  calendar: Calendar,
  interval: Interval,
  range: Span,
): Promise<Map<number, number[]>> {
  const statement = prepare();
  const found = await rows(
    statement,
    `SELECT ${calendar.sql('time', interval)} AS key, ${countsSql(columns)} FROM events
     WHERE ${statement.scope({ ...question, ...range })} GROUP BY key`,
  );
  return new Map(found.map(([key, ...counts]) => [Number(key), counts.map(Number)]));
}
