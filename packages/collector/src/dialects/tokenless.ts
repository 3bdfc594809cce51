// Clients without a token: installers, and scripts that nobody set up. They have projects of their own,
// so that nobody can spoil another, and few requests.

import type { FastifyRequest } from 'fastify';
import type { Project } from '../event.ts';
import type { Rate } from '../gate/rate.ts';
import { clientOf } from '../http/client.ts';
import { Refused } from '../http/refused.ts';
import { unauthorized } from './token.ts';

export class Tokenless {
  /** `project` is undefined where such clients are not taken. */
  constructor(
    private readonly project: (() => Promise<Project>) | undefined,
    private readonly rate: Rate<string>,
  ) {}

  /** The project for a request without a token; made for the first of them. @throws Refused (401, 429) */
  async take(request: FastifyRequest): Promise<Project> {
    if (!this.project) throw unauthorized('send the api_key of a project as a bearer token');
    if (!this.rate.take(clientOf(request), 1)) {
      throw new Refused(429, 'rate_limited', 'too many requests without an api_key; wait a minute');
    }
    return this.project();
  }
}
