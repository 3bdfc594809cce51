// Installations and the events of installers, for those who may look into them: dialects/installs.ts takes
// them.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import {
  candidateOf,
  changedBy,
  installationId,
  propertiesOf,
  recordOf,
  recordOfInstall,
} from '../dialects/installs.ts';
import type { Project } from '../event.ts';
import { parseUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import type { Ingest } from '../ingest.ts';
import { INSTALL_BYTES } from '../limits.ts';
import type { Store } from '../store/store.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf, wholeOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly clock: () => number;
  /** Where installers without a token send to: the project of these routes when none is named. */
  readonly tokenless: () => Project | undefined;
}

const missing = () => new Refused(404, 'not_found', 'there is nothing of this id');
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

async function dataOf(request: FastifyRequest): Promise<Json> {
  const body = parseJson(await readBody(request.raw, INSTALL_BYTES));
  const data = isObject(body) ? (body.data ?? body) : undefined;
  if (!isObject(data)) throw new Refused(400, 'request_parsing_error', 'send {"data": {…}}');
  return data;
}

/** Registers the routes, under both of their beginnings. */
export function installRoutes(app: FastifyInstance, parts: Parts): void {
  const { store, tokenless } = parts;
  const home = (request: FastifyRequest): Project => {
    const query = queryOf(request);
    const visible = visibleTo(request.access, store.projects);
    if (query.project) return projectOf(query, visible);
    return (
      visible.byId(tokenless()?.id ?? 0) ??
      visible.list().find(({ kind }) => kind === 'installs') ??
      projectOf(query, visible)
    );
  };
  for (const prefix of ['/v1', '/api/v1']) {
    routesOfInstalls(app, `${prefix}/installs`, parts, home);
    routesOfEvents(app, `${prefix}/events`, parts, home);
  }
}

type Home = (request: FastifyRequest) => Project;

function routesOfInstalls(app: FastifyInstance, path: string, parts: Parts, home: Home): void {
  const { auth, store, clock } = parts;
  const { installs } = store;
  app.get(path, { onRequest: auth.reads }, async (request) => {
    const query = queryOf(request);
    const limit = wholeOf(query.limit, 100, 1_000);
    const page = await installs.list(home(request).id, query.after ?? '', limit);
    return { data: page.map(recordOfInstall) };
  });
  app.get(`${path}/:id`, { onRequest: auth.reads }, async (request) => {
    const found = await installs.get(home(request).id, idOf(request));
    if (!found) throw missing();
    return { data: recordOfInstall(found) };
  });
  app.patch(`${path}/:id`, { onRequest: auth.changes }, async (request) => {
    const { id: project } = home(request);
    const id = installationId(idOf(request));
    if (!(await installs.get(project, id))) throw missing();
    const properties = propertiesOf((await dataOf(request)).properties);
    const { install } = await installs.put(project, id, properties, clock());
    return { data: recordOfInstall(install) };
  });
  app.delete(`${path}/:id`, { onRequest: auth.changes }, async (request, reply) => {
    if (!(await installs.delete(home(request).id, idOf(request)))) throw missing();
    return reply.code(204).send();
  });
}

function routesOfEvents(app: FastifyInstance, path: string, parts: Parts, home: Home): void {
  const { auth, store, ingest, clock } = parts;
  const { events } = store;
  const uuidOf = (request: FastifyRequest): Buffer => {
    const uuid = parseUuid(idOf(request));
    if (!uuid) throw missing();
    return uuid;
  };
  app.get(path, { onRequest: auth.reads }, async (request) => {
    const limit = wholeOf(queryOf(request).limit, 100, 1_000);
    const latest = await events.latest(home(request).id, '', limit);
    return { data: latest.map((each) => recordOf(each, each.receivedMs)) };
  });
  app.get(`${path}/:id`, { onRequest: auth.reads }, async (request) => {
    const found = await events.get(home(request).id, uuidOf(request));
    if (!found) throw missing();
    return { data: recordOf(found, found.receivedMs) };
  });
  /** What is named is changed; of the properties, those that are named. */
  app.patch(`${path}/:id`, { onRequest: auth.changes }, async (request) => {
    const project = home(request);
    const uuid = uuidOf(request);
    const found = await events.get(project.id, uuid);
    if (!found) throw missing();
    const merged = changedBy(recordOf(found), await dataOf(request));
    const candidate = candidateOf(merged, project.id, clock());
    const { events: judged, verdicts } = ingest.examine(project, 'installs', [candidate]);
    const [event] = judged;
    if (!event) throw new Refused(400, String(verdicts[0]), 'the event would not be taken so');
    if (!(await events.replace(project.id, uuid, event))) throw missing();
    return { data: recordOf(event, found.receivedMs) };
  });
  app.delete(`${path}/:id`, { onRequest: auth.changes }, async (request, reply) => {
    if (!(await events.remove(home(request).id, uuidOf(request)))) throw missing();
    return reply.code(204).send();
  });
}
