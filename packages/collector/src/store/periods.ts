// Periods as whole numbers, in UTC: hours and days since 1970, weeks from Monday, months.

import { DAY_MS, HOUR_MS } from '../limits.ts';

export const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS);
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
/** 1970-01-01 was a Thursday: three days later than the Monday of its week. */
export const weekOfDay = (day: number): number => Math.floor((day + 3) / 7);

/** Months since year 0. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** `2026-01-31` for a day. */
export const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The first day of a week or a month. */
export const firstDayOfWeek = (week: number): number => week * 7 - 3;
export const firstDayOfMonth = (month: number): number =>
  dayOf(Date.UTC(Math.floor(month / 12), month % 12, 1));

/** Reads `2026-01-31`; undefined when it is no day. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || isoDay(dayOf(ms)) !== text ? undefined : dayOf(ms);
}
