// Events, ids and failures over time. Distinct ids of every day of a year are the dearest figure of
// all, and the one that every page shows: whole intervals are remembered until they are written to.

import type { Interval, Point, SeriesQuestion } from '../../../../../schema/src/question.ts';
import { Calendar, periodBefore } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Span } from '../remembered.ts';
import { countsOf, countsSql, idsSql, NOTHING } from './counts.ts';
import type { Result } from './questions.ts';

/** Stretches that are counted by a statement each. */
const GAPS = 5;

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

  for (const [first, last] of gapsOf(counted)) {
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

/** First and last index of each stretch that is missing; of all together when they are many. */
function gapsOf(counted: readonly unknown[]): [first: number, last: number][] {
  const gaps: [number, number][] = [];
  for (const [index, each] of counted.entries()) {
    if (each !== undefined) continue;
    const gap = gaps.at(-1);
    if (gap?.[1] === index - 1) gap[1] = index;
    else gaps.push([index, index]);
  }
  return gaps.length > GAPS ? [[gaps[0]![0], gaps.at(-1)![1]]] : gaps;
}

async function count(
  reading: Reading,
  question: SeriesQuestion,
  calendar: Calendar,
  interval: Interval,
  range: Span,
): Promise<Map<number, number[]>> {
  const ids = await idsSql(reading, question.project, calendar.keys(interval).length);
  const statement = reading.statement();
  const found = await reading.rows(
    statement,
    `SELECT ${keySql(calendar, 'time', interval)} AS key, ${countsSql(reading.columns, ids)}
     FROM events
     WHERE ${statement.scope({ ...question, ...range })} GROUP BY key`,
  );
  return new Map(found.map(([key, ...counts]) => [Number(key), counts.map(Number)]));
}
