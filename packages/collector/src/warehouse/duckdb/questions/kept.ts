// What was counted of whole intervals is kept until they are written to: of a year by day, one or two
// days are counted anew.

import type { Interval } from '../../../../../schema/src/question.ts';
import { Calendar } from '../../../../../schema/src/zone.ts';
import type { Reading } from '../readers.ts';
import type { Counted, Span, Tally } from '../remembered.ts';

/** Stretches that are counted by a statement each. */
const GAPS = 5;

/** What is counted, of which events, by which intervals. */
export interface Kept {
  readonly project: number;
  /** Tells it from everything else that is kept of the project: the interval, the filters. */
  readonly key: string;
  readonly zone: string;
  readonly interval: Interval;
  /** Counts events in a range: key of the interval → what was counted; empty ones are missing. */
  readonly count: (calendar: Calendar, range: Span) => Promise<ReadonlyMap<number, Tally>>;
}

/** An interval of a range: its start in ms, and what was counted; undefined: no events. */
export interface KeptInterval {
  readonly start: number;
  readonly tally: Tally | undefined;
}

/** Counts of each interval of a range: kept ones, and what is missing counted now. */
export async function keptIntervals(
  { remembered, at }: Reading,
  { project, key, zone, interval, count }: Kept,
  range: Span,
): Promise<KeptInterval[]> {
  const calendar = new Calendar(zone, range.from, range.to);
  const keys = calendar.keys(interval);
  const spans = keys.map((each) => ({
    from: calendar.startOf(each, interval),
    to: calendar.endOf(each, interval),
  }));
  const isWhole = (index: number) =>
    spans[index]!.from >= range.from && spans[index]!.to <= range.to;
  // Of an interval that begins before the range, or ends after it, only the part inside is asked for.
  const counted: (Counted | undefined)[] = remembered
    .get(key, project, spans)
    .map((each, index) => (isWhole(index) ? each : undefined));
  for (const [first, last] of gapsOf(counted)) {
    const found = await count(calendar, {
      from: Math.max(range.from, spans[first]!.from),
      to: Math.min(range.to, spans[last]!.to),
    });
    for (let index = first; index <= last; index++) {
      const tally = found.get(keys[index]!);
      counted[index] = { at, tally };
      if (isWhole(index)) remembered.set(key, spans[index]!.from, { at, tally });
    }
  }
  return spans.map(({ from }, index) => ({ start: from, tally: counted[index]!.tally }));
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
