// The range of time of a view. Named ones are relative: a link to "7d" means the last seven days on
// the day on which it is opened, in the time zone of the project.

import type { Interval } from '../../../schema/src/question';
import { intervalOf } from '../parts/intervals';
import { dayOf, dayOfIso, isoOf, startOfDay, startOfMonth, startOfYear } from './zone';

/** Named ranges, in the order in which they are offered. */
export const RANGES = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  year: 'This year',
  all: 'All time',
} as const;
export type RangeName = keyof typeof RANGES;

/** A named range, or `2026-01-01..2026-01-31`, both days included. */
export type Range = string;

export const DEFAULT_RANGE: RangeName = '30d';

const DAYS: Partial<Record<RangeName, number>> = { today: 1, '7d': 7, '30d': 30, '90d': 90 };

export const isNamed = (range: Range): range is RangeName => Object.hasOwn(RANGES, range);

/** The days of a custom range. Undefined when it is none, `order` when it ends before it starts. */
export function daysOfCustom(range: Range): { from: number; to: number } | 'order' | undefined {
  const [from, to, ...more] = range.split('..').map(dayOfIso);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  return from > to ? 'order' : { from, to };
}

/** An instant up to another, which is not in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A range, on a clock. */
export interface Period extends Span {
  /** First and last day, for people. */
  readonly days: { readonly from: string; readonly to: string };
  readonly interval: Interval;
  /** It has not ended yet: its last interval is incomplete. */
  readonly isOpen: boolean;
  /** The period before, whole; undefined for all time. */
  readonly before: Span | undefined;
  /** As much of the period before as has gone by of this one: what numbers are compared with. */
  readonly beforeSoFar: Span | undefined;
}

/** The intervals by which a period can be read, the shortest first. */
export function intervalsOf({ days: { from, to } }: Period): readonly Interval[] {
  const days = dayOfIso(to)! - dayOfIso(from)! + 1;
  const longest: readonly (readonly [Interval, number, number])[] = [
    ['hour', 1, 7],
    ['day', 2, 400],
    ['week', 14, 2_000],
    ['month', 60, Number.POSITIVE_INFINITY],
  ];
  return longest.filter(([, least, most]) => days >= least && days <= most).map(([each]) => each);
}

/** The days of an interval that starts at an instant, as a range; undefined: it is part of a day. */
export function rangeOf(start: number, interval: Interval, zone: string): Range | undefined {
  if (interval === 'hour') return undefined;
  const first = dayOf(start, zone);
  const after = { day: first + 1, week: first + 7, month: startOfMonth(first, 1) }[interval];
  return `${isoOf(first)}..${isoOf(after - 1)}`;
}

/** The period before starts as long before it as it is long; a month's with the month before. */
function startBefore(range: Range, from: number, to: number): number {
  if (range === 'month') return startOfMonth(from, -1);
  if (range === 'year') return startOfYear(from, -1);
  return from - (to - from + 1);
}

/**
 * What a range is now. `firstMs` is the time of the project's first event, for "all".
 * An unreadable range is the default one.
 */
export function periodOf(range: Range, zone: string, nowMs: number, firstMs?: number): Period {
  const today = dayOf(nowMs, zone);
  const custom = daysOfCustom(range);
  let [from, to] = [today - 29, today];
  if (typeof custom === 'object') ({ from, to } = custom);
  else if (DAYS[range as RangeName]) from = today - DAYS[range as RangeName]! + 1;
  else if (range === 'month') from = startOfMonth(today);
  else if (range === 'year') from = startOfYear(today);
  else if (range === 'all') from = dayOf(Math.min(firstMs ?? nowMs, nowMs), zone);
  const start = startOfDay(from, zone);
  const end = startOfDay(to + 1, zone);
  const days = to - from + 1;
  const period = {
    from: start,
    to: end,
    days: { from: isoOf(from), to: isoOf(to) },
    interval: intervalOf(days),
    isOpen: nowMs < end,
  };
  if (range === 'all') return { ...period, before: undefined, beforeSoFar: undefined };
  const dayBefore = startBefore(range, from, to);
  const before = {
    from: startOfDay(dayBefore, zone),
    to: startOfDay(Math.min(dayBefore + days, from), zone),
  };
  // To the minute: the same question is asked again and again while somebody looks.
  const gone = Math.min(end, Math.ceil(nowMs / 60_000) * 60_000) - start;
  return {
    ...period,
    before,
    beforeSoFar: {
      from: before.from,
      to: Math.max(before.from + 1, Math.min(before.to, before.from + gone)),
    },
  };
}
