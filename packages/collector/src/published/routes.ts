// What everybody may see: `GET /api/v1/public/NAME`. It is answered from memory, and is the same for all.

import type { FastifyInstance } from 'fastify';
import { Refused } from '../http/refused.ts';
import { PUBLIC_AGE_S, PUBLIC_STEP } from '../limits.ts';
import type { Store } from '../store/store.ts';

/** Registers the route. */
export function publicFigures(
  app: FastifyInstance,
  { projects, published }: Pick<Store, 'projects' | 'published'>,
): void {
  app.get('/api/v1/public/:name', async (request, reply) => {
    const { name } = request.params as { name: string };
    const project = projects.list().find((each) => each.name === name);
    // The same for one that there is and for one that there is not.
    if (!project || !published.has(project.id)) {
      throw new Refused(404, 'not_published', 'no project of this name is published');
    }
    return reply.header('cache-control', `public, max-age=${PUBLIC_AGE_S}`).send({
      project: project.name,
      time_zone: 'UTC',
      at_least: PUBLIC_STEP,
      rounded_down_to: PUBLIC_STEP,
      months: published.months(project.id),
    });
  });
}
