// Routes of what everybody may see: figures of published projects, their page and badge.

import { list, nullable, object, type Route, text, whole } from './route.ts';

const shares = list(object({ name: text(), ids: whole('A multiple of ten.') }));
const month = object({
  month: text('Such as `2026-01`.'),
  ids: nullable(whole('Distinct ids, rounded down to tens; null: fewer than ten.')),
  lists: { type: 'object', additionalProperties: shares },
});
const OTHERS = {
  304: { doc: 'What `If-None-Match` names is still it.' },
  404: { doc: 'No project of this name is published.' },
  429: { doc: 'Too many requests.' },
};

export const publishing: readonly Route[] = [
  {
    at: ['GET /api/v1/public/{name}'],
    tag: 'Published',
    who: 'anybody',
    summary: 'What a project publishes: whole months, rounded down, of at least so many ids.',
    answers: {
      200: {
        doc: 'The months.',
        schema: object({
          project: text(),
          counted: text('What the ids are: `machines`, `installations`, `visitors` or `users`.'),
          time_zone: text('Whose months they are: `UTC`.'),
          at_least: whole('Figures of fewer ids are left out.'),
          rounded_down_to: whole('Figures are multiples of it.'),
          months: list(month),
        }),
      },
      ...OTHERS,
    },
  },
  {
    at: ['GET /public/{name}'],
    tag: 'Published',
    who: 'anybody',
    summary: 'A page of the same figures, for people.',
    answers: { 200: { doc: 'The page.', type: 'text/html' }, ...OTHERS },
  },
  {
    at: ['GET /public/{name}/badge.svg'],
    tag: 'Published',
    who: 'anybody',
    summary: 'A badge for a README: how many ids the last published month has.',
    answers: { 200: { doc: 'A picture.', type: 'image/svg+xml' }, ...OTHERS },
  },
  {
    at: ['GET /public/{name}/badge.json'],
    tag: 'Published',
    who: 'anybody',
    summary: 'The same for `https://img.shields.io/endpoint?url=…`, which draws it in its styles.',
    answers: {
      200: {
        doc: 'An endpoint of shields.io.',
        schema: object({
          schemaVersion: { type: 'integer', enum: [1] },
          label: text(),
          message: text(),
          color: text(),
          cacheSeconds: whole(),
        }),
      },
      ...OTHERS,
    },
  },
];
