// Logging in and out: the admin token is given once, then a cookie stands for it.

import type { FastifyInstance } from 'fastify';
import { parseJson, Refused, readBody } from '../http/body.ts';
import { INSTALL_BYTES, SESSION_MS } from '../limits.ts';
import { type Auth, COOKIE, isSameOrigin } from './auth.ts';

/** Registers the routes. The rate limit is the caller's. */
export function session(app: FastifyInstance, auth: Auth): void {
  app.post('/api/v1/login', async (request, reply) => {
    // Otherwise any page could log a visitor's browser in.
    if (request.headers.origin !== undefined && !isSameOrigin(request)) {
      throw new Refused(403, 'other_origin', 'log in from the dashboard itself');
    }
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as {
      token?: unknown;
    } | null;
    if (!auth.isToken(body?.token)) throw new Refused(401, 'wrong_token', 'this is not the token');
    return reply
      .setCookie(COOKIE, auth.session(), {
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
        path: '/',
        maxAge: SESSION_MS / 1000,
      })
      .code(200)
      .send({ ok: true });
  });
  app.post('/api/v1/logout', async (request, reply) => {
    if (!isSameOrigin(request))
      throw new Refused(403, 'other_origin', 'log out from the dashboard');
    return reply.clearCookie(COOKIE, { path: '/' }).code(200).send({ ok: true });
  });
  app.get('/api/v1/session', async (request) => ({ admin: auth.isAdmin(request) }));
}
