// Days as dates (`2026-01-31`), and the weeks, months and years that they are in. Arithmetic of the
// calendar alone: whose days they are, is known to those who named them.

/** A day, week (from Monday), month or year. */
export type Grain = 'day' | 'week' | 'month' | 'year';

const dateOf = (day: string) => new Date(`${day}T00:00Z`);
const isoOf = (date: Date) => date.toISOString().slice(0, 10);

const BEGIN: Record<Grain, (date: Date) => unknown> = {
  day: () => {},
  week: (date) => date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7)),
  month: (date) => date.setUTCDate(1),
  year: (date) => date.setUTCMonth(0, 1),
};

const STEP: Record<Grain, (date: Date) => unknown> = {
  day: (date) => date.setUTCDate(date.getUTCDate() + 1),
  week: (date) => date.setUTCDate(date.getUTCDate() + 7),
  month: (date) => date.setUTCMonth(date.getUTCMonth() + 1),
  year: (date) => date.setUTCFullYear(date.getUTCFullYear() + 1),
};

/** The first day of the period that a day is in. */
export function startOf(day: string, grain: Grain): string {
  const date = dateOf(day);
  BEGIN[grain](date);
  return isoOf(date);
}

/**
 * The first days of all periods from that of the first day to that of the last one, in order. Never
 * more than `most`: a clock that was wrong can make them thousands.
 */
export function startsBetween(first: string, last: string, grain: Grain, most: number): string[] {
  const starts: string[] = [];
  const end = dateOf(last).getTime();
  const date = dateOf(startOf(first, grain));
  while (date.getTime() <= end && starts.length < most) {
    starts.push(isoOf(date));
    STEP[grain](date);
  }
  return starts;
}
