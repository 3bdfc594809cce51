// The clock: whether it is believed, and the operator's word that it is right.

import type { FastifyInstance } from 'fastify';
import type { Store } from '../store/store.ts';
import type { Auth } from './auth.ts';

/** Registers the routes. */
export function clockRoutes(
  app: FastifyInstance,
  { auth, store, clock }: { auth: Auth; store: Store; clock: () => number },
): void {
  const onRequest = auth.require;
  const shown = async () => {
    const { steadyMs, aheadMs } = await store.clock();
    return {
      clock: new Date(clock()).toISOString(),
      retention_goes_by: new Date(steadyMs).toISOString(),
      ahead_ms: aheadMs,
    };
  };
  app.get('/api/v1/clock', { onRequest }, shown);
  app.post('/api/v1/clock', { onRequest }, async () => {
    await store.believeClock(clock());
    return shown();
  });
}
