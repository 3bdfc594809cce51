// Tokens: listing, making, another in the place of one, revoking. Each is shown once, when it is made.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';
import type { Feed } from '../live/feed.ts';
import type { Store } from '../store/store.ts';
import { newToken, SCOPES, type Scope, type Token } from '../store/tokens.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf } from './params.ts';

interface Parts {
  readonly auth: Auth;
  readonly store: Store;
  readonly feed: Feed;
  readonly clock: () => number;
}

const LABEL_CHARS = 64;

const shown = ({ id, project, scope, label, hint, createdMs }: Token) => ({
  id,
  project,
  scope,
  label,
  hint,
  created_at: new Date(createdMs).toISOString(),
});

/** Registers the routes. */
export function tokens(app: FastifyInstance, { auth, store, feed, clock }: Parts): void {
  const onRequest = auth.changes;

  app.get('/api/v1/tokens', { onRequest }, async (request) => {
    const query = queryOf(request);
    const { access } = request;
    const isAll = query.project === undefined && access.project === undefined;
    const project = isAll ? undefined : projectOf(query, visibleTo(access, store.projects)).id;
    return { tokens: store.tokens.list(project).map(shown) };
  });

  app.post('/api/v1/tokens', { onRequest }, async (request, reply) => {
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const scope = scopeOf(body?.scope);
    const project = placeOf(request, store, scope, body.project);
    const token = newToken(scope);
    const made = await store.tokens.add(
      { project, scope, label: labelOf(body.label), token },
      clock(),
    );
    return reply.code(201).send({ ...shown(made), token });
  });

  /** The token of a path, if whoever asks may see it. @throws Refused (404) */
  const one = (request: FastifyRequest): Token => {
    const { project } = request.access;
    const found = store.tokens.byId(Number((request.params as { id: string }).id));
    if (found && (project === undefined || found.project === project)) return found;
    throw new Refused(404, 'unknown_token', 'there is no such token; GET /api/v1/tokens has them');
  };

  app.post('/api/v1/tokens/:id/rotate', { onRequest }, async (request, reply) => {
    const { id, scope } = one(request);
    const token = newToken(scope);
    const made = await store.tokens.replace(id, token, clock());
    feed.end({ token: id });
    if (!made) throw new Refused(404, 'unknown_token', 'the token was revoked meanwhile');
    return reply.code(200).send({ ...shown(made), token });
  });

  app.delete('/api/v1/tokens/:id', { onRequest }, async (request, reply) => {
    const { id } = one(request);
    await store.tokens.remove(id);
    feed.end({ token: id });
    return reply.code(204).send();
  });
}

/** The project that a new token is for; null: all of them. @throws Refused */
function placeOf(
  { access }: FastifyRequest,
  { projects }: Store,
  scope: Scope,
  given: unknown,
): number | null {
  if (given === undefined || given === null) {
    if (access.project !== undefined) return access.project;
    if (scope === 'admin') return null;
    throw new Refused(
      400,
      'missing_project',
      'project: the number or name of the project it is for',
    );
  }
  return projectOf({ project: String(given) }, visibleTo(access, projects)).id;
}

function scopeOf(value: unknown): Scope {
  const scope = SCOPES.find((each) => each === value);
  if (scope) return scope;
  throw new Refused(400, 'invalid_scope', `scope: use one of ${SCOPES.join(', ')}`);
}

function labelOf(value: unknown = ''): string {
  if (typeof value === 'string' && value.length <= LABEL_CHARS && !/\p{Cc}/u.test(value)) {
    return value.trim().toWellFormed();
  }
  throw new Refused(400, 'invalid_label', `label: a text of up to ${LABEL_CHARS} characters`);
}
