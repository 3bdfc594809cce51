// Projects: listing, making, changing.

import type { FastifyInstance } from 'fastify';
import type { Project } from '../event.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Keeper } from '../warehouse/keeper.ts';
import type { Auth } from './auth.ts';

const shownOf =
  ({ published }: Store) =>
  ({ id, name, token, retentionDays }: Project) => ({
    id,
    name,
    token,
    retention_days: retentionDays,
    public: published.has(id),
  });

function nameOf(value: unknown): string {
  if (typeof value === 'string' && /^[\w .-]{1,64}$/.test(value)) return value;
  throw new Refused(400, 'invalid_name', 'name: up to 64 letters, digits, spaces, . _ -');
}

const nameTaken = () => new Refused(409, 'name_taken', 'a project has this name');

function daysOf(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 36_500) {
    return value as number;
  }
  throw new Refused(400, 'invalid_retention', 'retention_days: a whole number from 1 to 36500');
}

const nothingCounts = () =>
  new Refused(
    501,
    'no_warehouse',
    'published figures are counted by the warehouse, and there is none: COLLECTOR_WAREHOUSE is none',
  );

function flagOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Refused(400, 'invalid_public', 'public: true or false');
}

/** Registers the routes. */
export function projects(
  app: FastifyInstance,
  {
    auth,
    store,
    clock,
    retentionDays,
    keeper,
  }: {
    auth: Auth;
    store: Store;
    clock: () => number;
    retentionDays: number;
    /** What counts published figures; undefined: nothing does. */
    keeper: Keeper | undefined;
  },
): void {
  const onRequest = auth.require;
  const table = store.projects;
  const shown = shownOf(store);
  app.get('/api/v1/projects', { onRequest }, async () => ({ projects: table.list().map(shown) }));

  app.post('/api/v1/projects', { onRequest }, async (request, reply) => {
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const name = nameOf(body?.name);
    if (table.find(name)) throw nameTaken();
    const days = body.retention_days === undefined ? retentionDays : daysOf(body.retention_days);
    const project = await table.create({ name, retentionDays: days }, clock());
    return reply.code(201).send(shown(project));
  });

  app.patch('/api/v1/projects/:id', { onRequest }, async (request) => {
    const project = table.find((request.params as { id: string }).id);
    if (!project) throw new Refused(404, 'unknown_project', 'there is no such project');
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const named = body?.name === undefined ? undefined : table.find(nameOf(body.name));
    if (named && named.id !== project.id) throw nameTaken();
    const isPublic = body?.public === undefined ? undefined : flagOf(body.public);
    if (isPublic && !keeper) throw nothingCounts();
    await table.update(project.id, {
      ...(body?.name !== undefined && { name: nameOf(body.name) }),
      ...(body?.retention_days !== undefined && { retentionDays: daysOf(body.retention_days) }),
    });
    if (isPublic !== undefined) await store.published.set(project.id, isPublic);
    return shown(table.byId(project.id)!);
  });
}
