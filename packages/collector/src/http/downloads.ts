// Answers that are streams, such as exports. A reader may take hours: the end does not wait for it.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** The downloads that are under way. */
export class Downloads {
  private readonly open = new Set<ServerResponse>();

  /** Notes every answer of `app` that is a stream. */
  watch(app: FastifyInstance): void {
    app.addHook('onSend', async (_request, reply, payload) => {
      if (!(payload instanceof Readable)) return;
      const { raw } = reply;
      this.open.add(raw);
      raw.on('close', () => this.open.delete(raw));
    });
  }

  /** Cuts them off; their readers see that something is missing. */
  cut(): void {
    for (const response of this.open) response.destroy();
  }
}
