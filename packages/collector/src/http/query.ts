// A query's parameters are texts: one that is given twice would be a list, and nothing expects one.

import type { FastifyRequest } from 'fastify';
import { Refused } from './refused.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route reads its parameters itself, and takes some of them more than once. */
    isRepeatable?: boolean;
  }
}

/** A hook. @throws Refused (400) */
export async function refuseRepeated({ query, routeOptions }: FastifyRequest): Promise<void> {
  if (routeOptions.config.isRepeatable) return;
  for (const [name, value] of Object.entries(query as object)) {
    if (typeof value === 'string') continue;
    const words = `send ${name.slice(0, 64)} once`;
    throw new Refused(400, 'repeated_parameter', words);
  }
}
