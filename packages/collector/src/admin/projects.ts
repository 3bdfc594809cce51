// Projects: listing, making, changing, deleting.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { KINDS, type Kind } from '../../../schema/src/columns.ts';
import { isZone } from '../../../schema/src/zone.ts';
import type { Project } from '../event.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { FORGET_STORE_MS, INSTALL_BYTES, ZONE_CHARS } from '../limits.ts';
import type { Feed } from '../live/feed.ts';
import type { Store } from '../store/store.ts';
import type { Keeper } from '../warehouse/keeper.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { queryOf } from './params.ts';
import { answerReceipt } from './receipts.ts';

const shownOf =
  ({ published }: Store) =>
  ({ id, name, kind, retentionDays, timeZone }: Project) => ({
    id,
    name,
    kind,
    retention_days: retentionDays,
    time_zone: timeZone,
    public: published.has(id),
  });

function nameOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w .-]{1,64}$/.test(value)) {
    throw new Refused(400, 'invalid_name', 'name: up to 64 letters, digits, spaces, . _ -');
  }
  if (value.trim() !== value) {
    throw new Refused(
      400,
      'invalid_name',
      'name: without spaces before and behind it; nobody sees them',
    );
  }
  // In an address, dots are the folder above.
  if (/^\.+$/.test(value)) {
    throw new Refused(400, 'invalid_name', 'name: not of dots alone; addresses cannot have it');
  }
  // A number means the project of that number.
  if (/^\d+$/.test(value)) {
    throw new Refused(
      400,
      'invalid_name',
      'name: not of digits alone; that is a number of a project',
    );
  }
  return value;
}

const nameTaken = () => new Refused(409, 'name_taken', 'a project has this name');

function daysOf(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 36_500) {
    return value as number;
  }
  throw new Refused(400, 'invalid_retention', 'retention_days: a whole number from 1 to 36500');
}

/** A name such as Europe/Berlin, in the letters of whoever made the list of them. */
function zoneOf(value: unknown): string {
  // Some machines also take offsets for names, which others do not.
  const isName = typeof value === 'string' && /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(value);
  if (isName && value.length <= ZONE_CHARS && isZone(value)) {
    const known = new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
    return known.toLowerCase() === value.toLowerCase() ? known : value;
  }
  throw new Refused(
    400,
    'invalid_time_zone',
    'no time zone of this name is known here: for time_zone, use one such as Europe/Berlin or UTC',
  );
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

function kindOf(value: unknown): Kind {
  const kind = KINDS.find((each) => each === value);
  if (kind) return kind;
  throw new Refused(400, 'invalid_kind', `kind: use one of ${KINDS.join(', ')}`);
}

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  readonly feed: Feed;
  readonly clock: () => number;
  /** Of new projects. */
  readonly retentionDays: number;
  /** What counts published figures; undefined: nothing does. */
  readonly keeper: Keeper | undefined;
}

/** Registers the routes. */
export function projects(
  app: FastifyInstance,
  { auth, store, feed, clock, retentionDays, keeper }: Parts,
): void {
  const table = store.projects;
  const shown = shownOf(store);
  const bodyOf = async (request: FastifyRequest) =>
    parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
  const one = (request: FastifyRequest): Project => {
    const project = visibleTo(request.access, table).find((request.params as { id: string }).id);
    if (!project) throw new Refused(404, 'unknown_project', 'there is no such project');
    return project;
  };

  app.get('/api/v1/projects', { onRequest: auth.reads }, async (request) => ({
    projects: visibleTo(request.access, table).list().map(shown),
  }));

  app.post('/api/v1/projects', { onRequest: auth.require }, async (request, reply) => {
    const body = await bodyOf(request);
    const name = nameOf(body?.name);
    if (table.find(name)) throw nameTaken();
    const days = body.retention_days === undefined ? retentionDays : daysOf(body.retention_days);
    const kind = body.kind === undefined ? 'cli' : kindOf(body.kind);
    const timeZone = body.time_zone === undefined ? 'UTC' : zoneOf(body.time_zone);
    const project = await table.create({ name, kind, retentionDays: days, timeZone }, clock());
    // This once: only its hash is kept.
    return reply.code(201).send({ ...shown(project), token: project.token });
  });

  app.patch('/api/v1/projects/:id', { onRequest: auth.changes }, async (request) => {
    const project = one(request);
    const body = await bodyOf(request);
    const name = body?.name === undefined ? undefined : nameOf(body.name);
    const named = name === undefined ? undefined : table.find(name);
    if (named && named.id !== project.id) throw nameTaken();
    const isPublic = body?.public === undefined ? undefined : flagOf(body.public);
    if (isPublic && !keeper) throw nothingCounts();
    await table.update(project.id, {
      ...(name !== undefined && { name }),
      ...(body?.kind !== undefined && { kind: kindOf(body.kind) }),
      ...(body?.retention_days !== undefined && { retentionDays: daysOf(body.retention_days) }),
      ...(body?.time_zone !== undefined && { timeZone: zoneOf(body.time_zone) }),
    });
    if (isPublic !== undefined) await store.published.set(project.id, isPublic);
    return shown(table.byId(project.id)!);
  });

  app.delete('/api/v1/projects/:id', { onRequest: auth.changes }, async (request, reply) => {
    const { id, name } = one(request);
    // Everything of it goes: a number that was mistyped must not be enough.
    if (queryOf(request).name !== name) {
      throw new Refused(
        400,
        'name_missing',
        'everything of the project would be deleted, for good: say its name too, as ?name=…',
      );
    }
    const ended = store.tokens.list(id);
    const receipt = await store.erasures.receipt(await table.remove(id, FORGET_STORE_MS));
    for (const token of ended) feed.end({ token: token.id });
    return answerReceipt(reply, receipt!, { isCounted: true, deleted: { id, name } });
  });
}
