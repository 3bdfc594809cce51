// What is done with data: an id is forgotten, events are exported.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearer } from '../dialects/token.ts';
import type { Project } from '../event.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts';
import { selectionOf } from '../export/rows.ts';
import { exportStream } from '../export/stream.ts';
import { distinctIdOf } from '../gate/gate.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';
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

  /** The project that somebody names, or may change alone; undefined: all. */
  const onlyOf = ({ access }: FastifyRequest, named: unknown): Project | undefined => {
    if (named === undefined && access.project === undefined) return undefined;
    const query = named === undefined ? {} : { project: String(named) };
    return projectOf(query, visibleTo(access, projects));
  };

  // An id is a random UUID that only its owner and the admins know: knowing it, and the project it was
  // used in, is enough to have it erased there. Everywhere at once is for admins.
  app.post('/api/v1/forget', async (request) => {
    const own = projects.byToken(bearer(request.headers.authorization) ?? '');
    if (!own) auth.check(request, 'admin');
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const { distinct_id: given, project } = body ?? {};
    // As the gate wrote it down.
    const id = distinctIdOf(given);
    if (id === '') {
      throw new Refused(400, 'missing_distinct_id', 'send {"distinct_id": "…"}');
    }
    const only = own ?? onlyOf(request, project);
    const { forgotten } = await store.erasures.forget(id, only?.id);
    return {
      forgotten: {
        events: forgotten.events,
        installs: forgotten.installs,
        dead_letters: forgotten.deadLetters,
      },
    };
  });

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
