// What admins do with data: forget an id, export, and the installs that anyone may create.

import type { FastifyInstance } from 'fastify';
import { installationId, propertiesOf, recordOf } from '../dialects/installs.ts';
import { bearer } from '../dialects/token.ts';
import type { Project } from '../event.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts';
import { exportStream } from '../export/stream.ts';
import { distinctIdOf } from '../gate/gate.ts';
import { parseUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';
import { EVENT_COLUMNS, eventOf } from '../store/events.ts';
import { forget } from '../store/forget.ts';
import type { Installs } from '../store/installs.ts';
import type { Store } from '../store/store.ts';
import type { Auth } from './auth.ts';
import { projectOf, type Query, queryOf, rangeOf, wholeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  readonly installs: Installs;
  readonly clock: () => number;
  /** Where installers without a token send to: the project of these routes when none is named. */
  readonly tokenlessProject: () => Project | undefined;
}

/** Registers the routes. */
export function data(
  app: FastifyInstance,
  { auth, store, installs, clock, tokenlessProject }: Parts,
): void {
  const onRequest = auth.require;
  const { db, projects } = store;

  // An id is a random UUID that only its owner and the admins know: knowing it, and the project it was
  // used in, is enough to have it erased there. Everywhere at once is for admins.
  app.post('/api/v1/forget', async (request) => {
    const own = projects.byTokenOf(bearer(request.headers.authorization) ?? '');
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
    return { forgotten: await forget(store, id, only?.id) };
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
    const { project, fromDay, toDay } =
      query.from || query.to
        ? rangeOf(query, projects, clock())
        : { project: projectOf(query, projects).id, fromDay: 0, toDay: 4_000_000 };
    const { type, name } = EXPORT_FORMATS[format];
    return reply
      .type(type)
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(exportStream({ path: store.path, format, project, fromDay, toDay }));
  });

  const home = (query: Query): Project =>
    (query.project ? undefined : tokenlessProject()) ?? projectOf(query, projects);
  const idOf = (request: { params: unknown }) => (request.params as { id: string }).id;
  const missing = () => new Refused(404, 'not_found', 'there is nothing of this id');
  app.get('/v1/installs', { onRequest }, async (request) => {
    const query = queryOf(request);
    const limit = wholeOf(query.limit, 100, 1_000);
    return { data: installs.list(home(query).id, query.after ?? '', limit) };
  });
  app.get('/v1/installs/:id', { onRequest }, async (request) => {
    const found = installs.get(home(queryOf(request)).id, idOf(request));
    if (!found) throw missing();
    return { data: found };
  });
  app.patch('/v1/installs/:id', { onRequest }, async (request) => {
    const { id: project } = home(queryOf(request));
    const id = installationId(idOf(request));
    if (!installs.get(project, id)) throw missing();
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const changes = (body?.data ?? body) as Record<string, unknown> | null;
    const { install } = await installs.upsert(
      project,
      id,
      propertiesOf(changes?.properties),
      clock(),
    );
    return { data: install };
  });
  app.delete('/v1/installs/:id', { onRequest }, async (request, reply) => {
    const { id: project } = home(queryOf(request));
    if (!(await installs.delete(project, idOf(request)))) throw missing();
    return reply.code(204).send();
  });

  const selectByUuid = db.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id) WHERE events.project_id = ? AND uuid = ?`,
  );
  const byUuid = (project: number, id: string) => {
    const uuid = parseUuid(id);
    const row = uuid && selectByUuid.get(project, uuid);
    if (!row) throw missing();
    return row;
  };
  const selectPage = db.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
     WHERE events.project_id = ? AND event LIKE 'installation\\_%' ESCAPE '\\'
     ORDER BY time_ms DESC, seq DESC LIMIT ?`,
  );
  for (const prefix of ['/v1', '/api/v1']) {
    app.get(`${prefix}/events`, { onRequest }, async (request) => {
      const query = queryOf(request);
      const rows = selectPage.all(home(query).id, wholeOf(query.limit, 100, 1_000));
      return { data: rows.map((row) => recordOf(eventOf(row))) };
    });
    app.get(`${prefix}/events/:id`, { onRequest }, async (request) => ({
      data: recordOf(eventOf(byUuid(home(queryOf(request)).id, idOf(request)))),
    }));
    app.delete(`${prefix}/events/:id`, { onRequest }, async (request, reply) => {
      const { id: project } = home(queryOf(request));
      await store.commits.add(1, () => {
        const row = byUuid(project, idOf(request));
        store.rollups.count(project, eventOf(row), -1);
        db.prepare('DELETE FROM events WHERE seq = ?').run(Number(row.seq));
      });
      return reply.code(204).send();
    });
  }
}
