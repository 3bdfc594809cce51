// PostHog v1: one endpoint, the token in a header, and a result for each event.

import type { FastifyInstance } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import { readBody } from '../http/body.ts';
import { holding } from '../http/hold.ts';
import { readSent } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { type Compression, unpack } from '../http/unpack.ts';
import type { Ingest } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { batchOf } from './batch.ts';
import { timeOf } from './time.ts';
import { bearer, checkToken } from './token.ts';

const PATHS = ['/i/v1/analytics/events', '/i/v1/analytics/events/'];
const ENCODINGS: Readonly<Record<string, Compression>> = {
  '': 'none',
  identity: 'none',
  gzip: 'gzip',
  deflate: 'deflate',
  br: 'br',
};

/** Typed options of an event, as the properties that v0 has for them. */
const OPTIONS: readonly [option: string, property: string][] = [
  ['cookieless_mode', '$cookieless_mode'],
  ['product_tour_id', '$product_tour_id'],
  ['process_person_profile', '$process_person_profile'],
];

/** Registers the dialect. CORS and the rate limit are the caller's. */
export function posthogV1(app: FastifyInstance, ingest: Ingest): void {
  const handler = holding(async (request, reply, hold) => {
    const token = checkToken(bearer(request.headers.authorization));
    if (!/^application\/json/i.test(request.headers['content-type'] ?? '')) {
      throw new Refused(415, 'unsupported_content_type', 'send application/json');
    }
    const encoding = ENCODINGS[(request.headers['content-encoding'] ?? '').trim().toLowerCase()];
    if (!encoding) throw new Refused(415, 'unsupported_encoding', 'send gzip, deflate, br or none');
    const body = await readBody(request.raw, REQUEST_BYTES, hold);
    if (body.length === 0) throw new Refused(400, 'empty_body', 'request body is empty');
    const project = ingest.project(token);
    const { envelope, events } = await readSent(await unpack(body, encoding, hold), 'batch', hold);
    if (!isObject(envelope) || !events) {
      throw new Refused(400, 'request_parsing_error', 'the body has no batch');
    }
    if (events.length === 0) throw new Refused(400, 'empty_batch', 'the batch is empty');

    const library = libraryOf(request.headers['posthog-sdk-info']);
    const sentAt =
      envelope.historical_migration === true
        ? undefined
        : request.headers['posthog-request-timestamp'];
    // Under the very text the client sent: that is where it looks for a result.
    const keys: string[] = [];
    const batch = batchOf(
      events,
      (event, index) => {
        const candidate = candidateOf(isObject(event) ? event : {}, library, sentAt, ingest.nowMs);
        keys[index] = String(candidate.uuid);
        return candidate;
      },
      ingest.nowMs,
    );
    const { reasons } = await ingest.take(project, 'posthog-v1', batch, hold);

    const results: Record<string, { result: string; details?: string }> = Object.create(null);
    reasons.forEach((reason, index) => {
      const result = reason ? { result: 'drop', details: reason } : { result: 'ok' };
      results[keys[index] ?? `#${index}`] = result;
    });
    return reply.code(200).send({ results });
  });
  for (const url of PATHS) app.route({ method: 'POST', url, handler });
}

function candidateOf(event: Json, library: Json, sentAt: unknown, nowMs: number): Candidate {
  const options = isObject(event.options) ? event.options : {};
  const given = event.properties ?? {};
  let properties: unknown = given;
  if (isObject(given)) {
    const merged: Json = { ...given, ...library };
    if (typeof event.session_id === 'string') merged.$session_id = event.session_id;
    if (typeof event.window_id === 'string') merged.$window_id = event.window_id;
    for (const [option, property] of OPTIONS) {
      if (options[option] !== undefined && options[option] !== null) {
        merged[property] = options[option];
      }
    }
    properties = merged;
  }
  const isUncorrected =
    options.disable_skew_correction === true || options.disable_skew_adjustment === true;
  return {
    event: event.event,
    distinctId: event.distinct_id,
    // v1 requires a uuid: without one, the result could not be told to anybody.
    uuid: typeof event.uuid === 'string' && event.uuid !== '' ? event.uuid : 0,
    properties,
    timeMs: timeOf({
      timestamp: event.timestamp,
      sentAt: isUncorrected ? undefined : sentAt,
      nowMs,
    }),
    sentTimestamp: event.timestamp,
  };
}

/** `posthog-node/5.70.0` → the properties that v0 SDKs send for it. */
function libraryOf(header: unknown): Json {
  const match = /^([\w.@-]{1,64})\/([\w.+-]{1,64})/.exec(String(header ?? ''));
  return match ? { $lib: match[1], $lib_version: match[2] } : {};
}
