// The numbers of a site in a range of days, beside those of the range before, in the shape that LittleStats has; and
// the pages that visits began and ended with.

import type { FastifyInstance } from 'fastify';
import { periodBefore } from '../../../schema/src/zone.ts';
import type { Auth } from '../admin/auth.ts';
import { queryOf, wholeOf } from '../admin/params.ts';
import { END_PAGES } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { VisitTotals } from '../store/visits.ts';
import { daysOf } from './range.ts';
import { siteOf } from './sites.ts';

interface Numbers {
  readonly views: number;
  readonly visits: number;
  readonly visitors: number;
  /** Of a hundred visits. */
  readonly bounceRate: number;
  /** Of a visit, in seconds. */
  readonly avgDuration: number;
}

const percent = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 100);

const numbersOf = ({ views, visits, visitors, bounces, durationMs }: VisitTotals): Numbers => ({
  views,
  visits,
  visitors,
  bounceRate: percent(bounces, visits),
  avgDuration: visits === 0 ? 0 : Math.round(durationMs / visits / 1_000),
});

/** In percent of what it was before; of nothing, 100. */
const changeOf = (now: number, before: number): number =>
  before === 0 ? (now === 0 ? 0 : 100) : Math.round(((now - before) / before) * 100);

/** Registers the routes. */
export function siteStats(
  app: FastifyInstance,
  { auth, store, clock }: { auth: Auth; store: Store; clock: () => number },
): void {
  app.get('/api/v2/sites/:id/stats', { onRequest: auth.reads }, async (request) => {
    const found = siteOf(request, store);
    const { id: project, site, timeZone } = found;
    const { start, end, fromMs, toMs } = daysOf(request, found, clock());
    const before = periodBefore(timeZone, fromMs, toMs);
    const [now, then] = await Promise.all(
      [{ from: fromMs, to: toMs }, before].map(async ({ from, to }) =>
        numbersOf(await store.visits.totals({ project, fromMs: from, toMs: to })),
      ),
    );
    const change = Object.fromEntries(
      Object.entries(now!).map(([name, value]) => [
        name,
        changeOf(value, then![name as keyof Numbers]),
      ]),
    );
    return { siteId: site.key, period: { start, end }, ...now, change };
  });

  for (const end of ['entry', 'exit'] as const) {
    app.get(`/api/v2/sites/:id/${end}-pages`, { onRequest: auth.reads }, async (request) => {
      const found = siteOf(request, store);
      const { fromMs, toMs } = daysOf(request, found, clock());
      const limit = Math.max(1, wholeOf(queryOf(request).limit, 10, END_PAGES));
      const pages = await store.visits.ends({ project: found.id, fromMs, toMs, end, limit });
      return {
        pages: pages.map(({ page, visits, visitors, bounces }) => ({
          path: page,
          visits,
          visitors,
          bounceRate: percent(bounces, visits),
        })),
      };
    });
  }
}
