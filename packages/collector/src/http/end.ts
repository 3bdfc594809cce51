// The end of the server, after SIGTERM: bounded, whoever is slow.

import type { FastifyInstance } from 'fastify';
import { END_DOWNLOADS_MS, END_REQUESTS_MS } from '../limits.ts';
import type { Downloads } from './downloads.ts';

/** Closes the server: what was received is answered, but nobody who is slow is waited for. */
export async function endServer(app: FastifyInstance, downloads: Downloads): Promise<void> {
  // A connection that has got its answer is idle, but kept open for more.
  const idle = setInterval(() => app.server.closeIdleConnections(), 20);
  const cut = setTimeout(() => downloads.cut(), END_DOWNLOADS_MS);
  const cutAll = setTimeout(() => app.server.closeAllConnections(), END_REQUESTS_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
    clearTimeout(cutAll);
  }
}
