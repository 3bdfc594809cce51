// Routes of what installers sent, for those who may look into it: installations and events, one by one.

import { list, MISSING, object, PAGE, type Parameter, partial, type Route } from './route.ts';
import { INSTALL, RECORD } from './sending.ts';

const HOME: Parameter = {
  name: 'project',
  doc: 'Name or number; the project of installers without a token if it is missing.',
};
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

export const records: readonly Route[] = [
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
];
