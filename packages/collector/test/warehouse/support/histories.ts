// Random events and random questions about them: few values, so that they meet; strange ones too.

import fc from 'fast-check';
import type { Field, Filter, Order, Question } from '../../../../schema/src/question.ts';
import type { Row } from '../../../src/warehouse/warehouse.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Clocks change within it: 29 March in Berlin, 8 March in New York, 5 April on Lord Howe. */
export const FROM = Date.UTC(2026, 2, 1);
const DAYS = 60;

/** What a stranger may send: SQL, the ends of texts, what is no Unicode. */
export const STRANGE = [
  "'; DROP TABLE events; --",
  '") UNION SELECT * FROM ids --',
  '$1',
  '$.*',
  'a\0b',
  'ß→🙂',
  '%_\\',
  '',
];

const text = fc.constantFrom('a', 'b', 'enable', ...STRANGE);
const KEYS = ['plan', 'a/b~c', '$.plan', '*', '', '"', "'", '0', '__proto__x', 'n'];
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const time = fc
  .tuple(fc.integer({ min: -20, max: DAYS + 5 }), fc.integer({ min: 0, max: 95 }))
  .map(([day, quarter]) => FROM + day * DAY + quarter * 900_000);
const rest = fc
  .dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof(text, fc.constantFrom(7, -3, 0.5, true, false, null, [1, 'x'], { y: 1 })),
    { maxKeys: 4 },
  )
  .map((value) => JSON.stringify(value));

const event: fc.Arbitrary<Omit<Row, 'seq'>> = fc.record({
  project: fc.constantFrom(1, 1, 1, 2),
  timeMs: time,
  event: fc.constantFrom('start', 'click', 'stop', STRANGE[0]!),
  distinctId: fc.constantFrom('ann', 'bob', 'cy', STRANGE[0]!, STRANGE[4]!),
  session: nullable(fc.constantFrom('s1', 's2', 's3', STRANGE[1]!)),
  values: fc.record({
    command: nullable(text),
    country: nullable(fc.constantFrom('DE', 'US')),
    success: nullable(fc.boolean()),
    duration_ms: nullable(fc.constantFrom(0, 1.5, -2, 1e308, 5e-324, 100, 200)),
    received: nullable(time),
    rest,
  }),
});

/** Events with their numbers. */
export const history: fc.Arbitrary<Row[]> = fc
  .array(event, { minLength: 1, maxLength: 60 })
  .map((events) => events.map((each, index) => ({ ...each, seq: index + 1 })));

const property = fc.constantFrom(...KEYS).map((key): Field => ({ property: key }));
const column = (...names: string[]) =>
  fc.constantFrom(...names).map((name): Field => ({ column: name }));
const by = fc.oneof(
  column('event', 'distinct_id', 'session', 'command', 'country', 'success', 'duration_ms'),
  property,
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  ...[
    [column('event'), fc.constantFrom('start', 'click', STRANGE[0]!)] as const,
    [column('distinct_id'), fc.constantFrom('ann', 'nobody', STRANGE[0]!, null)] as const,
    [column('session'), fc.constantFrom('s1', 'none', null)] as const,
    [column('command'), fc.oneof(text, fc.constant(null))] as const,
    [column('success'), fc.constantFrom(true, false, null)] as const,
    [column('duration_ms'), fc.constantFrom(1.5, 1e308, 3, null)] as const,
    [column('received', 'time'), fc.oneof(time, fc.constant(null))] as const,
    [property, fc.oneof(text, fc.constantFrom(7, true, null, '[1,"x"]'))] as const,
  ].map(([field, value]) =>
    fc
      .tuple(field, fc.constantFrom('is' as const, 'is_not' as const), value as fc.Arbitrary<never>)
      .map(([of, op, to]): Filter => ({ ...of, op, value: to })),
  ),
  fc
    .tuple(fc.oneof(column('event', 'command', 'distinct_id', 'rest'), property), text)
    .map(([of, part]): Filter => ({ ...of, op: 'contains', value: part })),
);
const where = fc.array(filter, { maxLength: 2 });

const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
);
const range = fc
  .tuple(
    fc.integer({ min: 0, max: DAYS }),
    fc.integer({ min: 1, max: DAYS + 20 }),
    fc.constantFrom(0, 0, -2, 4, 5.5, 7),
  )
  .map(([start, days, hours]) => ({
    from: FROM + start * DAY + hours * HOUR,
    to: FROM + (start + days) * DAY + hours * HOUR,
  }));
const asked = fc
  .record({ zone, range, where })
  .map(({ zone: of, range: { from, to }, where: filters }) => ({
    project: 1,
    from,
    to,
    zone: of,
    where: filters,
  }));
const interval = fc.constantFrom('day' as const, 'week' as const, 'month' as const);
const within = fc.constantFrom('id' as const, 'session' as const);
const limit = fc.integer({ min: 1, max: 8 });
const order = fc.option(fc.constantFrom<Order>('events', 'ids'), { nil: undefined });
const measure = fc.option(fc.oneof(column('duration_ms'), fc.constant<Field>({ property: 'n' })), {
  nil: undefined,
});
const of = <T extends object>(more: fc.Arbitrary<T>) =>
  fc.tuple(asked, more).map(([base, rest]) => ({ ...base, ...rest }) as unknown as Question);

/** One random question of every kind. */
export const QUESTIONS: Record<Question['kind'], fc.Arbitrary<Question>> = {
  totals: of(fc.record({ kind: fc.constant('totals'), measure, before: fc.boolean() })),
  series: of(
    fc.record({
      kind: fc.constant('series'),
      interval: fc.oneof(interval, interval, fc.constant('hour')),
      measure,
      before: fc.boolean(),
    }),
  ),
  breakdown: of(fc.record({ kind: fc.constant('breakdown'), by, order, measure, limit })),
  new_ids: of(fc.record({ kind: fc.constant('new_ids'), interval })),
  retention: of(fc.record({ kind: fc.constant('retention'), interval })),
  funnel: of(
    fc.record({
      kind: fc.constant('funnel'),
      within,
      steps: fc.array(fc.array(filter, { minLength: 1, maxLength: 2 }), {
        minLength: 2,
        maxLength: 4,
      }),
    }),
  ),
  paths: of(
    fc
      .tuple(
        fc.oneof(
          fc.constantFrom('start', 'click', STRANGE[0]!).map((value) => ({ value })),
          text.map((value) => ({ by: { column: 'command' }, value })),
          fc.boolean().map((value) => ({ by: { column: 'success' }, value })),
          fc.tuple(property, text).map(([field, value]) => ({ by: field, value })),
        ),
        fc.record({
          kind: fc.constant('paths'),
          direction: fc.constantFrom('from', 'to'),
          within,
          depth: fc.integer({ min: 1, max: 3 }),
          limit,
        }),
      )
      .map(([start, more]) => ({ ...more, ...start })),
  ),
  events: of(fc.record({ kind: fc.constant('events'), limit })),
};
