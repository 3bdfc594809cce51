// Routes of dead letters.

import {
  list,
  MISSING,
  nullable,
  object,
  PAGE,
  PROJECT,
  type Route,
  text,
  whole,
} from './route.ts';

const letter = object({
  id: whole(),
  project: nullable(whole()),
  received: text(),
  dialect: text(),
  reason: text('Why it was not taken: one of a closed set.'),
  distinct_id: nullable(text()),
  payload: { description: 'What was sent, without addresses; null when it was too large to keep.' },
});

const NOT_REPLAYED =
  'Those that are refused again are left, and those of which too little was kept: `not_kept`, nothing of the event; `address_removed`, not the address that was its id; `no_project`, its project was deleted.';

export const letters: readonly Route[] = [
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
];
