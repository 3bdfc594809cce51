// Telemetry: the collector's own batch endpoint; what the shim's sender `http` speaks.

import type { FastifyInstance } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import { readBody } from '../http/body.ts';
import { holding } from '../http/hold.ts';
import { readSent } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { type Compression, looksGzipped, unpack } from '../http/unpack.ts';
import type { Ingest } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { batchOf } from './batch.ts';
import { memberOf, uuidOfId, withMembers } from './members.ts';
import { refusalOf } from './posthog-v0.ts';
import { parseTime, timeOf } from './time.ts';
import { bearer, checkToken } from './token.ts';
import type { Tokenless } from './tokenless.ts';

/** Members of a request that are read. Others are named in the answer as ignored. */
const OF_ENVELOPE = new Set([
  'events',
  'anonymous_id',
  'anonymousId',
  'sent_at',
  'sentAt',
  'api_key',
]);

function compressionOf(body: Buffer, header = 'identity'): Compression {
  if (looksGzipped(body)) return 'gzip';
  const how = header.trim().toLowerCase();
  if (how === 'deflate') return 'deflate';
  if (how === 'identity' || how === '' || how === 'gzip') return 'none'; // unpacked by a proxy
  throw new Refused(415, 'unsupported_encoding', 'send it as it is, or with gzip or deflate');
}

function candidate(event: Json, envelope: Json, project: number, nowMs: number): Candidate {
  const name = memberOf(event, 'event', 'event_type', 'name');
  const by = memberOf(event, 'anonymous_id') ?? memberOf(envelope, 'anonymous_id');
  const id = memberOf(event, 'uuid', 'id');
  const data = memberOf(event, 'event_data');
  const used = new Set(['anonymous_id', 'anonymousId', 'timestamp', 'properties']);
  for (const member of [name, id]) if (member) used.add(member.name);
  const { timestamp } = event;
  let properties = event.properties ?? {};
  if (data && isObject(data.value) && isObject(properties)) {
    used.add(data.name);
    properties = { ...data.value, ...properties };
  }
  return {
    event: name?.value,
    distinctId: by?.value,
    uuid: uuidOfId(project, id?.value),
    properties: withMembers(event, properties, used),
    timeMs: timeOf({ timestamp, sentAt: memberOf(envelope, 'sent_at')?.value, nowMs }),
    sentTimestamp: parseTime(timestamp) === undefined ? undefined : timestamp,
  };
}

/** Registers `POST /api/v1/telemetry/batch` and `GET …/health`. The rate limit is the caller's. */
export function telemetry(app: FastifyInstance, ingest: Ingest, tokenless: Tokenless): void {
  const handler = holding(async (request, reply, hold) => {
    const body = await readBody(request.raw, REQUEST_BYTES, hold);
    const json = await unpack(body, compressionOf(body, request.headers['content-encoding']), hold);
    const { envelope, events } = await readSent(json, 'events', hold);
    if (!isObject(envelope) || !events) {
      throw new Refused(400, 'request_parsing_error', 'send {"events": […], "anonymous_id": "…"}');
    }
    if (events.length === 0) throw new Refused(400, 'empty_batch', 'events is empty');
    const token = bearer(request.headers.authorization) ?? envelope.api_key;
    const project =
      token === undefined ? await tokenless.take(request) : ingest.project(checkToken(token));

    const { nowMs } = ingest;
    const candidateOf = (given: unknown): Candidate =>
      candidate(isObject(given) ? given : {}, envelope, project.id, nowMs);
    const batch = batchOf(events, candidateOf, nowMs);
    const { accepted, reasons } = await ingest.take(project, 'telemetry', batch, hold);
    if (accepted === 0) throw refusalOf(reasons);
    const rejected = reasons.flatMap((reason, index) => (reason ? [{ index, reason }] : []));
    const ignored = Object.keys(envelope).filter((name) => !OF_ENVELOPE.has(name));
    return reply.code(202).send({ accepted, rejected, ...(ignored.length > 0 && { ignored }) });
  });
  app.post('/api/v1/telemetry/batch', handler);

  app.get('/api/v1/telemetry/health', async () => ({ status: 'ok' }));
}
