// The range of days of a request about a site: days of the site's time zone.

import type { FastifyRequest } from 'fastify';
import { Calendar, startOfDate } from '../../../schema/src/zone.ts';
import { queryOf } from '../admin/params.ts';
import { Refused } from '../http/refused.ts';
import { DAY_MS } from '../limits.ts';
import { isoDay, parseDay } from '../store/periods.ts';
import type { SiteProject } from './taking.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

export interface DayRange {
  /** As they were asked for: both included. */
  readonly start: string;
  readonly end: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The days `start` and `end` of a query; without them, the last 30 of the site. @throws Refused */
export function daysOf(
  request: FastifyRequest,
  { timeZone }: SiteProject,
  nowMs: number,
): DayRange {
  const query = queryOf(request);
  const day = (name: 'start' | 'end', fallback: number): number => {
    const text = query[name];
    const parsed = text === undefined ? fallback : parseDay(text);
    if (parsed !== undefined) return parsed;
    throw new Refused(400, 'invalid_day', `${name} is a day, such as 2026-01-31`);
  };
  const today = new Calendar(timeZone, nowMs - 2 * DAY_MS, nowMs + 2 * DAY_MS).keyOf(nowMs, 'day');
  const last = day('end', today);
  const first = day('start', last - DEFAULT_DAYS + 1);
  if (first > last) throw new Refused(400, 'invalid_range', 'start is after end');
  if (last - first > MAX_DAYS) throw new Refused(400, 'invalid_range', 'more than ten years');
  const startOf = (each: number): number => startOfDate(timeZone, isoDay(each)) ?? each * DAY_MS;
  return {
    ...{ start: isoDay(first), end: isoDay(last) },
    ...{ fromMs: startOf(first), toMs: startOf(last + 1) },
  };
}
