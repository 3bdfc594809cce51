// Answers to what went wrong. Each status tells a client what to do: 4xx, mend yourself; 503, send it
// again; 500, a mistake of ours, which is in the log.

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DISCARDED_BYTES, MINUTE_MS } from '../limits.ts';
import { Conflict, TooSlow, Unavailable } from '../store/errors.ts';
import { Refused } from './refused.ts';

/** Answers an error. */
export function answerError(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof Refused) {
    if (error.code === 'busy') noteBusy(app);
    return answerRefused(error, request, reply);
  }
  const { statusCode, message, code } = error as {
    statusCode?: number;
    message: string;
    code?: string;
  };
  if (error instanceof Conflict) return refuse(reply, 409, 'conflict', message);
  if (error instanceof TooSlow) {
    reply.header('retry-after', '60');
    return refuse(reply, 503, 'too_slow', message);
  }
  if (error instanceof Unavailable) {
    if (error.reason) app.log.error(`not stored: ${error.reason}`);
    reply.header('retry-after', '1');
    return refuse(reply, 503, 'unavailable', `${message}; send it again later`);
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse(reply, statusCode, code ?? 'bad_request', message);
  }
  if (isAborted(code, request)) return refuse(reply, 400, 'aborted', 'the request ended early');
  app.log.error({ err: error }, 'unexpected');
  return refuse(reply, 500, 'internal_error', 'something went wrong here; the log says what');
}

/** Did the client go away before all of its request was here? */
const isAborted = (code: string | undefined, { raw }: FastifyRequest): boolean =>
  !raw.complete && (raw.destroyed || code === 'ECONNRESET');

/**
 * Reads on, so that the client hears the answer: whoever is still sending when the connection is reset
 * sees that, and no answer; a proxy makes 502 of it, which is sent again. But not for ever.
 */
function discard(request: IncomingMessage): void {
  let left = DISCARDED_BYTES;
  request.on('data', (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}

function answerRefused(error: Refused, { raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!raw.complete) discard(raw);
  if (error.statusCode === 503) reply.header('retry-after', '1');
  return refuse(reply, error.statusCode, error.code, error.message);
}

let notedMs = Number.NEGATIVE_INFINITY;

/** Refusals for want of room are in the log, but not each: once a minute. */
function noteBusy(app: FastifyInstance): void {
  const nowMs = performance.now();
  if (nowMs - notedMs < MINUTE_MS) return;
  notedMs = nowMs;
  app.log.warn(
    'large requests are answered 503: too many came at once, or they waited too long. Clients send theirs again; if this goes on, lower COLLECTOR_RATE_ADDRESS, or change a token that is misused',
  );
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'server_error',
  503: 'server_error',
};

/** One shape for all: `type`, `code` and `detail` as PostHog's v0 has them, the rest as its v1. */
export const errorBody = (status: number, code: string, detail: string) => ({
  type: TYPES[status] ?? 'validation_error',
  code,
  detail,
  error: code,
  error_description: detail,
});

function refuse(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply.code(status).send(errorBody(status, code, detail));
}
