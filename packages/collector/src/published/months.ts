// Calendar months, in UTC: which of them can be published.

import { DAY_MS, PUBLIC_DAYS, PUBLIC_SETTLE_MS } from '../limits.ts';

/** A calendar month: from its first moment up to, but without, that of the next one. */
export interface Month {
  /** Such as `2026-01`. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const monthOf = (year: number, month: number): Month => {
  const fromMs = Date.UTC(year, month);
  return {
    name: new Date(fromMs).toISOString().slice(0, 7),
    fromMs,
    toMs: Date.UTC(year, month + 1),
  };
};

/**
 * The months that are over, with some days for what comes late, and whose first events are still kept:
 * the earliest first. A month that retention has begun to delete would be published too low.
 */
export function wholeMonths(nowMs: number, retentionDays: number): Month[] {
  // Deleting runs once an hour and by UTC days: a day more is certain.
  const firstMs = nowMs - (Math.min(retentionDays, PUBLIC_DAYS) - 1) * DAY_MS;
  const first = new Date(firstMs);
  const months: Month[] = [];
  for (let n = 0; ; n++) {
    const month = monthOf(first.getUTCFullYear(), first.getUTCMonth() + n);
    if (month.toMs + PUBLIC_SETTLE_MS > nowMs) return months;
    if (month.fromMs >= firstMs) months.push(month);
  }
}
