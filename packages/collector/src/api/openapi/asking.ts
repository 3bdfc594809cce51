// Routes that answer: questions, the summary, single tables, raw events.

import { PARAMETERS, QUESTION_KINDS } from '../../../../schema/src/parameters.ts';
import { TABLES } from '../../store/numbers.ts';
import { answerName } from './answers.ts';
import {
  DAYS,
  FORMAT,
  list,
  nullable,
  object,
  PROJECT,
  type Route,
  ref,
  text,
  whole,
} from './route.ts';

const COPY = object({
  state: {
    type: 'string',
    enum: ['ready', 'incomplete', 'down'],
    description: 'incomplete: it answers, and lacks what is behind. down: it is started again.',
  },
  reason: nullable(text('Why it is not ready.')),
  behind: whole('Events that are stored and not in it.'),
  rebuilding: { type: 'boolean' },
  failing_since: nullable(text('Since when it could not be written.')),
  written_at: nullable(text('When it was last written, since the collector started.')),
  events: whole(),
  bytes: whole('On the disk.'),
  memory_bytes: whole('Of its process.'),
});

const TOO_SLOW = { doc: 'It took too long and was stopped: ask for fewer days.' };

export const asking: readonly Route[] = [
  {
    at: ['GET /api/v1/query'],
    tag: 'Questions',
    who: 'reader',
    summary: 'Answers a question about the events of a project.',
    doc: `Any range, time zone and interval, any conditions on columns and properties. Answers are exact, and
seconds behind what was acknowledged: \`behind\` says how many events. What each kind takes:

${QUESTION_KINDS.map((kind) => {
  const names = PARAMETERS.filter(({ kinds }) => kinds.includes(kind) && kinds.length < 8);
  return `- \`${kind}\`: ${names.map(({ name, required }) => `\`${name}\`${required ? ' (needed)' : ''}`).join(', ') || 'nothing more'}`;
}).join('\n')}

A **field** is a column by its name, or \`prop.KEY\` for a property that has no column. A **condition** is
\`FIELD:OP:VALUE\`; the value goes to the end, colons and all. A value that looks like a number, \`true\`,
\`false\` or \`null\` ("none") is one; a text that looks like one is written as JSON, in quotes: \`"5"\`. In a
key, \`:\` is written \`%3A\` and \`%\` is written \`%25\`, before the whole is encoded for the URL.

A question may run for five seconds and answer with 1,000 rows. Where that did not do, \`cut\` says why.`,
    query: [
      PROJECT,
      {
        name: 'kind',
        doc: 'What is asked.',
        required: true,
        schema: { type: 'string', enum: QUESTION_KINDS },
        example: 'breakdown',
      },
      ...PARAMETERS.map(({ name, doc, schema, isList, example, required, kinds }) => ({
        name,
        doc,
        example,
        schema: schema as Record<string, unknown>,
        ...(isList && { isList }),
        ...(required && kinds.length === QUESTION_KINDS.length && { required }),
      })),
    ],
    answers: {
      200: {
        doc: 'The answer, whose shape depends on `kind`.',
        schema: {
          oneOf: QUESTION_KINDS.map((kind) => ref(answerName(kind))),
          discriminator: {
            propertyName: 'kind',
            mapping: Object.fromEntries(
              QUESTION_KINDS.map((kind) => [kind, `#/components/schemas/${answerName(kind)}`]),
            ),
          },
        },
      },
      400: { doc: 'It is no question: `detail` says what to change.' },
      404: { doc: 'There is no such project.' },
      501: { doc: 'This collector has no warehouse.' },
      503: { doc: 'The warehouse does not answer now. `detail` says how many events wait for it.' },
    },
  },
  {
    at: ['GET /api/v1/warehouse'],
    tag: 'Questions',
    who: 'admin',
    summary: 'How the warehouse is, which answers questions.',
    answers: { 200: { doc: 'How it is.', schema: COPY }, 501: { doc: 'There is none.' } },
  },
  {
    at: ['POST /api/v1/warehouse/rebuild'],
    tag: 'Questions',
    who: 'admin',
    summary: 'Makes the warehouse anew from the store.',
    doc: 'It begins at once; `GET /api/v1/warehouse` says how far it is. Events are taken meanwhile.',
    answers: { 202: { doc: 'It is being done.', schema: COPY }, 501: { doc: 'There is none.' } },
  },
  {
    at: ['GET /api/v1/summary'],
    tag: 'Questions',
    who: 'reader',
    summary: 'Everything a first page shows of a range of days, from counts: docs/summary.md.',
    query: [PROJECT, ...DAYS],
    answers: {
      200: {
        doc: 'The summary.',
        schema: object({
          project: object({ id: whole(), name: text() }),
          from: nullable(text()),
          to: nullable(text()),
          totals: object({ events: whole(), active_ids: whole(), failures: whole() }),
          activity: list(object({ day: text(), events: whole(), commands: whole() })),
          commands: list(object({ name: text(), count: whole(), failures: whole() })),
        }),
      },
      400: { doc: 'No days, or no range.' },
      503: TOO_SLOW,
    },
  },
  ...TABLES.map(
    (table): Route => ({
      at: [`GET /api/v1/analytics/${table}`],
      tag: 'Questions',
      who: 'reader',
      summary: `The table \`${table}\` of the summary, uncut.`,
      query: [PROJECT, ...DAYS, FORMAT(['json', 'csv'], 'json')],
      answers: {
        200: { doc: 'The rows.', schema: object({ [table]: list({ type: 'object' }) }) },
        400: { doc: 'No days, or no range.' },
        503: TOO_SLOW,
      },
    }),
  ),
  {
    at: ['GET /api/v1/telemetry/stats'],
    tag: 'Questions',
    who: 'reader',
    summary: 'How many events and ids a project has.',
    query: [PROJECT],
    answers: {
      200: { doc: 'Both.', schema: object({ events: whole(), ids: whole() }) },
      503: TOO_SLOW,
    },
  },
  {
    at: ['GET /api/v1/export'],
    tag: 'Questions',
    who: 'reader',
    summary: 'Raw events of a project, as they were stored.',
    query: [
      PROJECT,
      { name: 'from', doc: 'The first day, in UTC. Without any day: everything.' },
      { name: 'to', doc: 'The last day, included.' },
      FORMAT(['ndjson', 'csv', 'parquet'], 'ndjson'),
    ],
    answers: {
      200: {
        doc: 'A stream. Parquet comes as a tar of files, one for each hour or more.',
        type: 'application/x-ndjson',
      },
    },
  },
  {
    at: ['GET /api/v1/live'],
    tag: 'Questions',
    who: 'reader',
    summary:
      'A WebSocket: new events as they are stored, without ids. Every 15 s a message, of no events if need be: who hears nothing is cut off.',
    answers: { 101: { doc: 'The socket.' } },
  },
];
