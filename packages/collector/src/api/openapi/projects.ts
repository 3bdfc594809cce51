// Routes of projects and their tokens.

import { KINDS } from '../../../../schema/src/columns.ts';
import { SCOPES } from '../../store/tokens.ts';
import { erasing, forgotten, RECEIPT } from './erasing.ts';
import {
  list,
  MISSING,
  nullable,
  object,
  PROJECT,
  partial,
  type Route,
  text,
  whole,
} from './route.ts';

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

const deletion = object({ deleted: object({ id: whole(), name: text() }), ...RECEIPT, forgotten });

const token = {
  id: whole(),
  project: nullable(whole('null: all of them.')),
  scope: { type: 'string', enum: [...SCOPES] },
  label: text(),
  hint: text('How it begins or ends.'),
  created_at: text(),
};
const tokenMade = object({ ...token, token: text('It is shown this once.') });

export const projects: readonly Route[] = [
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
];

export const tokens: readonly Route[] = [
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
];
