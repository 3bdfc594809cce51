// The numbers: the summary, single tables, and what is published without a token.

import type { FastifyInstance } from 'fastify';
import { csvLine } from '../../../schema/src/csv.ts';
import { Refused } from '../http/refused.ts';
import { PUBLIC_CACHE_MS } from '../limits.ts';
import { TABLES, type TableName } from '../queries/analytics.ts';
import { PUBLIC_DAYS } from '../queries/public.ts';
import type { Reader } from '../queries/reader.ts';
import type { Projects } from '../store/projects.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf, rangeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly projects: Projects;
  readonly reader: Reader;
  readonly clock: () => number;
  readonly isPublic: boolean;
}

/** Registers the routes. */
export function numbers(app: FastifyInstance, parts: Parts): void {
  const { auth, projects, reader, clock, isPublic } = parts;
  const onRequest = auth.require;

  app.get('/api/v1/summary', { onRequest }, (request) =>
    reader.ask('summary', rangeOf(queryOf(request), projects, clock())),
  );

  for (const table of Object.keys(TABLES) as TableName[]) {
    app.get(`/api/v1/analytics/${table}`, { onRequest }, async (request, reply) => {
      const query = queryOf(request);
      const rows = await reader.ask('analytics', {
        table,
        range: rangeOf(query, projects, clock()),
      });
      if (query.format !== 'csv') return { [table]: rows };
      const [first = {}] = rows as Record<string, unknown>[];
      const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))];
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${table}.csv"`)
        .send(lines.map(csvLine).join(''));
    });
  }

  // Not for everybody, published or not: of two exact totals, the difference may be one person.
  app.get('/api/v1/telemetry/stats', { onRequest }, (request) =>
    reader.ask('stats', { project: projectOf(queryOf(request), projects).id }),
  );

  if (!isPublic) return;
  const cache = new Map<string, { untilMs: number; answer: Promise<unknown> }>();
  app.get('/api/v1/public/summary', (request) => {
    const query = queryOf(request);
    const { id: project } = projectOf(query, projects);
    const days = Number(query.days ?? PUBLIC_DAYS[0]);
    if (!(PUBLIC_DAYS as readonly number[]).includes(days)) {
      throw new Refused(400, 'invalid_range', `days is one of ${PUBLIC_DAYS.join(', ')}`);
    }
    const key = `${project} ${days}`;
    const nowMs = clock();
    const known = cache.get(key);
    if (known && known.untilMs > nowMs) return known.answer;
    const answer = reader.ask('published', { project, days, nowMs });
    cache.set(key, { untilMs: nowMs + PUBLIC_CACHE_MS, answer });
    answer.catch(() => cache.delete(key));
    return answer;
  });
}
