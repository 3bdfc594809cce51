// The tracker, as pages load it: as it was built, and compressed. Its snippet carries its hash; an address that names
// the hash never changes what it gives.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isKnown } from '../http/tagged.ts';

const FOLDER = join(import.meta.dirname, '../../../../../tracker/dist');
const FOR_GOOD = 'public, max-age=31536000, immutable';
/** Asked for again after an hour, as pages that name no version want the newest. */
const AN_HOUR = 'public, max-age=3600';

export interface Tracker {
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
  /** As `integrity` of a script element takes it. */
  readonly integrity: string;
  /** Letters of the hash that tell versions apart. */
  readonly version: string;
}

/** The tracker; undefined where it was not built. */
export function readTracker(folder = FOLDER): Tracker | undefined {
  const read = (name: string) => readFileSync(join(folder, name));
  try {
    const plain = read('tracker.js');
    const hash = createHash('sha384').update(plain).digest();
    return {
      plain,
      br: read('tracker.js.br'),
      gzip: read('tracker.js.gz'),
      integrity: `sha384-${hash.toString('base64')}`,
      version: hash.toString('hex').slice(0, 12),
    };
  } catch {
    return undefined;
  }
}

/** What a site puts into its pages. `url` is where this collector is seen from there. */
export const snippetOf = ({ version, integrity }: Tracker, url: string, key: string): string =>
  `<script defer src="${url}/tracker.js?v=${version}" data-site-id="${key}" integrity="${integrity}" crossorigin="anonymous"></script>`;

/** Registers `GET /tracker.js`, and the address that Plausible's snippet has. CORS is the caller's. */
export function trackerScript(app: FastifyInstance, tracker = readTracker()): void {
  const send = (request: FastifyRequest, reply: FastifyReply) => {
    if (!tracker) {
      return reply
        .code(404)
        .send({ type: 'not_found', code: 'not_built', detail: 'the tracker was not built here' });
    }
    const { version, plain, br, gzip } = tracker;
    const asked = (request.query as { v?: string }).v;
    reply.headers({
      'cache-control': asked === version ? FOR_GOOD : AN_HOUR,
      etag: `"${version}"`,
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (isKnown(request, `"${version}"`)) return reply.code(304).send();
    reply.type('text/javascript; charset=utf-8');
    const accepted = request.headers['accept-encoding'] ?? '';
    if (/\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(br);
    if (/\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(gzip);
    return reply.send(plain);
  };
  for (const path of ['/tracker.js', '/js/script.js']) app.get(path, send);
}
