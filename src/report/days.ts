// Days, in the time of this machine, and the periods that a long activity is drawn in.

import type { DaySummary, LocalSummary } from '../../packages/schema/src/summary';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** What happened on a day. */
export type Day = Mutable<LocalSummary['activity'][number]>;

const two = (value: number) => String(value).padStart(2, '0');

/** The day of a moment. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A day on which nothing happened yet. */
export const emptyDay = (day: string): Day => ({
  day,
  events: 0,
  commands: 0,
  failures: 0,
  interrupted: 0,
});

/** Noon: a day has 23 or 25 hours twice a year. */
const noonOf = (day: string) => new Date(`${day}T12:00`);

/** The first day of the week (a Monday), month or year that a day is in; or the day. */
const BEGINS = {
  day: () => {},
  week: (date: Date) => date.setDate(date.getDate() - ((date.getDay() + 6) % 7)),
  month: (date: Date) => date.setDate(1),
  year: (date: Date) => date.setMonth(0, 1),
} as const satisfies Record<string, (date: Date) => unknown>;

const STEPS = {
  day: (date: Date) => date.setDate(date.getDate() + 1),
  week: (date: Date) => date.setDate(date.getDate() + 7),
  month: (date: Date) => date.setMonth(date.getMonth() + 1),
  year: (date: Date) => date.setFullYear(date.getFullYear() + 1),
} as const;

export type Grain = keyof typeof BEGINS;

/** A day, week, month or year, by its first day. */
export interface Period {
  readonly start: string;
  readonly events: number;
}

function periodsOf(activity: readonly DaySummary[], grain: Grain, most: number): Period[] {
  const startOf = (day: string) => {
    const date = noonOf(day);
    BEGINS[grain](date);
    return dayOf(date.getTime());
  };
  const counts = new Map<string, number>();
  for (const { day, events } of activity) {
    counts.set(startOf(day), (counts.get(startOf(day)) ?? 0) + events);
  }
  const last = activity.at(-1)!.day;
  const periods: Period[] = [];
  // One more than fit shows that they do not: a clock that was wrong can make them thousands.
  for (const date = noonOf(startOf(activity[0]!.day)); periods.length <= most; STEPS[grain](date)) {
    const start = dayOf(date.getTime());
    if (start > last) break;
    periods.push({ start, events: counts.get(start) ?? 0 });
  }
  return periods;
}

/**
 * The activity from its first to its last day in at most `most` periods, those without an event too:
 * in days if they fit, else in weeks, months or years. Call it with at least one day.
 */
export function periodsThatFit(
  activity: readonly DaySummary[],
  most: number,
): { grain: Grain; periods: Period[] } {
  for (const grain of ['day', 'week', 'month'] as const) {
    const periods = periodsOf(activity, grain, most);
    if (periods.length <= most) return { grain, periods };
  }
  return { grain: 'year', periods: periodsOf(activity, 'year', most).slice(-most) };
}
