// The buckets of a calendar in SQL: hours, days, weeks and months of a time zone by arithmetic alone.

import type { Interval } from '../../../../schema/src/question.ts';
import type { Calendar } from '../../../../schema/src/zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** `Calendar.keyOf` in SQL, for an instant in ms. */
export function keySql(calendar: Calendar, ms: string, interval: Interval): string {
  const offset = offsetSql(calendar, ms);
  if (interval === 'hour') return `((${ms} + ${offset}) // ${HOUR} * ${HOUR} - ${offset})`;
  const day = `((${ms} + ${offset}) // ${DAY})`;
  if (interval === 'day') return day;
  // Three days more, and 1970 began on a Monday. One division: this is done for every event.
  if (interval === 'week') return `((${ms} + ${offset} + ${3 * DAY}) // ${7 * DAY})`;
  return `datediff('month', DATE '1970-01-01', DATE '1970-01-01' + ${day}::INTEGER)`;
}

function offsetSql({ shifts }: Calendar, ms: string): string {
  const last = shifts.at(-1)!.offset;
  const cases = shifts
    .slice(0, -1)
    .map(({ offset }, index) => `WHEN ${ms} < ${shifts[index + 1]!.from} THEN ${offset}`);
  return cases.length === 0 ? String(last) : `CASE ${cases.join(' ')} ELSE ${last} END`;
}
