// Events, exported.

import type { FastifyInstance } from 'fastify';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts';
import { selectionOf } from '../export/rows.ts';
import { exportStream } from '../export/stream.ts';
import { Refused } from '../http/refused.ts';
import type { StoreLocation } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf, rangeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  /** Where the store is: exports read it in a thread of their own. */
  readonly location: StoreLocation;
  readonly clock: () => number;
}

/** Registers the routes. */
export function data(app: FastifyInstance, { auth, store, location, clock }: Parts): void {
  const { projects } = store;

  app.get(
    '/api/v1/export',
    { config: { isExport: true }, onRequest: auth.reads },
    async (request, reply) => {
      const query = queryOf(request);
      const visible = visibleTo(request.access, projects);
      const format = (query.format ?? 'ndjson') as ExportFormat;
      if (!Object.hasOwn(EXPORT_FORMATS, format)) {
        throw new Refused(
          400,
          'invalid_format',
          `format is ${Object.keys(EXPORT_FORMATS).join(', ')}`,
        );
      }
      // Without a range, everything there is.
      const selection =
        query.from || query.to
          ? selectionOf(rangeOf(query, visible, clock()))
          : { project: projectOf(query, visible).id };
      const { type, name } = EXPORT_FORMATS[format];
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(exportStream({ location, format, selection }));
    },
  );
}
