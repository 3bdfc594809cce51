// PostHog v0: what every PostHog SDK of the last years speaks.
//
// Answers are exact on purpose: posthog-js sends again whatever is neither 200 nor 4xx, and others
// drop what gets a 4xx. So 200 means stored, 4xx means never, 503 means again.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refused, readBody } from '../http/body.ts';
import type { Ingest, Outcome } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { readV0 } from './posthog-v0-payload.ts';
import { checkToken, unauthorized } from './token.ts';

const PATHS = ['/batch', '/capture', '/e', '/i/v0/e', '/track', '/engage'];

/** Registers the dialect. CORS and the rate limit are the caller's. */
export function posthogV0(app: FastifyInstance, ingest: Ingest): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const query = request.query as Record<string, string | undefined>;
    const body =
      request.method === 'GET' ? Buffer.alloc(0) : await readBody(request.raw, REQUEST_BYTES);
    const { tokens, candidates } = readV0(
      {
        path: request.url.split('?', 1)[0]!,
        query,
        contentType: request.headers['content-type'],
        contentEncoding: request.headers['content-encoding'],
        body,
      },
      ingest.nowMs,
    );
    if (tokens.length > 1) throw unauthorized('the events have different api_keys');
    const project = await ingest.project(checkToken(tokens[0]), 'posthog-v0');
    const { outcomes, accepted } = await ingest.take(project, 'posthog-v0', candidates);
    if (accepted === 0) throw refusalOf(outcomes);
    if (query.beacon === '1') return reply.code(204).send();
    return reply.code(200).send({ status: 'Ok' });
  };
  for (const path of PATHS) {
    for (const url of [path, `${path}/`]) {
      app.route({ method: ['GET', 'POST'], url, handler });
    }
  }
}

/** Nothing was taken: the client is told why, so that its maker can see it. */
export function refusalOf(outcomes: readonly Outcome[]): Refused {
  const reasons = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.reason]));
  const reason = reasons[0] ?? 'missing_event';
  if (reasons.every((each) => each === 'too_large')) {
    return new Refused(413, 'payload_too_large', 'the event is larger than 10 KB');
  }
  return new Refused(400, reason, `no event was taken: ${reason.replaceAll('_', ' ')}`);
}
