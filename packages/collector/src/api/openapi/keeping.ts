// Routes of those who keep the data: projects, dead letters, erasing, installations, signing in.

import { KINDS } from '../../../../schema/src/columns.ts';
import { SCOPES } from '../../store/tokens.ts';
import {
  list,
  nullable,
  object,
  type Parameter,
  PROJECT,
  partial,
  type Route,
  text,
  whole,
} from './route.ts';
import { INSTALL, RECORD } from './sending.ts';

const KIND = { type: 'string', enum: [...KINDS] };
const PUBLIC = { type: 'boolean', description: 'Whether everybody may see its months.' };
const ZONE = text('Whose days its pages and questions have: an IANA name.');
const project = object({
  id: whole(),
  name: text(),
  kind: KIND,
  retention_days: whole(),
  time_zone: ZONE,
  public: PUBLIC,
});
const made = object({
  id: whole(),
  name: text(),
  kind: KIND,
  retention_days: whole(),
  time_zone: ZONE,
  public: PUBLIC,
  token: text('To send with. It is shown this once.'),
});

const token = {
  id: whole(),
  project: nullable(whole('null: all of them.')),
  scope: { type: 'string', enum: [...SCOPES] },
  label: text(),
  hint: text('How it begins or ends.'),
  created_at: text(),
};
const tokenMade = object({ ...token, token: text('It is shown this once.') });

const letter = object({
  id: whole(),
  project: nullable(whole()),
  received: text(),
  dialect: text(),
  reason: text('Why it was not taken: one of a closed set.'),
  distinct_id: nullable(text()),
  payload: { description: 'What was sent, without addresses; null when it was too large to keep.' },
});

const RECEIPT = {
  receipt: text('To ask with.'),
  requested_at: text(),
  done_at: nullable(text('null: something is left.')),
  waiting_for: list(text('`store`, `warehouse` or `archive`.')),
  forgotten: object({ events: whole(), installs: whole(), dead_letters: whole() }),
};
const receipt = object(RECEIPT);

/** Answers to what erases: all is done, or the rest follows. */
const erasing = (schema: typeof receipt) => ({
  200: { doc: 'It is gone everywhere.', schema },
  202: {
    doc: 'It is written down and being done: `waiting_for` says where, and the receipt when it is gone.',
    schema,
  },
});
const deletion = object({ deleted: object({ id: whole(), name: text() }), ...RECEIPT });
const clock = object({
  clock: text('What the machine says.'),
  retention_goes_by: text(),
  ahead_ms: nullable(whole('How far the clock is ahead of it, and not believed.')),
});

const PAGE: readonly Parameter[] = [
  { name: 'after', doc: '`next_after` of the page before.' },
  { name: 'limit', doc: '1 to 1,000; 100 if it is missing.', schema: { type: 'integer' } },
];
const HOME: Parameter = {
  name: 'project',
  doc: 'Name or number; the project of installers without a token if it is missing.',
};
const MISSING = { 404: { doc: 'There is nothing of this id.' } };
const NOT_REPLAYED =
  'Those that are refused again are left, and those of which too little was kept: `not_kept`, nothing of the event; `address_removed`, not the address that was its id; `no_project`, its project was deleted.';
const ok = object({ ok: { type: 'boolean' } });

const installRoutes = (prefix: string): Route[] => [
  {
    at: [`GET ${prefix}/installs`],
    tag: 'Keeping',
    who: 'reader',
    summary: 'Installations, in the order of their ids.',
    query: [HOME, { name: 'after', doc: 'The last id of the page before.' }, PAGE[1]!],
    answers: { 200: { doc: 'A page.', schema: object({ data: list(INSTALL) }) } },
  },
  {
    at: [`GET ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'reader',
    summary: 'One installation.',
    query: [HOME],
    answers: { 200: { doc: 'It.', schema: object({ data: INSTALL }) }, ...MISSING },
  },
  {
    at: [`PATCH ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Replaces the properties of an installation.',
    query: [HOME],
    body: { doc: 'The new ones.', schema: object({ properties: { type: 'object' } }) },
    answers: { 200: { doc: 'It.', schema: object({ data: INSTALL }) }, ...MISSING },
  },
  {
    at: [`DELETE ${prefix}/installs/{id}`],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Deletes an installation; its events stay.',
    query: [HOME],
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
  },
];

export const keeping: readonly Route[] = [
  {
    at: ['GET /api/v1/projects'],
    tag: 'Keeping',
    who: 'reader',
    summary: 'The projects, the first one first.',
    answers: { 200: { doc: 'All.', schema: object({ projects: list(project) }) } },
  },
  {
    at: ['POST /api/v1/projects'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Makes a project.',
    body: {
      doc: 'Its name, how long events are kept, and whose days it has.',
      schema: {
        ...partial({ name: text(), kind: KIND, retention_days: whole(), time_zone: ZONE }),
        required: ['name'],
      },
    },
    answers: {
      201: { doc: 'The project, with its token.', schema: made },
      400: { doc: 'No name, no number of days, or no time zone.' },
      409: { doc: 'A project has this name.' },
    },
  },
  {
    at: ['PATCH /api/v1/projects/{id}'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Changes a project.',
    body: {
      doc: 'What changes.',
      schema: partial({
        name: text(),
        kind: KIND,
        retention_days: whole(),
        time_zone: ZONE,
        public: PUBLIC,
      }),
    },
    answers: {
      200: { doc: 'As it is now.', schema: project },
      404: { doc: 'There is no such project.' },
      409: { doc: 'A project has this name.' },
      501: { doc: 'Without a warehouse nothing can be published.' },
    },
  },
  {
    at: ['DELETE /api/v1/projects/{id}'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Deletes a project with everything of it, in every copy, for good.',
    query: [
      { name: 'name', doc: 'Its name, once more: a number may be mistyped.', required: true },
    ],
    answers: {
      ...erasing(deletion),
      400: { doc: 'Its name is missing.' },
      404: { doc: 'There is no such project.' },
    },
  },
  {
    at: ['GET /api/v1/tokens'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Tokens, without their secrets.',
    query: [{ ...PROJECT, doc: 'Of this project; of all that may be seen if it is missing.' }],
    answers: { 200: { doc: 'All.', schema: object({ tokens: list(object(token)) }) } },
  },
  {
    at: ['POST /api/v1/tokens'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Makes a token.',
    body: {
      doc: 'What it may, and where.',
      schema: {
        ...partial({
          scope: token.scope,
          project: text('Name or number; without one, an admin token of all.'),
          label: text('For people, up to 64 characters.'),
        }),
        required: ['scope'],
      },
    },
    answers: {
      201: { doc: 'The token.', schema: tokenMade },
      400: { doc: 'No scope, or no project.' },
    },
  },
  {
    at: ['POST /api/v1/tokens/{id}/rotate'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Another secret in the place of one, which ends at once.',
    answers: { 200: { doc: 'The token.', schema: tokenMade }, ...MISSING },
  },
  {
    at: ['DELETE /api/v1/tokens/{id}'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Revokes a token, at once.',
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
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
      ...erasing(receipt),
      400: { doc: 'No id.' },
    },
  },
  {
    at: ['GET /api/v1/forget/{id}'],
    tag: 'Keeping',
    who: 'anybody',
    summary: 'How far an erasure is, by its receipt, which cannot be guessed and names nobody.',
    answers: {
      200: { doc: 'It is done.', schema: receipt },
      202: { doc: 'Something is left.', schema: receipt },
      404: { doc: 'There is no such receipt.' },
    },
  },
  {
    at: ['GET /api/v1/forget'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The latest receipts.',
    answers: { 200: { doc: 'The latest first.', schema: object({ receipts: list(receipt) }) } },
  },
  {
    at: ['GET /api/v1/clock'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The time that retention goes by: a clock that jumps ahead deletes nothing at once.',
    answers: { 200: { doc: 'Both clocks.', schema: clock } },
  },
  {
    at: ['POST /api/v1/clock'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Says that the clock is right, so that retention goes by it.',
    answers: { 200: { doc: 'Both clocks.', schema: clock } },
  },
  {
    at: ['GET /api/v1/dead-letters'],
    tag: 'Keeping',
    who: 'changer',
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
    who: 'changer',
    summary: 'All of them, a line each.',
    query: [PROJECT],
    answers: { 200: { doc: 'A stream.', type: 'application/x-ndjson' } },
  },
  {
    at: ['POST /api/v1/dead-letters/replay'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Tries all of them again; those that are taken are deleted.',
    query: [PROJECT],
    doc: `${NOT_REPLAYED} \`reasons\` counts them.`,
    answers: {
      200: {
        doc: 'How many.',
        schema: object({
          replayed: whole(),
          left: whole(),
          reasons: { type: 'object', additionalProperties: whole() },
        }),
      },
    },
  },
  {
    at: ['POST /api/v1/dead-letters/{id}/replay'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Tries one again.',
    doc: NOT_REPLAYED,
    answers: {
      200: {
        doc: 'Whether it was taken.',
        schema: object({
          replayed: { type: 'boolean' },
          reason: nullable(text('Why it is left as it is; null: it was taken.')),
        }),
      },
      ...MISSING,
    },
  },
  {
    at: ['DELETE /api/v1/dead-letters/{id}'],
    tag: 'Keeping',
    who: 'changer',
    summary: 'Deletes one.',
    answers: { 204: { doc: 'It is gone.' }, ...MISSING },
  },
  ...installRoutes('/v1'),
  ...installRoutes('/api/v1'),
  {
    at: ['GET /v1/events', 'GET /api/v1/events'],
    tag: 'Keeping',
    who: 'reader',
    summary: 'The latest events of installers.',
    query: [HOME, PAGE[1]!],
    answers: { 200: { doc: 'The latest first.', schema: object({ data: list(RECORD) }) } },
  },
  {
    at: ['GET /v1/events/{id}', 'GET /api/v1/events/{id}'],
    tag: 'Keeping',
    who: 'reader',
    summary: 'One event, by its uuid.',
    query: [HOME],
    answers: { 200: { doc: 'It.', schema: object({ data: RECORD }) }, ...MISSING },
  },
  {
    at: ['PATCH /v1/events/{id}', 'PATCH /api/v1/events/{id}'],
    tag: 'Keeping',
    who: 'changer',
    summary:
      'Changes an event of an installer: what is named, and of its properties those that are.',
    query: [HOME],
    body: { doc: 'What changes.', schema: partial({ properties: { type: 'object' } }) },
    answers: { 200: { doc: 'As it is now.', schema: object({ data: RECORD }) }, ...MISSING },
  },
  {
    at: ['DELETE /v1/events/{id}', 'DELETE /api/v1/events/{id}'],
    tag: 'Keeping',
    who: 'changer',
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
