// Parameters that a route does not have are refused: `?form=csv` for `?format=csv` would be answered with
// something else than was asked for, without a word. What there is stands in the description of the route.

import type { FastifyRequest } from 'fastify';
import { Refused } from '../http/refused.ts';
import { ROUTES } from './openapi/document.ts';

/** `GET /api/v1/export` → the names of its parameters. Other paths are asked by probes, and in words of others. */
const KNOWN: ReadonlyMap<string, readonly string[]> = new Map(
  ROUTES.flatMap(({ at, query = [] }) =>
    at
      .filter((each) => / (\/api)?\/v1\//.test(each))
      .map((each): [string, string[]] => [
        each.replaceAll(/\{(\w+)\}/g, ':$1'),
        query.map(({ name }) => name),
      ]),
  ),
);

/** A hook. Routes that read their parameters themselves also judge them. @throws Refused (400) */
export async function refuseUnknown({
  method,
  query,
  routeOptions,
}: FastifyRequest): Promise<void> {
  const known = KNOWN.get(`${method === 'HEAD' ? 'GET' : method} ${routeOptions.url}`);
  if (known === undefined || routeOptions.config.isRepeatable) return;
  for (const name of Object.keys(query as object)) {
    if (known.includes(name)) continue;
    const there = known.length === 0 ? 'this route has none' : `this route has ${known.join(', ')}`;
    const words = `there is no parameter ${name.slice(0, 64)}: ${there}`;
    throw new Refused(400, 'unknown_parameter', words);
  }
}
