// How many events and ids there are of everything, without a filter: what every page asks first, and
// again and again. Whole months and days are kept with a bit for each of their ids, so that those of a
// year are put together, and only the days that were written to are counted.

import type { Counts } from '../../../../../schema/src/question.ts';
import { Calendar } from '../../../../../schema/src/zone.ts';
import { keySql } from '../calendar.ts';
import type { Reading } from '../readers.ts';
import type { Span, Tally } from '../remembered.ts';
import type { Scope } from '../sql.ts';
import { additiveSql, countsOf, highestOf } from './counts.ts';
import { keptIntervals } from './kept.ts';

/** Bytes of the bits of an interval at most: two million ids. */
const BITS_BYTES = 256 * 1024;
/** A shorter range is put together of days alone, a longer one of months. In days. */
const DAYS = 62;
const DAY_MS = 86_400_000;
/** Years of which months are kept: of more than these it is quicker to count. */
const MOST_MS = 3 * 366 * DAY_MS;

/** Counts of all events of a range; undefined where they cannot be put together. */
export async function countAll(
  reading: Reading,
  scope: Scope,
  zone: string,
): Promise<Counts | undefined> {
  const { project, from, to } = scope;
  if (scope.where?.length || to - from > MOST_MS) return undefined;
  // Whole bytes: so the bits of an id are at the same place, whenever they were counted.
  const bytes = Math.floor((await highestOf(reading, project)) / 8) + 1;
  if (bytes > BITS_BYTES) return undefined;

  const parts: Tally[] = [];
  for (const { interval, ...range } of sections(zone, { from, to })) {
    if (range.from >= range.to) continue;
    const count = async (calendar: Calendar, missing: Span): Promise<Map<number, Tally>> => {
      const statement = reading.statement();
      const found = await reading.rows(
        statement,
        `SELECT ${keySql(calendar, 'time', interval)} AS key, ${additiveSql(reading.columns)},
           bitstring_agg(n, 0, ${8 * bytes - 1})
         FROM events WHERE ${statement.scope({ project, ...missing })} GROUP BY key`,
      );
      return new Map(
        found.map(([key, events, failures, judged, bits]) => [
          Number(key),
          {
            events: Number(events),
            failures: Number(failures),
            judged: Number(judged),
            ids: 0,
            // A copy: what DuckDB gave is its own memory.
            bits: Uint8Array.from(bits as Uint8Array),
          },
        ]),
      );
    };
    const key = JSON.stringify(['ids', project, zone, interval]);
    const kept = await keptIntervals(reading, { project, key, zone, interval, count }, range);
    parts.push(...kept.flatMap(({ tally }) => tally ?? []));
  }
  const sum = (of: 'events' | 'failures' | 'judged') =>
    parts.reduce((total, part) => total + part[of], 0);
  return countsOf([sum('events'), together(parts), sum('failures'), sum('judged')]);
}

/** Days to the end of a month, whole months, the days of the last one: it is written to most. */
function sections(zone: string, { from, to }: Span) {
  const day = 'day' as const;
  const month = 'month' as const;
  if (to - from <= DAYS * DAY_MS) return [{ interval: day, from, to }];
  const calendar = new Calendar(zone, from, to);
  const months = calendar.keys(month);
  const last = calendar.startOf(months.at(-1)!, month);
  const startsWhole = calendar.startOf(months[0]!, month) >= from;
  const first = startsWhole ? from : calendar.endOf(months[0]!, month);
  return [
    { interval: day, from, to: first },
    { interval: month, from: first, to: last },
    { interval: day, from: last, to },
  ];
}

/** How many ids there are in any of these. */
function together(parts: readonly Tally[]): number {
  const all = new Uint8Array(Math.max(0, ...parts.map(({ bits }) => bits!.length)));
  for (const { bits } of parts) for (let at = 0; at < bits!.length; at++) all[at]! |= bits![at]!;
  let ids = 0;
  for (let byte of all) for (; byte > 0; byte &= byte - 1) ids++;
  return ids;
}
