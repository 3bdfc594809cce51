// Answers to what is no HTTP, or too much or too late of it: node finds that before there is a request. The same
// shape as every other error.

import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { errorBody } from './errors.ts';
import { Refused } from './refused.ts';

/** What node found → the answer. */
const ANSWERS: Readonly<Record<string, Refused>> = {
  HPE_HEADER_OVERFLOW: new Refused(
    431,
    'headers_too_large',
    'the headers have more than 16 KB, so nothing was read. Send fewer or shorter ones: cookies of other sites on this address are often the cause',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new Refused(
    408,
    'request_timeout',
    'the request was not here in time, so nothing of it was taken. Send it again, in smaller parts if the connection is slow',
  ),
};
const MALFORMED = new Refused(
  400,
  'malformed_request',
  'this is no HTTP request, so nothing was taken. Is it meant for this port, and is it http rather than https here?',
);

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** Answers on a connection that has no request, and ends it. */
export function answerMalformed(error: { code?: string }, socket: Duplex): void {
  // Nobody is there any more, or an answer is on its way, into the middle of which this must not go.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const { statusCode, code, message } = ANSWERS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(errorBody(statusCode, code, message));
  socket.end(
    `HTTP/1.1 ${statusCode} ${PHRASES[statusCode]}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Has a part of an answer left on this connection? Node looks at the same member. */
const isAnswering = (socket: Duplex): boolean =>
  (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent === true;

/** Also what node answers by itself, without a word: no `Host`, and expectations that nobody has. */
export function answerWhatNodeDoes(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.host !== undefined || raw.httpVersion !== '1.1') return;
    throw new Refused(
      400,
      'missing_host',
      'the request has no Host header, which HTTP/1.1 asks for: send the name of this server in it',
    );
  });
  app.server.on('checkExpectation', (_request, response) => {
    const error = errorBody(
      417,
      'unknown_expectation',
      'the Expect header asks for something else than 100-continue: leave it out',
    );
    const body = JSON.stringify(error);
    response.writeHead(417, { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}
