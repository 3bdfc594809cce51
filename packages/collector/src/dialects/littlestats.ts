// LittleStats v2: what our own tracker speaks, and the scripts of sites that were counted by LittleStats.

import type { FastifyInstance } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import { holding } from '../http/hold.ts';
import { Refused, tooManyEvents } from '../http/refused.ts';
import { PAGE_REQUEST_EVENTS, SECOND_MS } from '../limits.ts';
import type { Told } from '../web/page-event.ts';
import type { Sending, Taking } from '../web/taking.ts';

const TYPES = ['pageview', 'event', 'identify', 'page_exit'] as const;

/** What a payload tells. The script that LittleStats serves says no type for a pageview. */
function toldBy(payload: Json, sentAt: unknown, known: (id: unknown) => string): Told {
  const { type: said, name, id, url, referrer, title, screen, language } = payload;
  const { data, uuid, at, engaged } = payload;
  const type = TYPES.find((each) => each === said) ?? (name ? 'event' : 'pageview');
  const user = type === 'identify' && { user: known(id) };
  return {
    ...{ type, name, url, referrer, title, screen, language, data, uuid, at, sentAt, engaged },
    ...user,
  };
}

/** Registers `POST /api/v2/track/:siteId`. CORS and the rate limit are the caller's. */
export function littleStats(app: FastifyInstance, taking: Taking): void {
  const handler = holding(async (request, reply, hold) => {
    const project = taking.site((request.params as { siteId: string }).siteId);
    const body = await taking.body(request, hold);
    const payloads = isObject(body) && Array.isArray(body.events) ? body.events : [body];
    if (payloads.length === 0) throw new Refused(400, 'empty_batch', 'events is empty');
    if (payloads.length > PAGE_REQUEST_EVENTS) throw tooManyEvents();
    if (!payloads.every(isObject)) {
      throw new Refused(
        400,
        'request_parsing_error',
        'send a payload, or {"events": [payload, …]}',
      );
    }
    await taking.visitors.ready();
    const sentAt = (body as Json).sentAt;
    const sendings = (payloads as Json[]).map(
      (payload): Sending => ({
        told: toldBy(payload, sentAt, (id) => taking.visitors.known(id)),
        visitorId: payload.visitorId,
      }),
    );
    const visit = await taking.take(request, { project, dialect: 'littlestats', sendings });
    const cache = visit && {
      visitId: taking.visitors.visitName(visit.number),
      iat: Math.floor(visit.lastMs / SECOND_MS),
      sessionStart: visit.startMs,
    };
    return reply.code(200).send({ success: true, ...(cache && { cache }) });
  });
  app.post('/api/v2/track/:siteId', handler);
}
