// Routes that take events: what SDKs, installers and scripts send.

import { eventSchema } from '../../../../schema/src/json-schema.ts';
import { list, object, partial, type Route, ref, text, whole } from './route.ts';

/** An event, as docs/event.schema.json has it. */
export const EVENT = (() => {
  const { $schema, ...schema } = eventSchema();
  return schema;
})();

const REFUSED = {
  400: { doc: 'Nothing was taken, and never will be: `code` says why.' },
  401: { doc: 'No project has this token.' },
  413: { doc: 'It is too large, or has too many events.' },
  429: { doc: 'Too much in a minute.' },
  503: { doc: 'Not stored now: send it again after `Retry-After`.' },
};

const install = object({
  installation_id: text('Any id of its own, up to 200 characters; no address.'),
  first_seen: text(),
  last_seen: text(),
  properties: { type: 'object' },
});

const record = partial({
  id: text('The uuid of the event.'),
  installation_id: text(),
  event_type: text(),
  properties: { type: 'object' },
  timestamp: text(),
  created_at: text('When it was stored.'),
});

const V0_PATHS = ['/batch', '/capture', '/e', '/i/v0/e', '/track', '/engage'];

export const sending: readonly Route[] = [
  {
    at: V0_PATHS.flatMap((path) =>
      ['', '/'].flatMap((end) => [`POST ${path}${end}`, `GET ${path}${end}`]),
    ),
    tag: 'Sending',
    who: 'token',
    summary: 'PostHog v0: what PostHog’s SDKs speak.',
    doc: `JSON, gzip or not; one event, a list, or a \`batch\`. Old browser SDKs also send forms, base64 and lz64, or
put \`data\` into the URL (\`GET\`). 200 means that it is on the disk. An event whose \`uuid\` the project has
already is not counted twice, so sending again is harmless.`,
    body: {
      doc: 'A batch.',
      schema: object({ api_key: text('The project’s token.'), batch: list(ref('Event')) }),
      example: {
        api_key: 'phc_…',
        batch: [
          {
            event: 'command_executed',
            uuid: '0192f3a4-0000-7000-8000-00000000000a',
            distinct_id: '550e8400-e29b-41d4-a716-446655440000',
            timestamp: '2026-11-21T10:00:00.000Z',
            properties: { command: 'up', success: true, duration_ms: 1200 },
          },
        ],
      },
    },
    answers: {
      200: {
        doc: 'Stored. `rejected`: how many events of the batch were not taken.',
        schema: partial({ status: text(), rejected: whole() }),
      },
      204: { doc: 'Stored; of a beacon.' },
      ...REFUSED,
    },
  },
  {
    at: ['POST /i/v1/analytics/events', 'POST /i/v1/analytics/events/'],
    tag: 'Sending',
    who: 'token',
    summary: 'PostHog v1: a result for each event.',
    body: {
      doc: 'A batch; the token is in the header.',
      schema: object({ batch: list(ref('Event')) }),
    },
    answers: {
      200: {
        doc: 'A result for each event, by its uuid.',
        schema: object({
          results: { type: 'object', additionalProperties: object({ result: text() }) },
        }),
      },
      ...REFUSED,
      415: { doc: 'Not JSON, or packed in another way.' },
    },
  },
  {
    at: ['POST /api/v1/telemetry/batch'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'The collector’s own batch: for whoever has no SDK.',
    doc: `With \`Authorization: Bearer TOKEN\`, with \`api_key\`, or, where the operator lets it, without a token. Names
may be in camel case. Members of an event that are not named here are taken for properties; \`event_data\`
too.`,
    body: {
      doc: 'Plain, gzip or deflate; up to 20 MB and 50,000 events.',
      schema: {
        ...partial({
          events: {
            ...list(
              partial({
                event: text('Its name; `event_type` and `name` mean the same.'),
                uuid: text('Makes sending it again harmless; `id` means the same.'),
                anonymous_id: text('Whose it is, if it is not the batch’s.'),
                timestamp: {
                  type: ['string', 'number'],
                  description: 'ISO 8601, or seconds or ms since 1970. Without one: now.',
                },
                properties: { type: 'object' },
                event_data: { type: 'object' },
              }),
            ),
            minItems: 1,
          },
          anonymous_id: text('Whose events they are. No address.'),
          sent_at: text('When it is sent, by the client’s clock: corrects the timestamps.'),
          api_key: text('The token, for who cannot set headers.'),
        }),
        required: ['events'],
      },
      example: {
        anonymous_id: '550e8400-e29b-41d4-a716-446655440000',
        sent_at: '2026-11-21T10:00:01.000Z',
        events: [
          {
            event: 'command_executed',
            uuid: '0192f3a4-0000-7000-8000-00000000000a',
            timestamp: '2026-11-21T10:00:00.000Z',
            properties: { command: 'up', success: true, duration_ms: 1200 },
          },
        ],
      },
    },
    answers: {
      202: {
        doc: 'On the disk. `rejected` names events that were not taken, `ignored` members of the body that mean nothing here.',
        schema: {
          ...partial({
            accepted: whole(),
            rejected: list(object({ index: whole(), reason: text() })),
            ignored: list(text()),
          }),
          required: ['accepted', 'rejected'],
        },
      },
      ...REFUSED,
      415: { doc: 'Packed in another way.' },
    },
  },
  {
    at: ['GET /api/v1/telemetry/health'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'Whether the batch endpoint is there.',
    answers: { 200: { doc: 'It is.', schema: object({ status: text() }) } },
  },
  {
    at: ['POST /v1/events', 'POST /api/v1/events'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'An event of an installer.',
    body: {
      doc: 'With `data` around it or without; names may be in camel case.',
      schema: object({
        data: object({
          installation_id: text(),
          event_type: text(
            'Such as installation_started, installation_completed, installation_failed.',
          ),
        }),
      }),
      example: {
        data: {
          installation_id: '550e8400-e29b-41d4-a716-446655440000',
          event_type: 'installation_completed',
          timestamp: '2026-11-21T10:00:00.000Z',
          properties: { template: 'react', os: 'linux', node_version: '22.1.0', duration_ms: 8200 },
        },
      },
    },
    answers: { 201: { doc: 'On the disk.', schema: object({ data: record }) }, ...REFUSED },
  },
  {
    at: ['POST /v1/installs', 'POST /api/v1/installs'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'An installation.',
    doc: 'Of one that is known it notes only that it was seen, and the answer is the same: anybody may send an id.',
    body: {
      doc: 'With `data` around it or without.',
      schema: object({ data: object({ installation_id: text(), properties: { type: 'object' } }) }),
    },
    answers: {
      201: { doc: 'On the disk; with what was sent.', schema: object({ data: install }) },
      ...REFUSED,
    },
  },
  {
    at: ['GET', 'POST'].flatMap((method) =>
      ['/flags', '/flags/', '/decide', '/decide/'].map((path) => `${method} ${path}`),
    ),
    tag: 'Sending',
    who: 'anybody',
    summary: 'What PostHog’s SDKs ask at their start: there are no flags.',
    answers: { 200: { doc: 'None.', schema: object({ flags: { type: 'object' } }) } },
  },
  {
    at: ['GET /array/{token}/config'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'What posthog-js asks at its start.',
    answers: {
      200: { doc: 'Nothing is switched on.', schema: { type: 'object' } },
      404: { doc: 'No project has this token.' },
    },
  },
  {
    at: ['GET /array/{token}/config.js'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'The same as a script.',
    answers: {
      200: { doc: 'The script.', type: 'application/javascript' },
      404: { doc: 'No project has this token.' },
    },
  },
  {
    at: ['GET /static/array.js'],
    tag: 'Sending',
    who: 'anybody',
    summary: 'posthog-js itself, in the build that loads nothing more.',
    answers: { 200: { doc: 'The script.', type: 'application/javascript' } },
  },
];

export const INSTALL = install;
export const RECORD = record;
