// A real HTTP server that speaks PostHog's protocol, and can misbehave on request.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { CERTIFICATE, KEY } from './tls';

/** An event as it arrived. */
export interface Arrived {
  readonly event: string;
  readonly properties: Record<string, unknown>;
  readonly timestamp: string;
  readonly uuid: string;
  readonly distinct_id: string;
}

/** A request as it arrived: its very bytes, and what they mean. */
export interface ArrivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly raw: Buffer;
  readonly body: { api_key?: string; batch?: Arrived[]; sent_at?: string };
}

export type Behaviour = (request: ArrivedRequest, response: ServerResponse) => void;

/** Answers as PostHog does. */
export const accept: Behaviour = (_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"status":"Ok"}');
};

/** A server on loopback, listening until `close`. */
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly requests: ArrivedRequest[];
  /** Every event that arrived, in order, whatever was answered. */
  events(): Arrived[];
  /** Resolves once `count` requests have arrived; rejects after `withinMs`. */
  arrived(count: number, withinMs?: number): Promise<void>;
  /** How it answers from now on. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

function parse(raw: Buffer): ArrivedRequest['body'] {
  try {
    const isGzip = raw[0] === 0x1f && raw[1] === 0x8b;
    return JSON.parse((isGzip ? gunzipSync(raw) : raw).toString('utf8'));
  } catch {
    return {};
  }
}

/** Starts a server on a free port of loopback; `isTls`: with the certificate of the tests. */
export async function startServer(behaviour: Behaviour = accept, isTls = false): Promise<Server> {
  let current = behaviour;
  const requests: ArrivedRequest[] = [];
  const waiting = new Set<() => void>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => {});
    request.on('end', () => {
      const raw = Buffer.concat(pieces);
      const { method = '', url = '', headers } = request;
      const arrived = { method, url, headers, raw, body: parse(raw) };
      requests.push(arrived);
      for (const check of waiting) check();
      current(arrived, response);
    });
  };
  const http = isTls
    ? createTlsServer({ key: KEY, cert: CERTIFICATE }, answer)
    : createServer(answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    port,
    requests,
    events: () => requests.flatMap(({ body }) => body.batch ?? []),
    arrived: (count, withinMs = 10_000) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (requests.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${requests.length} of ${count} requests arrived in ${withinMs} ms`));
        }, withinMs);
        waiting.add(check);
        check();
      }),
    behave: (next) => {
      current = next;
    },
    close: () => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
}
