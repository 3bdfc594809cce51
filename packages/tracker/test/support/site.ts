// A site with the tracker in its pages, and a host of another origin that takes what it sends.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Sent {
  readonly type: string;
  readonly uuid: string;
  readonly url: string;
  readonly referrer: string;
  readonly visitorId?: string;
  readonly cache?: { readonly visitId: string };
  readonly engaged?: number;
  readonly name?: string;
  readonly data?: Record<string, unknown>;
  readonly id?: string;
}

/** What a test sees of the two. */
export interface World {
  /** The site: `http://127.0.0.1:PORT`. */
  readonly site: string;
  /** Events in the order in which they came, each request's together. */
  readonly sent: Sent[];
  /** Bodies of requests, as they came. */
  readonly bodies: { siteId: string; sentAt: number; events: Sent[] }[];
  /** Paths that the site was asked for. */
  readonly requests: string[];
  /** Attributes of the element, besides `data-site-id`. */
  attributes: string;
  /** The rest of a page. */
  body: string;
  /** Of the site's answers. */
  headers: Record<string, string>;
  /** What the host answers; 0: it closes the connection. */
  status: number;
  /** Resolves when so many events have come, or with what there is after 8 s. */
  until(count: number): Promise<Sent[]>;
  close(): Promise<void>;
}

const TRACKER = readFileSync(join(import.meta.dirname, '../../dist/tracker.js'));

export async function makeWorld(): Promise<World> {
  const sent: Sent[] = [];
  const bodies: World['bodies'] = [];
  let arrived = () => {};
  const host = createServer(async (request, response) => {
    if (request.url === '/tracker.js') {
      response.setHeader('content-type', 'text/javascript');
      return response.end(TRACKER);
    }
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-allow-credentials', 'true');
    const text = await read(request);
    if (world.status === 0) return request.socket.destroy();
    response.statusCode = world.status;
    if (world.status === 200) {
      const body = JSON.parse(text);
      bodies.push(body);
      sent.push(...body.events);
      arrived();
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ success: true, cache: { visitId: 'visit-1', iat: 1, sessionStart: 1 } }),
    );
  });
  const site = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/favicon.ico') return response.writeHead(404).end();
    const { pathname } = new URL(request.url!, 'http://x');
    world.requests.push(pathname);
    if (pathname === '/redirect') return response.writeHead(302, { location: '/landed' }).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...world.headers });
    response.end(`<!doctype html><title>${pathname}</title><body style="height: 4000px">
<script defer src="${addressOf(host)}/tracker.js" data-site-id="site-1" ${world.attributes}></script>
${world.body}`);
  });
  await Promise.all([listen(host), listen(site)]);
  const world: World = {
    site: addressOf(site),
    sent,
    bodies,
    requests: [],
    attributes: '',
    body: '',
    headers: {},
    status: 200,
    async until(count) {
      const deadline = Date.now() + 8_000;
      while (sent.length < count && Date.now() < deadline) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, deadline - Date.now());
          arrived = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
      return sent;
    },
    async close() {
      for (const server of [host, site]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
  return world;
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const listen = (server: Server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
