// Tells a question from something else, before anything is made of it: shape, limits, columns.

import { z } from 'zod';
import { BUILT_IN } from '../../../schema/src/fields.ts';
import {
  type Field,
  type Filter,
  type PathsQuestion,
  type Question,
  QuestionError,
} from '../../../schema/src/question.ts';
import { isZone } from '../../../schema/src/zone.ts';
import { type Column, columnOf } from './columns.ts';

/** Limits of a question. */
export const LIMITS = {
  /** Rows of an answer. */
  rows: 1_000,
  /** Intervals of a series. */
  points: 10_000,
  /** Intervals of a retention table: it has half their square of cells. */
  cohorts: 160,
  filters: 20,
  steps: 8,
  depth: 5,
  /** Characters of a value or a key. */
  text: 2_000,
} as const;

/** Questions are about 1970 to 2100. */
const LAST_MS = Date.UTC(2100, 0);

const text = z.string().max(LIMITS.text);
const scalar = z.union([text, z.number(), z.boolean(), z.null()]);
const field = z.union([z.strictObject({ column: text }), z.strictObject({ property: text })]);
const op = z.enum(['is', 'is_not', 'contains']);
const filter = z.union([
  z.strictObject({ column: text, op, value: scalar }),
  z.strictObject({ property: text, op, value: scalar }),
]);
const filters = z.array(filter).max(LIMITS.filters);
const interval = z.enum(['hour', 'day', 'week', 'month']);
const within = z.enum(['id', 'session']);
const limit = z.int().min(1).max(LIMITS.rows);
const asked = {
  project: z.int().min(0).max(0x7fffffff),
  from: z.int().min(0).max(LAST_MS),
  to: z.int().min(0).max(LAST_MS),
  zone: z.string().max(64).refine(isZone, 'no time zone that is known here').optional(),
  where: filters.optional(),
};
const kind = <K extends string>(name: K) => ({ kind: z.literal(name), ...asked });

/** The shape of every question, for documents too. */
export const QUESTION = z.discriminatedUnion('kind', [
  z.strictObject({
    ...kind('totals'),
    measure: field.optional(),
    before: z.boolean().optional(),
  }),
  z.strictObject({
    ...kind('series'),
    interval,
    measure: field.optional(),
    before: z.boolean().optional(),
  }),
  z.strictObject({
    ...kind('breakdown'),
    by: field,
    order: z.enum(['events', 'ids']).optional(),
    measure: field.optional(),
    limit: limit.optional(),
  }),
  z.strictObject({ ...kind('new_ids'), interval }),
  z.strictObject({ ...kind('retention'), interval: z.enum(['day', 'week', 'month']).optional() }),
  z.strictObject({
    ...kind('funnel'),
    steps: z.array(filters.min(1)).min(2).max(LIMITS.steps),
    within: within.optional(),
  }),
  z.strictObject({
    ...kind('paths'),
    by: field.optional(),
    direction: z.enum(['from', 'to']),
    value: scalar,
    within: within.optional(),
    depth: z.int().min(1).max(LIMITS.depth).optional(),
    limit: limit.optional(),
  }),
  z.strictObject({
    ...kind('events'),
    limit: limit.optional(),
    cursor: z.string().max(64).optional(),
  }),
]);

/** How long the intervals of a question are at least, in ms. */
const LEAST = {
  hour: 3_600_000,
  day: 23 * 3_600_000,
  week: 167 * 3_600_000,
  month: 28 * 86_400_000,
};

/**
 * The question that this is, about these columns.
 * @throws QuestionError
 */
export function checkQuestion(input: unknown, columns: readonly Column[]): Question {
  const parsed = QUESTION.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    throw new QuestionError(`${path ? `${path}: ` : ''}${issue?.message ?? 'no question'}`);
  }
  const question: Question = parsed.data;
  if (question.to <= question.from) throw new QuestionError('to: must be after from');
  for (const each of filtersOf(question)) checkFilter(each, columns);
  for (const each of [
    'by' in question ? question.by : undefined,
    'measure' in question ? question.measure : undefined,
  ]) {
    if (each) checkField(each, columns);
  }
  if ('measure' in question && question.measure) checkMeasure(question.measure, columns);
  if (question.kind === 'paths') checkPaths(question, columns);
  const points = question.kind === 'retention' ? LIMITS.cohorts : LIMITS.points;
  const hasInterval = 'interval' in question || question.kind === 'retention';
  const size = hasInterval ? LEAST[question.interval ?? 'week'] : undefined;
  if (size && (question.to - question.from) / size > points) {
    throw new QuestionError(`interval: more than ${points} of them; ask for longer ones`);
  }
  return question;
}

/** All of its conditions. */
export const filtersOf = (question: Question): Filter[] => [
  ...(question.where ?? []),
  ...(question.kind === 'funnel' ? question.steps.flat() : []),
];

function checkField(field: Field, columns: readonly Column[]): Column | undefined {
  if ('property' in field) {
    if (columns.some(({ json }) => json)) return undefined;
    throw new QuestionError('property: these events have no properties');
  }
  const column = columnOf(columns, field.column);
  if (column) return column;
  const names = [...BUILT_IN, ...columns]
    .filter((each) => !('json' in each))
    .map(({ name }) => name);
  throw new QuestionError(
    `column: there is no ${JSON.stringify(field.column)}; there are ${names.join(', ')}, and prop.KEY for a property`,
  );
}

function checkMeasure(field: Field, columns: readonly Column[]): void {
  const column = checkField(field, columns);
  if (column && column.type !== 'number') {
    throw new QuestionError(`measure: ${column.name} is no number`);
  }
}

function checkFilter(filter: Filter, columns: readonly Column[]): void {
  const column = checkField(filter, columns);
  const { op, value } = filter;
  if (op === 'contains') {
    if (typeof value !== 'string') throw new QuestionError('contains: needs a text');
    if ((column && column.type !== 'text') || column?.name === 'session') {
      throw new QuestionError(`contains: ${column.name} is no text that can be searched`);
    }
  } else if (column && value !== null) {
    const needed = column.type === 'time' ? 'number' : column.type;
    const given = typeof value === 'string' ? 'text' : typeof value;
    if (needed !== given) throw new QuestionError(`${column.name}: compare it with a ${needed}`);
  }
}

function checkPaths({ by, value }: PathsQuestion, columns: readonly Column[]): void {
  const field = by ?? { column: 'event' };
  if ('column' in field && ['distinct_id', 'session', 'time'].includes(field.column)) {
    throw new QuestionError(`by: ${field.column} names no steps`);
  }
  if (value === null) throw new QuestionError('value: a path needs one to start from');
  checkFilter({ ...field, op: 'is', value }, columns);
}
