// Days, in the time of this machine, and the periods that a long activity is drawn in.

import { type Grain, startOf, startsBetween } from '../../packages/schema/src/days';
import type { DaySummary, HourSummary } from '../../packages/schema/src/summary';

/** What happened in a time. */
export type Happened = ReturnType<typeof nothingYet>;

const padded = (value: number, digits: number) => String(value).padStart(digits, '0');

/** The day of a moment. Of years without four digits only the nearest that has them: no clock is right there. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const year = Math.min(9_999, Math.max(1, date.getFullYear()));
  return `${padded(year, 4)}-${padded(date.getMonth() + 1, 2)}-${padded(date.getDate(), 2)}`;
}

/** The hour of a moment, as 2026-01-31T13. */
export const hourOf = (ms: number): string => `${dayOf(ms)}T${padded(new Date(ms).getHours(), 2)}`;

/** What happened in a time: nothing yet. */
export const nothingYet = () => ({ events: 0, commands: 0, failures: 0, interrupted: 0 });

/** A day, week, month or year, by its first day; an hour by its beginning. */
export interface Period {
  readonly start: string;
  readonly events: number;
}

function periodsOf(activity: readonly DaySummary[], grain: Grain, most: number): Period[] {
  const counts = new Map<string, number>();
  for (const { day, events } of activity) {
    const start = startOf(day, grain);
    counts.set(start, (counts.get(start) ?? 0) + events);
  }
  // One more than fit shows that they do not.
  const starts = startsBetween(activity[0]!.day, activity.at(-1)!.day, grain, most + 1);
  return starts.map((start) => ({ start, events: counts.get(start) ?? 0 }));
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

/** The hours of a day, as `13:00`, those without an event too. */
export function hoursOfDay(hours: readonly HourSummary[]): { grain: 'hour'; periods: Period[] } {
  const counts = new Map(hours.map(({ hour, events }) => [Number(hour.slice(-2)), events]));
  const periods = Array.from({ length: 24 }, (_, hour) => ({
    start: `${padded(hour, 2)}:00`,
    events: counts.get(hour) ?? 0,
  }));
  return { grain: 'hour', periods };
}
