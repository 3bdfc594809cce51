// Hours, days, weeks and months in words, and which of them are incomplete: the one that is not over yet, and
// those that the range cuts.

import type { Interval } from '../../../schema/src/question';
import { dayOf, startOfDay, startOfMonth } from '../app/zone';
import { instant } from '../format';

/** What so many days are drawn in: neither too few points nor too many. */
export function intervalOf(days: number): Interval {
  if (days <= 1) return 'hour';
  if (days <= 90) return 'day';
  return days <= 731 ? 'week' : 'month';
}

const PARTS: Record<Interval, Intl.DateTimeFormatOptions> = {
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  week: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};
/** The same at an axis, where the chart says what they are. */
export const TICKS: Record<Interval, Intl.DateTimeFormatOptions> = {
  hour: { hour: 'numeric', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
};

/** An interval in words: "Week of 4 May 2026". */
export function nameOf(ms: number, interval: Interval, zone: string): string {
  const text = instant(ms, zone, PARTS[interval]);
  return interval === 'week' ? `Week of ${text}` : text;
}

/** What the dotted end of a line is. */
export const SO_FAR: Record<Interval, string> = {
  hour: 'This hour so far',
  day: 'Today so far',
  week: 'This week so far',
  month: 'This month so far',
};

/** What an end of a line is that lies within the range only in part. */
export const CUT: Record<Interval, string> = {
  hour: 'Part of an hour',
  day: 'Part of a day',
  week: 'Part of a week',
  month: 'Part of a month',
};

const HOUR_MS = 3_600_000;

/** The instant at which an interval that starts at an instant ends. */
export function endOf(start: number, interval: Interval, zone: string): number {
  if (interval === 'hour') return start + HOUR_MS;
  const day = dayOf(start, zone);
  const next = { day: day + 1, week: day + 7, month: startOfMonth(day, 1) }[interval];
  return startOfDay(next, zone);
}

/** Places of the intervals that a range cuts: the first, the last, both or none. */
export function cutAt({
  starts,
  interval,
  zone,
  range,
}: {
  readonly starts: readonly number[];
  readonly interval: Interval;
  readonly zone: string;
  /** In ms since 1970, `to` excluded. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
}): readonly number[] {
  const last = starts.length - 1;
  if (!range || last < 0) return [];
  const isCut = (at: number) =>
    starts[at]! < range.from || endOf(starts[at]!, interval, zone) > range.to;
  return [...new Set([0, last])].filter(isCut);
}

/** How long an interval is at most, in ms. */
const LONGEST: Record<Interval, number> = {
  hour: 3_600_000,
  day: 90_000_000,
  week: 608_400_000,
  month: 2_682_000_000,
};

/** The place of the interval that has not ended; undefined when all of them have. */
export function openAt({
  starts,
  interval,
  nowMs,
}: {
  readonly starts: readonly number[];
  readonly interval: Interval;
  readonly nowMs?: number | undefined;
}): number | undefined {
  if (nowMs === undefined) return undefined;
  const at = starts.findLastIndex((start) => start <= nowMs);
  const end = starts[at + 1] ?? (starts[at] ?? 0) + LONGEST[interval];
  return at >= 0 && nowMs < end ? at : undefined;
}
