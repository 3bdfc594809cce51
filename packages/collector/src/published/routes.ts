// What everybody may see of a published project: its figures, a page of them, a badge. Answered from
// memory, the same for all; a project that is not published and one that there is not are the same, too.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { Refused } from '../http/refused.ts';
import { sendTagged } from '../http/tagged.ts';
import { BADGE_AGE_S } from '../limits.ts';
import { folderOf, guard } from '../pages.ts';
import type { Store } from '../store/store.ts';
import { badgeOf, endpointOf, svgOf } from './badge.ts';
import { type PublicAnswer, PublicAnswers, type Tagged, tagged } from './public.ts';

/** Asked for again each time: what is published no more is seen no more. */
const ASK_AGAIN = 'public, no-cache';
const A_WHILE = `public, max-age=${BADGE_AGE_S}`;
/** A badge is a picture: opened by itself it runs nothing and loads nothing. */
const NOTHING = "default-src 'none'";

/** Registers the routes. The rate limit and CORS are the caller's. */
export function publicFigures(
  app: FastifyInstance,
  { store, config }: { store: Pick<Store, 'projects' | 'published'>; config: Config },
): void {
  const answers = new PublicAnswers(store);
  const of = ({ params }: FastifyRequest): PublicAnswer | undefined =>
    answers.of((params as { name: string }).name);
  const found = (request: FastifyRequest, reply: FastifyReply): PublicAnswer => {
    reply.header('cache-control', ASK_AGAIN);
    const answer = of(request);
    if (answer) return answer;
    throw new Refused(404, 'not_published', 'no project of this name is published');
  };

  app.get('/api/v1/public/:name', async (request, reply) =>
    sendTagged(request, reply, found(request, reply).json),
  );

  const badge = (type: string, write: (answer: PublicAnswer) => string) => {
    const made = new WeakMap<PublicAnswer, Tagged>();
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const answer = found(request, reply);
      const known = made.get(answer) ?? tagged(type, write(answer));
      made.set(answer, known);
      reply.headers({
        'cache-control': A_WHILE,
        'content-security-policy': NOTHING,
        'x-content-type-options': 'nosniff',
      });
      return sendTagged(request, reply, known);
    };
  };
  app.get(
    '/public/:name/badge.svg',
    badge('image/svg+xml; charset=utf-8', ({ figures }) => svgOf(badgeOf(figures))),
  );
  app.get(
    '/public/:name/badge.json',
    badge('application/json; charset=utf-8', ({ figures }) =>
      JSON.stringify(endpointOf(badgeOf(figures))),
    ),
  );

  // One page for all of them: it asks for the figures itself.
  const file = join(folderOf(config), 'public.html');
  const html = existsSync(file) ? readFileSync(file, 'utf8') : 'This collector has no pages.\n';
  const page = tagged('text/html; charset=utf-8', html);
  app.get('/public/:name', async (request, reply) => {
    guard(reply);
    reply.header('cache-control', ASK_AGAIN);
    if (of(request)) return sendTagged(request, reply, page);
    // The page says so itself.
    return reply.code(404).type(page.type).send(page.body);
  });
}
