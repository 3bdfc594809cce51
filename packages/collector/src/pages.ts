// The dashboard's pages, when they are there. They have a login: nobody may put them into a frame, and
// they run nothing but their own script.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import statics from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from './config.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The names of these files are made of their content: they never change. */
const FOR_GOOD = 'public, max-age=31536000, immutable';
/** Asked for again each time, and sent again only when it has changed. */
const ASK_AGAIN = 'no-cache';

/** Where the pages are, if they are there. */
export const folderOf = ({ dashboardFolder }: Config): string =>
  resolve(dashboardFolder ?? join(import.meta.dirname, '../../../../dashboard/dist'));

/** What a page may do, and who may do what with it. */
export const guard = (reply: FastifyReply): FastifyReply =>
  reply.headers({
    'content-security-policy': POLICY,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });

/** Serves them, or says what this is. */
export async function pages(scope: FastifyInstance, config: Config): Promise<void> {
  // The parameters of a page are its own: two filters are twice the same name.
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, isRepeatable: true };
  });
  scope.addHook('onSend', async (_request, reply) => {
    guard(reply);
  });
  const folder = folderOf(config);
  if (existsSync(folder)) {
    await scope.register(statics, {
      root: folder,
      index: ['index.html'],
      // The build has compressed them once, as well as it can be done.
      preCompressed: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        response.setHeader('cache-control', /[\\/]assets[\\/]/.test(path) ? FOR_GOOD : ASK_AGAIN);
      },
    });
  } else {
    scope.get('/', async (_request, reply) =>
      reply.type('text/plain').send('This is a collector. Its numbers: /api/v1/summary\n'),
    );
  }
}
