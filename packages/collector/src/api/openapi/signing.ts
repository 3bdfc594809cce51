// Routes to sign in and out.

import { nullable, object, type Route, text, whole } from './route.ts';

const ok = object({ ok: { type: 'boolean' } });

export const signing: readonly Route[] = [
  {
    at: ['POST /api/v1/login'],
    tag: 'Keeping',
    who: 'anybody',
    summary: 'Signs a page in: the token is given once, then a cookie stands for it.',
    body: { doc: 'The token.', schema: object({ token: text() }) },
    answers: { 200: { doc: 'With the cookie.', schema: ok }, 401: { doc: 'It is not the token.' } },
  },
  {
    at: ['POST /api/v1/logout'],
    tag: 'Keeping',
    who: 'anybody',
    summary: 'Ends the session, for every copy of its cookie.',
    answers: { 200: { doc: 'It is over.', schema: ok } },
  },
  {
    at: ['GET /api/v1/session'],
    tag: 'Keeping',
    who: 'anybody',
    summary: 'What who asks may.',
    answers: {
      200: {
        doc: 'What it may.',
        schema: object({
          signed_in: { type: 'boolean' },
          admin: { type: 'boolean' },
          scope: nullable(text()),
          project: nullable(whole()),
        }),
      },
    },
  },
];
