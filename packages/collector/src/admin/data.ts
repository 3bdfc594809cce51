// What admins do with data: forget an id, export, and the installs that anyone may create.

import type { FastifyInstance } from 'fastify';
import { installationId, propertiesOf, recordOf } from '../dialects/installs.ts';
import { bearer } from '../dialects/token.ts';
import type { Project } from '../event.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts';
import { selectionOf } from '../export/rows.ts';
import { exportStream } from '../export/stream.ts';
import { distinctIdOf } from '../gate/gate.ts';
import { parseUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';
import type { StoreLocation } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Auth } from './auth.ts';
import { projectOf, type Query, queryOf, rangeOf, wholeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  /** Where the store is: exports read it in a thread of their own. */
  readonly location: StoreLocation;
  readonly clock: () => number;
  /** Where installers without a token send to: the project of these routes when none is named. */
  readonly tokenlessProject: () => Project | undefined;
}

/** Registers the routes. */
export function data(
  app: FastifyInstance,
  { auth, store, location, clock, tokenlessProject }: Parts,
): void {
  const onRequest = auth.require;
  const { projects, installs, events } = store;

  // An id is a random UUID that only its owner and the admins know: knowing it, and the project it was
  // used in, is enough to have it erased there. Everywhere at once is for admins.
  app.post('/api/v1/forget', async (request) => {
    const own = projects.byToken(bearer(request.headers.authorization) ?? '');
    if (!own) auth.check(request);
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const { distinct_id: given, project } = body ?? {};
    // As the gate wrote it down.
    const id = distinctIdOf(given);
    if (id === '') {
      throw new Refused(400, 'missing_distinct_id', 'send {"distinct_id": "…"}');
    }
    const only =
      own ??
      (project === undefined ? undefined : projectOf({ project: String(project) }, projects));
    const { forgotten } = await store.erasures.forget(id, only?.id);
    return {
      forgotten: {
        events: forgotten.events,
        installs: forgotten.installs,
        dead_letters: forgotten.deadLetters,
      },
    };
  });

  app.get('/api/v1/export', { onRequest }, async (request, reply) => {
    const query = queryOf(request);
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
        ? selectionOf(rangeOf(query, projects, clock()))
        : { project: projectOf(query, projects).id };
    const { type, name } = EXPORT_FORMATS[format];
    return reply
      .type(type)
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(exportStream({ location, format, selection }));
  });

  const home = (query: Query): Project =>
    (query.project ? undefined : tokenlessProject()) ?? projectOf(query, projects);
  const idOf = (request: { params: unknown }) => (request.params as { id: string }).id;
  const missing = () => new Refused(404, 'not_found', 'there is nothing of this id');
  app.get('/v1/installs', { onRequest }, async (request) => {
    const query = queryOf(request);
    const limit = wholeOf(query.limit, 100, 1_000);
    return { data: await installs.list(home(query).id, query.after ?? '', limit) };
  });
  app.get('/v1/installs/:id', { onRequest }, async (request) => {
    const found = await installs.get(home(queryOf(request)).id, idOf(request));
    if (!found) throw missing();
    return { data: found };
  });
  app.patch('/v1/installs/:id', { onRequest }, async (request) => {
    const { id: project } = home(queryOf(request));
    const id = installationId(idOf(request));
    if (!(await installs.get(project, id))) throw missing();
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const changes = (body?.data ?? body) as Record<string, unknown> | null;
    const { install } = await installs.put(project, id, propertiesOf(changes?.properties), clock());
    return { data: install };
  });
  app.delete('/v1/installs/:id', { onRequest }, async (request, reply) => {
    const { id: project } = home(queryOf(request));
    if (!(await installs.delete(project, idOf(request)))) throw missing();
    return reply.code(204).send();
  });

  const uuidOf = (request: { params: unknown }): Buffer => {
    const uuid = parseUuid(idOf(request));
    if (!uuid) throw missing();
    return uuid;
  };
  for (const prefix of ['/v1', '/api/v1']) {
    app.get(`${prefix}/events`, { onRequest }, async (request) => {
      const query = queryOf(request);
      const limit = wholeOf(query.limit, 100, 1_000);
      const latest = await events.latest(home(query).id, 'installation_', limit);
      return { data: latest.map((each) => recordOf(each, each.receivedMs)) };
    });
    app.get(`${prefix}/events/:id`, { onRequest }, async (request) => {
      const found = await events.get(home(queryOf(request)).id, uuidOf(request));
      if (!found) throw missing();
      return { data: recordOf(found, found.receivedMs) };
    });
    app.delete(`${prefix}/events/:id`, { onRequest }, async (request, reply) => {
      const { id: project } = home(queryOf(request));
      if (!(await events.remove(project, uuidOf(request)))) throw missing();
      return reply.code(204).send();
    });
  }
}
