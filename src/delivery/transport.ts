// Carries one request over node:http or node:https, through a proxy where one is set.
//
// Not the built-in fetch: touching it costs a process about 90 ms more than node:http.
//
// Certificates are always checked: NODE_TLS_REJECT_UNAUTHORIZED=0, which somebody may have set for
// something else, would give key and events to whoever answers.

import * as http from 'node:http';
import { isIP, type Socket } from 'node:net';
import { untilMs } from '../clock';
import type { Environment } from '../environment';
import { MAX_ANSWER_BYTES } from '../limits';
import { bareHost, loginOf, proxyFor } from './proxy';
import { lookup } from './resolve';
import type { Answer, Request, Transport } from './sender';

/** node:http, or node:https, which is loaded only when it is needed: it costs milliseconds. */
const clientFor = async (url: URL) => (url.protocol === 'https:' ? import('node:https') : http);

/**
 * Ends a request at `endMs`, and rejects with an error. Not an AbortSignal, which takes a millisecond
 * more.
 */
function endAt(endMs: number, request: http.ClientRequest, reject: (error: Error) => void): void {
  const late = () => {
    reject(Object.assign(new Error('late'), { code: 'no answer in time' }));
    request.destroy();
  };
  const timer = setTimeout(late, untilMs(endMs));
  request.on('close', () => clearTimeout(timer));
}

/** Options of a TLS connection, whatever the environment says. */
const CHECKED = { rejectUnauthorized: true } as const;

/** Asks an HTTP proxy for a tunnel to `target`. @throws when the proxy refuses or is not there. */
async function tunnel(proxy: URL, target: URL, endMs: number): Promise<Socket> {
  const port = target.port || '443';
  const authority = `${target.hostname}:${port}`;
  const login = loginOf(proxy);
  const client = await clientFor(proxy);
  return new Promise((resolve, reject) => {
    const request = client.request({
      host: bareHost(proxy),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(login && {
          'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`,
        }),
      },
      agent: false,
      lookup,
      ...CHECKED,
    });
    endAt(endMs, request, reject);
    request.on('error', reject);
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      reject(Object.assign(new Error('refused'), { code: `proxy HTTP ${response.statusCode}` }));
    });
    request.on('response', (response) => {
      response.destroy();
      reject(Object.assign(new Error('refused'), { code: `proxy HTTP ${response.statusCode}` }));
    });
    request.end();
  });
}

/** Collects an answer, but no more of its body than anybody would look at. */
function collect(response: http.IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const finish = () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string | undefined>,
        text: Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES).toString('utf8'),
      });
    response.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length < MAX_ANSWER_BYTES) return;
      finish(); // First: to destroy a response is to abort it, which below is a failure.
      response.destroy();
    });
    response.on('end', finish);
    response.on('error', reject);
    response.on('aborted', () =>
      reject(Object.assign(new Error('cut off'), { code: 'ECONNRESET' })),
    );
  });
}

/** Whom the certificate must name. An address cannot be a server name (RFC 6066). */
function identity(url: URL) {
  const host = bareHost(url);
  return { host, servername: isIP(host) ? '' : host };
}

/**
 * A transport that obeys `HTTPS_PROXY` and `NO_PROXY` of `env`. Redirects are not followed.
 * A request through a proxy that is not understood fails.
 */
export function nodeTransport(env: Environment): Transport {
  // Node would still warn of it on stderr, although nothing here obeys it.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  return async (request: Request, endMs) => {
    const url = new URL(request.url);
    const isTls = url.protocol === 'https:';
    const proxy = isTls ? proxyFor(url, env) : undefined;
    const socket = proxy && (await tunnel(proxy, url, endMs));
    const body = Buffer.from(request.body);
    const client = await clientFor(url);
    const tls = socket && (await import('node:tls'));
    return new Promise<Answer>((resolve, reject) => {
      const outgoing = client.request(url, {
        method: request.method,
        headers: { ...request.headers, ...(body.length > 0 && { 'content-length': body.length }) },
        lookup,
        ...CHECKED,
        // Node asks for createConnection only where there is no agent at all; any agent, also the
        // one that `false` makes, would connect by itself, past the proxy.
        ...(tls
          ? { createConnection: () => tls.connect({ socket, ...identity(url), ...CHECKED }) }
          : { agent: false }),
      });
      endAt(endMs, outgoing, reject);
      outgoing.on('response', (response) => collect(response).then(resolve, reject));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}
