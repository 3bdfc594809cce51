// Logging in and out: the admin token is given once, then a cookie stands for it.

import type { FastifyInstance } from 'fastify';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES, LOGINS_PER_MINUTE, SESSION_MS } from '../limits.ts';
import '@fastify/rate-limit';
import { type Auth, COOKIE, isSameOrigin } from './auth.ts';

/** Against guessing; for the plugin that the caller registers. */
const LOGIN_RATE = { max: LOGINS_PER_MINUTE, timeWindow: 60_000 };

/** Registers the routes. */
export function session(
  app: FastifyInstance,
  auth: Auth,
  end: (id: string, untilMs: number) => Promise<void>,
): void {
  app.post('/api/v1/login', { config: { rateLimit: LOGIN_RATE } }, async (request, reply) => {
    // Otherwise any page could log a visitor's browser in.
    if (request.headers.origin !== undefined && !isSameOrigin(request)) {
      throw new Refused(403, 'other_origin', 'log in from the dashboard itself');
    }
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as {
      token?: unknown;
    } | null;
    const access = auth.ofToken(request, body?.token);
    if (!access) throw new Refused(401, 'wrong_token', 'this is not the token');
    return reply
      .setCookie(COOKIE, auth.session(access), {
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
    // Whoever has a copy of the cookie is out as well.
    const found = auth.sessionOf(request.cookies[COOKIE]);
    if (found) await end(found.id, found.untilMs);
    return reply.clearCookie(COOKIE, { path: '/' }).code(200).send({ ok: true });
  });
  app.get('/api/v1/session', async (request) => {
    const access = auth.accessOf(request);
    return {
      signed_in: access !== undefined,
      admin: auth.isAdmin(request),
      scope: access?.scope ?? null,
      project: access?.project ?? null,
    };
  });
}
