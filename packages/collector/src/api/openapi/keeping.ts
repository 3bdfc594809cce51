// Routes of those who keep the data: projects, dead letters, erasing, installations, signing in.

import { list, nullable, object, PROJECT, partial, type Parameter, type Route, text, whole } from './route.ts';
import { INSTALL, RECORD } from './sending.ts';

const project = object({ id: whole(), name: text(), token: text(), retention_days: whole() });

const letter = object({
  id: whole(),
  project: nullable(whole()),
  received: text(),
  dialect: text(),
  reason: text('Why it was not taken: one of a closed set.'),
  distinct_id: nullable(text()),
  payload: { description: 'What was sent, without addresses; null when it was too large to keep.' },
});

const PAGE: readonly Parameter[] = [
  { name: 'after', doc: '`next_after` of the page before.' },
  { name: 'limit', doc: '1 to 1,000; 100 if it is missing.', schema: { type: 'integer' } },
];
const HOME: Parameter = {
  name: 'project',
  doc: 'Name or number; the project of clients without a token if it is missing.',
};
const MISSING = { 404: { doc: 'There is nothing of this id.' } };
const ok = object({ ok: { type: 'boolean' } });

const installRoutes = (prefix: string): Route[] => [
  {
    at: [`GET ${prefix}/installs`],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Installations, in the order of their ids.',
    query: [HOME, { name: 'after', doc: 'The last id of the page before.' }, PAGE[1]!],
    answers: { 200: { doc: 'A page.', schema: object({ data: list(INSTALL) }) } },
  },
  {
    at: [`GET ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'admin',
    summary: 'One installation.',
    query: [HOME],
    answers: { 200: { doc: 'It.', schema: object({ data: INSTALL }) }, ...MISSING },
  },
  {
    at: [`PATCH ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Replaces the properties of an installation.',
    query: [HOME],
    body: { doc: 'The new ones.', schema: object({ properties: { type: 'object' } }) },
    answers: { 200: { doc: 'It.', schema: object({ data: INSTALL }) }, ...MISSING },
  },
  {
    at: [`DELETE ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Deletes an installation; its events stay.',
    query: [HOME],
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
  },
];

export const keeping: readonly Route[] = [
  {
    at: ['GET /api/v1/projects'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The projects, the first one first.',
    answers: { 200: { doc: 'All.', schema: object({ projects: list(project) }) } },
  },
  {
    at: ['POST /api/v1/projects'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Makes a project.',
    body: {
      doc: 'Its name, and how long events are kept.',
      schema: { ...partial({ name: text(), retention_days: whole() }), required: ['name'] },
    },
    answers: {
      201: { doc: 'The project, with its token.', schema: project },
      400: { doc: 'No name, or no number of days.' },
      409: { doc: 'A project has this name.' },
    },
  },
  {
    at: ['PATCH /api/v1/projects/{id}'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Changes a project.',
    body: { doc: 'What changes.', schema: partial({ name: text(), retention_days: whole() }) },
    answers: {
      200: { doc: 'As it is now.', schema: project },
      404: { doc: 'There is no such project.' },
      409: { doc: 'A project has this name.' },
    },
  },
  {
    at: ['POST /api/v1/forget'],
    tag: 'Keeping',
    who: 'token',
    summary: 'Erases an id: its events, counts, installation and dead letters, in every copy.',
    doc: 'With a project’s token: in that project. With the admin token: in the one that is named, or in all.',
    body: {
      doc: 'Whom.',
      schema: { ...partial({ distinct_id: text(), project: text() }), required: ['distinct_id'] },
    },
    answers: {
      200: {
        doc: 'It is gone from the store.',
        schema: object({
          forgotten: object({ events: whole(), installs: whole(), dead_letters: whole() }),
        }),
      },
      400: { doc: 'No id.' },
    },
  },
  {
    at: ['GET /api/v1/dead-letters'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'What was not taken, and why.',
    query: [{ ...PROJECT, doc: 'Of this project; of all if it is missing.' }, ...PAGE],
    answers: {
      200: {
        doc: 'A page.',
        schema: object({ dead_letters: list(letter), next_after: nullable(whole()) }),
      },
    },
  },
  {
    at: ['GET /api/v1/dead-letters/export'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'All of them, a line each.',
    query: [PROJECT],
    answers: { 200: { doc: 'A stream.', type: 'application/x-ndjson' } },
  },
  {
    at: ['POST /api/v1/dead-letters/replay'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Tries all of them again; those that are taken are deleted.',
    query: [PROJECT],
    answers: { 200: { doc: 'How many.', schema: object({ replayed: whole(), left: whole() }) } },
  },
  {
    at: ['POST /api/v1/dead-letters/{id}/replay'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Tries one again.',
    answers: { 200: { doc: 'Whether it was taken.', schema: object({ replayed: { type: 'boolean' } }) }, ...MISSING },
  },
  {
    at: ['DELETE /api/v1/dead-letters/{id}'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Deletes one.',
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
  },
  ...installRoutes('/v1'),
  {
    at: ['GET /v1/events', 'GET /api/v1/events'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The latest events of installers.',
    query: [HOME, PAGE[1]!],
    answers: { 200: { doc: 'The latest first.', schema: object({ data: list(RECORD) }) } },
  },
  {
    at: ['GET /v1/events/{id}', 'GET /api/v1/events/{id}'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'One event, by its uuid.',
    query: [HOME],
    answers: { 200: { doc: 'It.', schema: object({ data: RECORD }) }, ...MISSING },
  },
  {
    at: ['DELETE /v1/events/{id}', 'DELETE /api/v1/events/{id}'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Deletes one event, in every copy.',
    query: [HOME],
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
  },
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
    summary: 'Whether who asks is an admin.',
    answers: { 200: { doc: 'Yes or no.', schema: object({ admin: { type: 'boolean' } }) } },
  },
];
