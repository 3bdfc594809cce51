// How the warehouse is, and making it anew.

import type { FastifyInstance } from 'fastify';
import type { Auth } from '../admin/auth.ts';
import type { Copy, Keeper } from '../warehouse/keeper.ts';
import { noWarehouse } from './query.ts';

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** As the API tells it. */
export const shown = (copy: Copy) => ({
  state: copy.state,
  reason: copy.reason,
  behind: copy.waiting,
  rebuilding: copy.isFilling,
  failing_since: isoOf(copy.failingSinceMs),
  written_at: isoOf(copy.writtenMs),
  events: copy.rows,
  bytes: copy.bytes,
  memory_bytes: copy.memoryBytes,
});

/** Registers the routes. */
export function warehouse(
  app: FastifyInstance,
  { auth, keeper }: { auth: Auth; keeper: Keeper | undefined },
): void {
  const onRequest = auth.require;
  app.get('/api/v1/warehouse', { onRequest }, async () => {
    if (!keeper) throw noWarehouse();
    return shown(await keeper.status());
  });
  app.post('/api/v1/warehouse/rebuild', { onRequest }, async (_request, reply) => {
    if (!keeper) throw noWarehouse();
    keeper.rebuild();
    return reply.code(202).send(shown(await keeper.status()));
  });
}
