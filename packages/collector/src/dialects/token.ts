// The token of a request: which project it is for.

import { Refused } from '../http/refused.ts';
import { TOKEN_CHARS } from '../limits.ts';

/** Checks the shape of a token, and takes off the space around it that copying leaves. */
export function checkToken(value: unknown): string {
  if (typeof value !== 'string') throw unauthorized('the request has no api_key');
  const token = value.trim();
  if (token === '') throw unauthorized('the api_key is empty');
  if (token.length > TOKEN_CHARS || /[^\x21-\x7e]/.test(token)) {
    throw unauthorized('the api_key is not valid');
  }
  if (token.startsWith('phx_')) {
    throw unauthorized('this is a personal api key; use the key of the project');
  }
  return token;
}

export const unauthorized = (message: string): Refused =>
  new Refused(401, 'invalid_api_key', message);

/** The token of an `Authorization: Bearer …` header. */
export function bearer(header: string | undefined): string | undefined {
  return /^bearer\s+(.+)$/i.exec(header ?? '')?.[1]?.trim();
}
