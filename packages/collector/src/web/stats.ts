// The numbers of a site in a range of days, beside those of the range before; in the shape that LittleStats has.

import type { FastifyInstance } from 'fastify';
import { periodBefore, startOfDate } from '../../../schema/src/zone.ts';
import type { Auth } from '../admin/auth.ts';
import { queryOf } from '../admin/params.ts';
import { Refused } from '../http/refused.ts';
import { DAY_MS } from '../limits.ts';
import { dayOf, isoDay, parseDay } from '../store/periods.ts';
import type { Store } from '../store/store.ts';
import type { VisitTotals } from '../store/visits.ts';
import { siteOf } from './sites.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

interface Numbers {
  readonly views: number;
  readonly visits: number;
  readonly visitors: number;
  /** Of a hundred visits. */
  readonly bounceRate: number;
  /** Of a visit, in seconds. */
  readonly avgDuration: number;
}

const numbersOf = ({ views, visits, visitors, bounces, durationMs }: VisitTotals): Numbers => ({
  views,
  visits,
  visitors,
  bounceRate: visits === 0 ? 0 : Math.round((bounces / visits) * 100),
  avgDuration: visits === 0 ? 0 : Math.round(durationMs / visits / 1_000),
});

/** In percent of what it was before; of nothing, 100. */
const changeOf = (now: number, before: number): number =>
  before === 0 ? (now === 0 ? 0 : 100) : Math.round(((now - before) / before) * 100);

/** Registers the route. */
export function siteStats(
  app: FastifyInstance,
  { auth, store, clock }: { auth: Auth; store: Store; clock: () => number },
): void {
  app.get('/api/v2/sites/:id/stats', { onRequest: auth.reads }, async (request) => {
    const { id: project, site, timeZone } = siteOf(request, store);
    const { start, end } = queryOf(request);
    const day = (text: string | undefined, name: string, fallback: number): number => {
      const parsed = text === undefined ? fallback : parseDay(text);
      if (parsed !== undefined) return parsed;
      throw new Refused(400, 'invalid_day', `${name} is a day, such as 2026-01-31`);
    };
    const last = day(end, 'end', dayOf(clock()));
    const first = day(start, 'start', last - DEFAULT_DAYS + 1);
    if (first > last) throw new Refused(400, 'invalid_range', 'start is after end');
    if (last - first > MAX_DAYS) throw new Refused(400, 'invalid_range', 'more than ten years');
    const startOf = (each: number): number => startOfDate(timeZone, isoDay(each)) ?? each * DAY_MS;
    const range = { from: startOf(first), to: startOf(last + 1) };
    const before = periodBefore(timeZone, range.from, range.to);
    const [now, then] = await Promise.all(
      [range, before].map(async ({ from, to }) =>
        numbersOf(await store.visits.totals({ project, fromMs: from, toMs: to })),
      ),
    );
    const change = Object.fromEntries(
      Object.entries(now!).map(([name, value]) => [
        name,
        changeOf(value, then![name as keyof Numbers]),
      ]),
    );
    return {
      siteId: site.key,
      period: { start: isoDay(first), end: isoDay(last) },
      ...now,
      change,
    };
  });
}
