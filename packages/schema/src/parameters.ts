// The parameters of a question, one entry each: how it is read, how it is written, what documents say.

import { filterText, readFilter, readValue, typeOf, valueText } from './condition.ts';
import { choice, field, instant, type Parameter, text, whole } from './parameter.ts';
import {
  type Field,
  type Filter,
  QuestionError,
  type QuestionKind,
  type Scalar,
} from './question.ts';
import { isZone } from './zone.ts';

/** Kinds of question. */
export const QUESTION_KINDS: readonly QuestionKind[] = [
  'totals',
  'series',
  'breakdown',
  'new_ids',
  'retention',
  'funnel',
  'paths',
  'events',
];

/** Before a step: a condition of the step before it. */
const AND = 'and:';
const ALL = QUESTION_KINDS;

/** Every parameter but project and kind, in the order in which they are read. */
export const PARAMETERS: readonly Parameter[] = [
  {
    ...text('zone'),
    kinds: ALL,
    doc: 'Time zone of days, weeks (from Monday) and months, and of dates without a time. The project’s if it is missing.',
    example: 'Europe/Berlin',
    read: ([value]) => {
      if (value !== '' && isZone(value!)) return value;
      throw new QuestionError(
        `zone: ${JSON.stringify(value)} is no time zone; use one such as Europe/Berlin`,
      );
    },
  },
  {
    ...instant('from'),
    kinds: ALL,
    required: true,
    doc: 'Start of the range, included: a date (2026-01-31), an instant with its offset (2026-01-31T12:00:00Z), or ms since 1970.',
    example: '2026-01-01',
  },
  {
    ...instant('to'),
    kinds: ALL,
    required: true,
    doc: 'End of the range, excluded. As `from`.',
    example: '2026-02-01',
  },
  {
    ...text('where'),
    kinds: ALL,
    isList: true,
    doc: 'A condition, FIELD:OP:VALUE, with `is`, `is_not` (also true of events without the value) or `contains`. All of them must hold.',
    example: 'os:is:linux',
    read: (texts) => texts.map((each) => readFilter('where', each)),
    write: (filters: readonly Filter[]) => filters.map(filterText),
  },
  {
    ...choice('interval', ['hour', 'day', 'week', 'month']),
    kinds: ['series', 'new_ids', 'retention'],
    fallback: { series: 'day', new_ids: 'day' },
    doc: 'Length of an interval: `day` if it is missing; of a retention `week`, and no hours.',
    example: 'week',
  },
  {
    ...field('by'),
    kinds: ['breakdown', 'paths'],
    doc: 'The field whose values are counted, or, of paths, that names a step: `event` if it is missing.',
    example: 'os',
  },
  {
    ...choice('order', ['events', 'ids']),
    kinds: ['breakdown'],
    doc: 'What values are ranked by, exactly, however many there are: `events` if it is missing, or `ids`.',
    example: 'ids',
  },
  {
    ...field('measure'),
    kinds: ['totals', 'series', 'breakdown'],
    doc: 'A field of numbers, to tell median and p95 of: of all events, of each interval, of each value.',
    example: 'duration_ms',
  },
  {
    ...text('before'),
    kinds: ['totals', 'series'],
    doc: '1: also of the period before, which is as long.',
    example: '1',
    schema: { type: 'string', enum: ['0', '1'] },
    read: ([value]) => {
      if (value === '1' || value === '0') return value === '1';
      throw new QuestionError('before: use 1 or 0');
    },
    write: (value: boolean) => [value ? '1' : '0'],
  },
  {
    ...text('step'),
    key: 'steps',
    kinds: ['funnel'],
    required: true,
    isList: true,
    doc: 'A step of a funnel, in order, 2 to 8: a condition as in `where`. `and:` before it adds a condition to the step before.',
    example: 'event:is:install_started',
    read: readSteps,
    write: (steps: readonly (readonly Filter[])[]) =>
      steps.flatMap((step) =>
        step.map((each, index) => (index === 0 ? '' : AND) + filterText(each)),
      ),
  },
  {
    ...choice('within', ['id', 'session']),
    kinds: ['funnel', 'paths'],
    doc: 'In whose life things happen in order: `id` for funnels, `session` for paths if it is missing.',
    example: 'session',
  },
  {
    ...choice('direction', ['from', 'to']),
    kinds: ['paths'],
    required: true,
    doc: '`from`: what follows; `to`: what came before.',
    example: 'from',
  },
  {
    ...text('value'),
    kinds: ['paths'],
    required: true,
    doc: 'The value of `by` that paths start from, or lead to.',
    example: 'service_enabled',
    read: ([value], { by }) =>
      readValue('value', value!, typeOf((by as Field | undefined) ?? { column: 'event' })),
    write: (value: Scalar) => [valueText(value)],
  },
  {
    ...whole('depth'),
    kinds: ['paths'],
    doc: 'Steps of a path beside the first, 1 to 5; 1 if it is missing.',
    example: '2',
  },
  {
    ...whole('limit'),
    kinds: ['breakdown', 'paths', 'events'],
    doc: 'Rows of the answer, 1 to 1,000; 10 if it is missing, 50 events.',
    example: '50',
  },
  {
    ...text('cursor'),
    kinds: ['events'],
    doc: '`next` of the answer before: the events after it.',
    example: 'MTc2NzIyNTYwMDAwMC40Mg',
  },
];

function readSteps(texts: readonly string[]): Filter[][] {
  const steps: Filter[][] = [];
  for (const each of texts) {
    if (!each.startsWith(AND)) steps.push([readFilter('step', each)]);
    else if (steps.length > 0) steps.at(-1)!.push(readFilter('step', each.slice(AND.length)));
    else throw new QuestionError('step: the first one has no step before it, so no and:');
  }
  return steps;
}
