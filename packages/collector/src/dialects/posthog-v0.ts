// PostHog v0: what every PostHog SDK of the last years speaks.
//
// Answers are exact on purpose: posthog-js sends again whatever is neither 200 nor 4xx, and others
// drop what gets a 4xx. So 200 means stored, 4xx means never, 503 means again.

import type { FastifyInstance } from 'fastify';
import type { Reason } from '../event.ts';
import { readBody } from '../http/body.ts';
import { holding } from '../http/hold.ts';
import { Refused } from '../http/refused.ts';
import type { Ingest } from '../ingest.ts';
import { REQUEST_BYTES } from '../limits.ts';
import { readV0 } from './posthog-v0-payload.ts';
import { checkToken } from './token.ts';

const PATHS = ['/batch', '/capture', '/e', '/i/v0/e', '/track', '/engage'];

/** Registers the dialect. CORS and the rate limit are the caller's. */
export function posthogV0(app: FastifyInstance, ingest: Ingest): void {
  const handler = holding(async (request, reply, hold) => {
    const query = request.query as Record<string, string | undefined>;
    const body =
      request.method === 'GET' ? Buffer.alloc(0) : await readBody(request.raw, REQUEST_BYTES, hold);
    const { token, batch } = await readV0(
      {
        path: request.url.split('?', 1)[0]!,
        query,
        contentType: request.headers['content-type'],
        contentEncoding: request.headers['content-encoding'],
        body,
      },
      ingest.nowMs,
      hold,
    );
    const project = ingest.project(checkToken(token));
    const { accepted, reasons, rejected } = await ingest.take(project, 'posthog-v0', batch, hold);
    if (accepted === 0) throw refusalOf(reasons);
    if (query.beacon === '1') return reply.code(204).send();
    // Its SDKs do not read this; their makers do.
    return reply.code(200).send({ status: 'Ok', ...(rejected > 0 && { rejected }) });
  });
  for (const path of PATHS) {
    for (const url of [path, `${path}/`]) {
      app.route({ method: ['GET', 'POST'], url, handler });
    }
  }
}

/** Nothing was taken: the client is told why, so that its maker can see it. */
export function refusalOf(reasons: readonly (Reason | undefined)[]): Refused {
  const reason = reasons.find((each) => each !== undefined) ?? 'missing_event';
  if (reasons.every((each) => each === 'too_large')) {
    return new Refused(413, 'payload_too_large', 'the event is larger than 10 KB');
  }
  return new Refused(400, reason, `no event was taken: ${reason.replaceAll('_', ' ')}`);
}
