// Telemetry: the collector's own batch endpoint; what the shim's sender `http` speaks.

import type { FastifyInstance } from 'fastify';
import { isObject } from '../../../schema/src/json.ts';
import type { Candidate, Project } from '../event.ts';
import { decompress, looksGzipped, parseJson, Refused, readBody } from '../http/body.ts';
import type { Ingest } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { refusalOf } from './posthog-v0.ts';
import { parseTime, timeOf } from './time.ts';
import { bearer, checkToken, unauthorized } from './token.ts';

/** Registers `POST /api/v1/telemetry/batch` and `GET …/health`. The rate limit is the caller's. */
export function telemetry(
  app: FastifyInstance,
  ingest: Ingest,
  anonymousProject: () => Project | undefined,
): void {
  app.post('/api/v1/telemetry/batch', async (request, reply) => {
    const body = await readBody(request.raw, REQUEST_BYTES);
    const payload = parseJson(looksGzipped(body) ? decompress(body, 'gzip') : body);
    if (!isObject(payload) || !Array.isArray(payload.events)) {
      throw new Refused(400, 'request_parsing_error', 'send {"events": […], "anonymous_id": "…"}');
    }
    if (payload.events.length === 0) throw new Refused(400, 'empty_batch', 'events is empty');
    const token = bearer(request.headers.authorization) ?? payload.api_key;
    const project =
      token === undefined
        ? anonymousProject()
        : await ingest.project(checkToken(token), 'telemetry');
    if (!project) throw unauthorized('send the api_key of a project as a bearer token');

    const { nowMs } = ingest;
    const candidates = payload.events.map((given): Candidate => {
      const event = isObject(given) ? given : {};
      return {
        event: event.event ?? event.event_type ?? event.name,
        distinctId: event.anonymous_id ?? payload.anonymous_id,
        uuid: event.uuid ?? event.id,
        properties: event.properties ?? {},
        timeMs: timeOf({ timestamp: event.timestamp, sentAt: payload.sent_at, nowMs }),
        sentTimestamp: parseTime(event.timestamp) === undefined ? undefined : event.timestamp,
      };
    });
    const { outcomes, accepted } = await ingest.take(project, 'telemetry', candidates);
    if (accepted === 0) throw refusalOf(outcomes);
    const rejected = outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ index, reason: outcome.reason }],
    );
    return reply.code(202).send({ accepted, rejected });
  });

  app.get('/api/v1/telemetry/health', async () => ({ status: 'ok' }));
}
