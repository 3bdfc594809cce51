// Telemetry: the collector's own batch endpoint; what the shim's sender `http` speaks.

import type { FastifyInstance } from 'fastify';
import { isObject } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import { readBody } from '../http/body.ts';
import { holding } from '../http/hold.ts';
import { readSent } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { looksGzipped, unpack } from '../http/unpack.ts';
import type { Ingest } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { batchOf } from './batch.ts';
import { refusalOf } from './posthog-v0.ts';
import { parseTime, timeOf } from './time.ts';
import { bearer, checkToken } from './token.ts';
import type { Tokenless } from './tokenless.ts';

/** Registers `POST /api/v1/telemetry/batch` and `GET …/health`. The rate limit is the caller's. */
export function telemetry(app: FastifyInstance, ingest: Ingest, tokenless: Tokenless): void {
  const handler = holding(async (request, reply, hold) => {
    const body = await readBody(request.raw, REQUEST_BYTES, hold);
    const json = await unpack(body, looksGzipped(body) ? 'gzip' : 'none', hold);
    const { envelope, events } = await readSent(json, 'events', hold);
    if (!isObject(envelope) || !events) {
      throw new Refused(400, 'request_parsing_error', 'send {"events": […], "anonymous_id": "…"}');
    }
    if (events.length === 0) throw new Refused(400, 'empty_batch', 'events is empty');
    const token = bearer(request.headers.authorization) ?? envelope.api_key;
    const project =
      token === undefined ? tokenless.take(request) : ingest.project(checkToken(token));

    const { nowMs } = ingest;
    const candidateOf = (given: unknown): Candidate => {
      const event = isObject(given) ? given : {};
      return {
        event: event.event ?? event.event_type ?? event.name,
        distinctId: event.anonymous_id ?? envelope.anonymous_id,
        uuid: event.uuid ?? event.id,
        properties: event.properties ?? {},
        timeMs: timeOf({ timestamp: event.timestamp, sentAt: envelope.sent_at, nowMs }),
        sentTimestamp: parseTime(event.timestamp) === undefined ? undefined : event.timestamp,
      };
    };
    const batch = batchOf(events, candidateOf, nowMs);
    const { accepted, reasons } = await ingest.take(project, 'telemetry', batch);
    if (accepted === 0) throw refusalOf(reasons);
    const rejected = reasons.flatMap((reason, index) => (reason ? [{ index, reason }] : []));
    return reply.code(202).send({ accepted, rejected });
  });
  app.post('/api/v1/telemetry/batch', handler);

  app.get('/api/v1/telemetry/health', async () => ({ status: 'ok' }));
}
