// `GET /api/v1/openapi.json`: the document, as it is in docs/.

import type { FastifyInstance } from 'fastify';
import { openApi } from './document.ts';

/** Registers the route. */
export function openApiRoute(app: FastifyInstance): void {
  let document: string | undefined;
  app.get('/api/v1/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(openApi());
    return reply.type('application/json').send(document);
  });
}
