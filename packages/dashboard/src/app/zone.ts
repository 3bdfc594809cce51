// Days of a time zone: which day an instant is in, and when a day starts. Days are numbered from
// 1 January 1970, as the calendar of the zone has them.

import { Calendar } from '../../../schema/src/zone';

export const DAY_MS = 86_400_000;

/** The day that holds an instant. */
export const dayOf = (ms: number, zone: string): number =>
  new Calendar(zone, ms, ms).keyOf(ms, 'day');

/** The instant at which a day starts. */
export const startOfDay = (day: number, zone: string): number =>
  new Calendar(zone, day * DAY_MS, day * DAY_MS).startOf(day, 'day');

/** `2026-01-31` of a day. */
export const isoOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The day of `2026-01-31`; undefined when it is none. */
export function dayOfIso(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00Z`);
  // 31 February is no day, though a parser may take it for one.
  return Number.isNaN(ms) || isoOf(ms / DAY_MS) !== text ? undefined : ms / DAY_MS;
}

/** The first day of the month of a day, and of the months after (or before) it. */
export function startOfMonth(day: number, months = 0): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months) / DAY_MS;
}

/** The first day of the year of a day, and of the years after (or before) it. */
export const startOfYear = (day: number, years = 0): number =>
  Date.UTC(new Date(day * DAY_MS).getUTCFullYear() + years, 0) / DAY_MS;
