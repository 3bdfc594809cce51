// Clients without a token: installers, and scripts that nobody set up. They have a project of their
// own, so that nobody can spoil another, and few requests.

import type { FastifyRequest } from 'fastify';
import type { Project } from '../event.ts';
import type { Rate } from '../gate/rate.ts';
import { clientOf } from '../http/client.ts';
import { Refused } from '../http/refused.ts';
import { unauthorized } from './token.ts';

export class Tokenless {
  /** `project` is undefined where such clients are not taken. */
  constructor(
    private readonly project: () => Project | undefined,
    private readonly rate: Rate<string>,
  ) {}

  /** The project for a request without a token. @throws Refused (401, 429) */
  take(request: FastifyRequest): Project {
    const project = this.project();
    if (!project) throw unauthorized('send the api_key of a project as a bearer token');
    if (!this.rate.take(clientOf(request), 1)) {
      throw new Refused(429, 'rate_limited', 'too many requests without an api_key; wait a minute');
    }
    return project;
  }
}
