// Plausible's events: what its script and its packages on npm speak.

import type { FastifyInstance } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import { holding } from '../http/hold.ts';
import { Refused } from '../http/refused.ts';
import type { Told } from '../web/page-event.ts';
import type { Taking } from '../web/taking.ts';

/** Names of events that are Plausible's own. */
const TYPES: Readonly<Record<string, Told['type']>> = {
  pageview: 'pageview',
  engagement: 'page_exit',
};

/** Properties: an object, or one as JSON text. */
function propsOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** What a request tells. Members have a long name and a short one. */
function toldBy(body: Json): Told {
  const name = body.name ?? body.n;
  const type = (typeof name === 'string' && TYPES[name]) || 'event';
  return {
    ...{ type, name, url: body.url ?? body.u, referrer: body.referrer ?? body.r },
    data: propsOf(body.props ?? body.p ?? body.meta ?? body.m),
    engaged: body.e,
  };
}

/** Registers `POST /api/event`. CORS and the rate limit are the caller's. */
export function plausible(app: FastifyInstance, taking: Taking): void {
  const handler = holding(async (request, reply, hold) => {
    const body = await taking.body(request, hold);
    if (!isObject(body)) throw new Refused(400, 'request_parsing_error', 'send an object');
    const project = taking.site(body.domain ?? body.d);
    const sendings = [{ told: toldBy(body) }];
    await taking.take(request, { project, dialect: 'plausible', sendings });
    return reply.code(202).type('text/plain').send('ok');
  });
  app.post('/api/event', handler);
}
