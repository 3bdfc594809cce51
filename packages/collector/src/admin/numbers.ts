// The numbers: the summary, and single tables.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { csvLine } from '../../../schema/src/csv.ts';
import { TABLES } from '../store/numbers.ts';
import type { Store } from '../store/store.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf, rangeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  readonly clock: () => number;
}

/** Registers the routes. */
export function numberRoutes(app: FastifyInstance, parts: Parts): void {
  const { auth, store, clock } = parts;
  const { projects, numbers } = store;
  const onRequest = auth.reads;
  const seen = (request: FastifyRequest) => visibleTo(request.access, projects);

  app.get('/api/v1/summary', { onRequest }, (request) =>
    numbers.summary(rangeOf(queryOf(request), seen(request), clock())),
  );

  for (const table of TABLES) {
    app.get(`/api/v1/analytics/${table}`, { onRequest }, async (request, reply) => {
      const query = queryOf(request);
      const rows = await numbers.table(table, rangeOf(query, seen(request), clock()));
      if (query.format !== 'csv') return { [table]: rows };
      const [first = {}] = rows;
      const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))];
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${table}.csv"`)
        .send(lines.map(csvLine).join(''));
    });
  }

  // Not for everybody, published or not: of two exact totals, the difference may be one person.
  app.get('/api/v1/telemetry/stats', { onRequest }, (request) =>
    numbers.stats(projectOf(queryOf(request), seen(request)).id),
  );
}
