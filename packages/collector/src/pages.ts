// The dashboard's page, when it is there. It has a login: nobody may put it into a frame.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import statics from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';

/** Serves it, or says what this is. */
export async function pages(scope: FastifyInstance, config: Config): Promise<void> {
  scope.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', "frame-ancestors 'none'");
    reply.header('x-frame-options', 'DENY');
    reply.header('x-content-type-options', 'nosniff');
  });
  const folder =
    config.dashboardFolder ?? resolve(import.meta.dirname, '../../../../dashboard/dist');
  if (existsSync(folder)) {
    await scope.register(statics, { root: resolve(folder), index: ['index.html'] });
  } else {
    scope.get('/', async (_request, reply) =>
      reply.type('text/plain').send('This is a collector. Its numbers: /api/v1/summary\n'),
    );
  }
}
