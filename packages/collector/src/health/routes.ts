// `GET /health`: for machines and strangers, ok or not; for admins, everything that was looked at.

import type { FastifyInstance } from 'fastify';
import type { Auth } from '../admin/auth.ts';
import type { Health } from './health.ts';

/** Registers the routes. */
export function healthRoutes(app: FastifyInstance, auth: Auth, health: Health): void {
  app.get('/health', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // Without an admin's token nothing is looked at: a stranger can neither learn nor cause anything.
    const isAdmin = auth.isAdmin(request);
    const report = isAdmin ? await health.look() : undefined;
    const isOk = report ? report.status === 'ok' : health.isOk;
    return reply.code(isOk ? 200 : 503).send(report ?? { status: isOk ? 'ok' : 'failing' });
  });
  // `forget` of the shim asks who answers here before it asks for a deletion.
  app.get('/api/v1/health', async () => ({
    service: 'onramp-analytics-collector',
    status: 'ok',
  }));
}
