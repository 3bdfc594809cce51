// `/static/array.js`: what PostHog's HTML snippet loads from the host that it is given.
//
// It is posthog-js itself, in the build that loads nothing more, out of the package of that name. Where
// the package is not installed, the answer is a script that says so in the page's console: a redirect to
// PostHog would tell a third party of every visit.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const BUILD = 'dist/array.full.no-external.js';

const MISSING = `console.error(${JSON.stringify(
  "This collector has no copy of posthog-js. Install it beside the collector (npm install posthog-js), or bundle it with your page: import posthog from 'posthog-js'.",
)});\n`;

interface Script {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  readonly tag: string;
}

function load(): Script | undefined {
  try {
    const found = createRequire(import.meta.url).resolve('posthog-js/package.json');
    const plain = readFileSync(join(dirname(found), BUILD));
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 16);
    return { plain, gzipped: gzipSync(plain), tag: `"${hash}"` };
  } catch {
    return undefined;
  }
}

/** Registers the route. CORS is the caller's. */
export function posthogScript(app: FastifyInstance): void {
  let script: Script | undefined;
  let isLoaded = false;
  app.get('/static/array.js', async (request, reply) => {
    if (!isLoaded) script = load(); // at the first request: most collectors get none
    isLoaded = true;
    reply.type('application/javascript; charset=utf-8');
    if (!script) return reply.header('cache-control', 'no-cache').send(MISSING);
    reply
      .header('cache-control', 'public, max-age=3600')
      .header('etag', script.tag)
      .header('vary', 'accept-encoding');
    if (request.headers['if-none-match'] === script.tag) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(script.plain);
    return reply.header('content-encoding', 'gzip').send(script.gzipped);
  });
}
