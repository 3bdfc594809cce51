// Who is an admin: whoever knows the admin token, in a header or through a session cookie.
//
// The token is stored only as its hash. Comparisons take the same time whatever is given. A cookie
// counts for a request that changes something only when that request comes from our own pages.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearer } from '../dialects/token.ts';
import { Rate } from '../gate/rate.ts';
import { clientOf } from '../http/client.ts';
import { Refused } from '../http/refused.ts';
import { GUESSES_PER_MINUTE, SESSION_MS } from '../limits.ts';

export const COOKIE = 'collector_session';

export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');
export const newAdminToken = (): string => randomBytes(24).toString('base64url');
export const newSecret = (): string => randomBytes(32).toString('base64url');

function equal(a: string, b: string): boolean {
  // Hashes have one length, so neither length nor content shows in the time this takes.
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

export class Auth {
  /** `secret` signs cookies; it is bound to the token, so a new token ends all sessions. */
  constructor(
    private readonly tokenHash: string,
    private readonly secret: string,
    private readonly clock: () => number = Date.now,
    private readonly isEnded: (session: string) => boolean = () => false,
    private readonly guesses: Rate<string> = new Rate(GUESSES_PER_MINUTE),
  ) {}

  /**
   * Is this the token? A wrong one is a guess; an address that has guessed too often is told so,
   * whatever it sends then. @throws Refused (429)
   */
  isToken(request: FastifyRequest, token: unknown): boolean {
    const client = clientOf(request);
    if (this.guesses.isEmpty(client)) {
      throw new Refused(429, 'rate_limited', 'too many wrong tokens from here; wait a minute');
    }
    const isRight = typeof token === 'string' && equal(hashToken(token), this.tokenHash);
    if (!isRight) this.guesses.take(client, 1);
    return isRight;
  }

  /** A cookie value that is good for a week, or until it is ended. */
  session(): string {
    const id = `${this.clock() + SESSION_MS}.${randomBytes(12).toString('base64url')}`;
    return `${id}.${this.sign(id)}`;
  }

  /** The session of a cookie, if it is one and counts. */
  sessionOf(cookie: unknown): { id: string; untilMs: number } | undefined {
    if (typeof cookie !== 'string') return undefined;
    const [until = '', nonce = '', signature = ''] = cookie.split('.');
    const id = `${until}.${nonce}`;
    if (!equal(signature, this.sign(id)) || Number(until) <= this.clock()) return undefined;
    return this.isEnded(id) ? undefined : { id, untilMs: Number(until) };
  }

  /** Is this request an admin's? */
  isAdmin(request: FastifyRequest): boolean {
    const token = bearer(request.headers.authorization);
    if (token !== undefined) return this.isToken(request, token);
    if (!this.sessionOf(request.cookies[COOKIE])) return false;
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    // A WebSocket is opened with GET, by any page: it has to say where it comes from.
    const isPlainReading = isReading && request.headers.upgrade === undefined;
    return isPlainReading || isSameOrigin(request);
  }

  /** @throws Refused when the request is not an admin's. */
  check(request: FastifyRequest): void {
    if (!this.isAdmin(request)) {
      throw new Refused(401, 'admin_only', 'send the admin token as a bearer token, or log in');
    }
  }

  /** A hook for routes that only an admin may use. */
  readonly require = async (request: FastifyRequest, _reply: FastifyReply): Promise<void> =>
    this.check(request);

  private sign(text: string): string {
    return createHmac('sha256', this.secret + this.tokenHash)
      .update(text)
      .digest('base64url');
  }
}

/** Does a request come from a page of this very server? */
export function isSameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'same-origin';
  try {
    return new URL(origin).host === request.host;
  } catch {
    return false;
  }
}
