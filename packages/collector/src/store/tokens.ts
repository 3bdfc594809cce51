// Tokens: who may do what, in one project or in all. Of a token only its hash is kept.

import { createHash, randomBytes } from 'node:crypto';

/**
 * write: sends events, and has an id erased. read: sees everything of its project. admin: also changes it,
 * its tokens too; without a project, everything.
 */
export const SCOPES = ['admin', 'write', 'read'] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as it is kept. */
export interface Token {
  readonly id: number;
  /** Null: of all projects. */
  readonly project: number | null;
  readonly scope: Scope;
  /** What it is for, in the words of whoever made it. */
  readonly label: string;
  /** Its end, to tell it from others. */
  readonly hint: string;
  readonly createdMs: number;
}

/** A token that is to be kept. */
export interface NewToken {
  readonly project: number | null;
  readonly scope: Scope;
  readonly label: string;
  /** In clear; it is forgotten when it is hashed. */
  readonly token: string;
}

/**
 * The tokens of a store. Reading is from memory, because every request asks: one that is gone counts for
 * nothing at once.
 */
export interface Tokens {
  find(token: string): Token | undefined;
  byId(id: number): Token | undefined;
  /** Those of a project; of all projects and of none without. */
  list(project?: number): readonly Token[];
  /** @throws Conflict when there is such a token */
  add(token: NewToken, nowMs: number): Promise<Token>;
  /** Another token in the place of one: the old one counts for nothing from now on. */
  replace(id: number, token: string, nowMs: number): Promise<Token | undefined>;
  /** False: there is none. */
  remove(id: number): Promise<boolean>;
}

const PREFIX: Readonly<Record<Scope, string>> = { admin: 'admin_', write: 'phc_', read: 'read_' };

/** A token that nobody can guess. The beginning says what it may. */
export const newToken = (scope: Scope): string =>
  PREFIX[scope] + randomBytes(24).toString('base64url');

/** A token as it is kept. It is random, so it needs no salt. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

const HINT = 4;

/** Too little of a token to be of use to anybody. */
export const hintOf = (token: string): string =>
  token.length >= 4 * HINT ? token.slice(-HINT) : '';
