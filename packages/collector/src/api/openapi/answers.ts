// The shapes of the answers to questions. The compiler holds them to the types that pages use.

import { z } from 'zod';
import type {
  Counts,
  Data,
  Measured,
  Point,
  QuestionKind,
} from '../../../../schema/src/question.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const count = z.int().min(0);
const ms = z.int().describe('In ms since 1970.');

const counts = {
  events: count,
  ids: count.describe('Distinct ids.'),
  failures: count.describe('Failed, out of those that either succeeded or failed.'),
  judged: count.describe('Those that either succeeded or failed.'),
  failure_rate: z.number().nullable().describe('failures / judged; null when nothing was judged.'),
} satisfies { [K in keyof Counts]: z.ZodType<Counts[K]> };

const measured = {
  ...counts,
  median: z.number().nullable().describe('Of `measure`.'),
  p95: z.number().nullable().describe('Of `measure`.'),
} satisfies { [K in keyof Measured]: z.ZodType<Measured[K]> };

const point: z.ZodType<Point> = z.object({
  start: ms.describe('Start of the interval, in ms since 1970; it may lie before `from`.'),
  ...measured,
});

/** The data of an answer, by the kind of question. */
const DATA: { [K in QuestionKind]: z.ZodType<Data[K]> } = {
  totals: z.object({
    now: z.object(measured),
    before: z.object(measured).nullable().describe('Of the period before, if it was asked for.'),
  }),
  series: z.object({
    points: z.array(point).describe('Every interval of the range, empty ones too.'),
    before: z.array(point).nullable(),
  }),
  breakdown: z.object({
    rows: z.array(z.object({ value: scalar, ...measured })).describe('The most frequent first.'),
    values: count.describe('How many values there are.'),
    events: count.describe('How many events have one.'),
  }),
  new_ids: z.object({ points: z.array(z.object({ start: ms, ids: count })) }),
  retention: z.object({
    cohorts: z.array(
      z.object({
        start: ms,
        ids: count.describe('New in this interval.'),
        returned: z.array(count).describe('Active n intervals later; the first are all.'),
      }),
    ),
  }),
  funnel: z.object({ steps: z.array(count).describe('How many reached each step.') }),
  paths: z.object({
    paths: z.array(
      z.object({
        path: z.array(scalar).describe('In the order of time; null where nothing more came.'),
        count,
      }),
    ),
  }),
  events: z.object({
    events: z.array(
      z.object({
        seq: count.describe('The number of the event in the store.'),
        time: ms,
        event: z.string(),
        distinct_id: z.string(),
        session: z.string().nullable().describe('A key of the session: it can be filtered by.'),
        values: z.record(z.string(), scalar).describe('What it has in columns.'),
        properties: z.record(z.string(), z.unknown()).describe('The rest of what was sent.'),
      }),
    ),
    next: z.string().nullable().describe('`cursor` for what follows; null: that was all.'),
  }),
};

const answer = (kind: QuestionKind) =>
  z.object({
    kind: z.literal(kind),
    cut: z
      .enum(['rows', 'time', 'memory'])
      .nullable()
      .describe(
        'null: complete. rows: there is more than the limit. time, memory: it took more than a question may, and data is null: ask for less.',
      ),
    data: DATA[kind].nullable(),
    ms: z.number().describe('How long it took.'),
    project: z.object({ id: z.int(), name: z.string() }),
    zone: z.string().describe('Whose days these are: as asked for, or those of the project.'),
    behind: count.describe('Events that are stored and were not in this answer yet.'),
  });

/** Schemas by name: `TotalsAnswer`, `SeriesAnswer`, … */
export const answerSchemas = (): [name: string, schema: object][] =>
  (Object.keys(DATA) as QuestionKind[]).map((kind) => {
    const { $schema, ...schema } = z.toJSONSchema(answer(kind), { io: 'input' });
    return [answerName(kind), schema];
  });

/** `new_ids` → `NewIdsAnswer`. */
export const answerName = (kind: QuestionKind): string =>
  `${kind.replace(/(^|_)(.)/g, (_all, _gap, letter: string) => letter.toUpperCase())}Answer`;
