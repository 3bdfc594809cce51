// Routes for machines: health, metrics, this document, the page.

import { list, object, partial, type Route, text } from './route.ts';

const clock = object({
  clock: text('What it says.'),
  retention_goes_by: text('The time that retention goes by.'),
  ahead_ms: {
    type: ['number', 'null'],
    description: 'How far the clock is ahead of that, where it is not believed.',
  },
});

export const machines: readonly Route[] = [
  {
    at: ['GET /health'],
    tag: 'Machines',
    who: 'anybody',
    summary:
      'Whether the collector takes events; with the admin token, everything that was looked at.',
    answers: {
      200: {
        doc: 'It does.',
        schema: {
          ...partial({
            status: { type: 'string', enum: ['ok', 'failing'] },
            problems: list(object({ check: text(), problem: text() })),
            checks: { type: 'object' },
          }),
          required: ['status'],
        },
      },
      503: { doc: 'It does not, or will soon not.' },
    },
  },
  {
    at: ['GET /api/v1/health'],
    tag: 'Machines',
    who: 'anybody',
    summary: 'Who answers here.',
    answers: { 200: { doc: 'This service.', schema: object({ service: text(), status: text() }) } },
  },
  {
    at: ['GET /api/v1/clock'],
    tag: 'Machines',
    who: 'admin',
    summary: 'Whether the clock is believed: after a jump nothing is deleted for its age.',
    answers: { 200: { doc: 'Both times.', schema: clock } },
  },
  {
    at: ['POST /api/v1/clock'],
    tag: 'Machines',
    who: 'admin',
    summary: 'Says that the clock is right.',
    answers: { 200: { doc: 'Both times.', schema: clock } },
  },
  {
    at: ['GET /metrics'],
    tag: 'Machines',
    who: 'admin',
    summary: 'For Prometheus.',
    answers: { 200: { doc: 'In its format.', type: 'text/plain' } },
  },
  {
    at: ['GET /api/v1/openapi.json'],
    tag: 'Machines',
    who: 'anybody',
    summary: 'This document.',
    answers: {
      200: { doc: 'OpenAPI 3.1.', schema: object({ openapi: text(), paths: { type: 'object' } }) },
    },
  },
];
