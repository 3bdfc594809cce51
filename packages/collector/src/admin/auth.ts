// Who asks: whoever knows the admin token or a token of a project, in a header or through a session
// cookie.
//
// Tokens are stored only as hashes. Comparisons take the same time whatever is given. A cookie counts for
// a request that changes something only when that request comes from our own pages, and only as long as
// its token does.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearer } from '../dialects/token.ts';
import { Rate } from '../gate/rate.ts';
import { clientOf } from '../http/client.ts';
import { Refused } from '../http/refused.ts';
import { GUESSES_PER_MINUTE, SESSION_MS } from '../limits.ts';
import { hashToken, type Token, type Tokens } from '../store/tokens.ts';
import type { Access } from './access.ts';

export const COOKIE = 'collector_session';

export const newSecret = (): string => randomBytes(32).toString('base64url');

function equal(a: string, b: string): boolean {
  // Hashes have one length, so neither length nor content shows in the time this takes.
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

interface Parts {
  /** Of the admin token of the settings. */
  readonly tokenHash: string;
  /** Signs cookies; it is bound to the token, so a new token ends all sessions. */
  readonly secret: string;
  readonly tokens: Pick<Tokens, 'find' | 'byId'>;
  readonly isEnded: (session: string) => boolean;
  readonly clock: () => number;
}

/** What a route needs: to see a project, to change it, or everything. */
type Need = 'read' | 'admin' | 'everything';

const ALL = { scope: 'admin', project: undefined, token: undefined, session: undefined } as const;

export class Auth {
  private readonly guesses = new Rate<string>(GUESSES_PER_MINUTE);

  constructor(private readonly parts: Parts) {}

  /**
   * What a token gives. A wrong one is a guess; an address that has guessed too often is told so,
   * whatever it sends then. @throws Refused (429)
   */
  ofToken(request: FastifyRequest, token: unknown): Access | undefined {
    const client = clientOf(request);
    if (this.guesses.isEmpty(client)) {
      throw new Refused(429, 'rate_limited', 'too many wrong tokens from here; wait a minute');
    }
    if (typeof token === 'string') {
      if (equal(hashToken(token), this.parts.tokenHash)) return ALL;
      const found = this.parts.tokens.find(token);
      if (found) return accessOf(found);
    }
    this.guesses.take(client, 1);
    return undefined;
  }

  /** A cookie value that is good for a week, or until it or its token is ended. */
  session({ token }: Access): string {
    const of = token === undefined ? '' : (this.mark(token) ?? '-');
    const nonce = randomBytes(12).toString('base64url');
    const id = `${this.parts.clock() + SESSION_MS}.${nonce}.${of}`;
    return `${id}.${this.sign(id)}`;
  }

  /** The session of a cookie, if it is one and counts. */
  sessionOf(cookie: unknown): { id: string; untilMs: number; access: Access } | undefined {
    if (typeof cookie !== 'string') return undefined;
    const [until = '', nonce = '', of = '', signature = ''] = cookie.split('.');
    const id = `${until}.${nonce}.${of}`;
    const untilMs = Number(until);
    if (!equal(signature, this.sign(id)) || untilMs <= this.parts.clock()) return undefined;
    if (this.parts.isEnded(id)) return undefined;
    const number = Number.parseInt(of, 10);
    const token = of === '' ? undefined : this.parts.tokens.byId(number);
    // Revoked, or another one in its place.
    if (of !== '' && (!token || this.mark(number) !== of)) return undefined;
    const access = token ? accessOf(token) : ALL;
    return access && { id, untilMs, access: { ...access, session: id } };
  }

  /** What this request may, by its header or else by its cookie. @throws Refused (429) */
  accessOf(request: FastifyRequest): Access | undefined {
    const token = bearer(request.headers.authorization);
    if (token !== undefined) return this.ofToken(request, token);
    const found = this.sessionOf(request.cookies[COOKIE]);
    if (!found) return undefined;
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    // A WebSocket is opened with GET, by any page: it has to say where it comes from.
    const isPlainReading = isReading && request.headers.upgrade === undefined;
    return isPlainReading || isSameOrigin(request) ? found.access : undefined;
  }

  /** May this request everything? @throws Refused (429) */
  isAdmin(request: FastifyRequest): boolean {
    const access = this.accessOf(request);
    return access?.scope === 'admin' && access.project === undefined;
  }

  /** Notes who asks, as `request.access`. @throws Refused when that is not enough. */
  check(request: FastifyRequest, need: Need): void {
    const access = this.accessOf(request);
    if (!access) {
      throw new Refused(401, 'admin_only', 'send the admin token as a bearer token, or log in');
    }
    const isEnough =
      need === 'read' ||
      (access.scope === 'admin' && (need === 'admin' || access.project === undefined));
    if (!isEnough) {
      throw new Refused(403, 'not_allowed', `this token may not; ${WORDS[need]}`);
    }
    request.access = access;
  }

  /** A hook for routes that show a project. */
  readonly reads = this.hook('read');
  /** A hook for routes that change a project. */
  readonly changes = this.hook('admin');
  /** A hook for routes that are about all projects. */
  readonly require = this.hook('everything');

  private hook(need: Need) {
    return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> =>
      this.check(request, need);
  }

  /** A token as it was when a session began with it: another one in its place has another time. */
  private mark(token: number): string | undefined {
    const found = this.parts.tokens.byId(token);
    return found && `${found.id}-${found.createdMs}`;
  }

  private sign(text: string): string {
    return createHmac('sha256', this.parts.secret + this.parts.tokenHash)
      .update(text)
      .digest('base64url');
  }
}

const WORDS: Readonly<Record<Need, string>> = {
  read: 'send a token to read with',
  admin: 'send an admin token, of this project or of all',
  everything: 'send the admin token of all projects',
};

/** What a token gives here: to write with, nothing. */
function accessOf({ id, scope, project }: Token): Access | undefined {
  if (scope === 'write') return undefined;
  return { scope, project: project ?? undefined, token: id, session: undefined };
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
