// Answers that are streams, such as exports. A reader may take hours: the end does not wait for it. Each
// has a thread of its own, so there are few at once.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EXPORTS_AT_ONCE } from '../limits.ts';
import { Refused } from './refused.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route's answer may be as large as the data. */
    isExport?: boolean;
  }
}

/** The downloads that are under way. */
export class Downloads {
  private readonly open = new Set<ServerResponse>();
  private exports = 0;

  /** Notes every answer of `app` that is a stream. */
  watch(app: FastifyInstance): void {
    app.addHook('preHandler', (request, reply) => this.admit(request, reply));
    app.addHook('onSend', async (_request, reply, payload) => {
      if (!(payload instanceof Readable)) return;
      const { raw } = reply;
      this.open.add(raw);
      raw.on('close', () => this.open.delete(raw));
    });
  }

  /** @throws Refused when there are as many exports as there may be */
  private async admit({ routeOptions }: FastifyRequest, { raw }: FastifyReply): Promise<void> {
    if (!routeOptions.config.isExport) return;
    if (this.exports >= EXPORTS_AT_ONCE) {
      throw new Refused(
        503,
        'too_many_exports',
        `${EXPORTS_AT_ONCE} exports are under way, as many as there may be; ask again when one is done`,
      );
    }
    this.exports++;
    raw.once('close', () => this.exports--);
  }

  /** Cuts them off; their readers see that something is missing. */
  cut(): void {
    for (const response of this.open) response.destroy();
  }
}
