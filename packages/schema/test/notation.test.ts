// A question in a URL: written and read again it is the same, whatever is in it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramsOf, readParams, type UnplacedQuestion } from '../src/notation';
import type { Field, Filter, Scalar } from '../src/question';

const SEED = 20_261_128;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', 'null', 'true', '5', '1e3', '"', '"x"', 'a:b:c', '%3A', '%25', 'and:', '::'),
);
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom('os', 'event', 'distinct_id', 'success', 'duration_ms').map((column) => ({
    column,
  })),
  text.map((property) => ({ property })),
);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
/** A value that can be asked of a field: a number of a column of text cannot. */
const scalarFor = (of: Field): fc.Arbitrary<Scalar> =>
  'column' in of && !['success', 'duration_ms'].includes(of.column)
    ? fc.oneof(text, fc.constant(null))
    : scalar;
const filter: fc.Arbitrary<Filter> = fc.oneof(
  field.chain((of) =>
    fc
      .record({ op: fc.constantFrom('is' as const, 'is_not' as const), value: scalarFor(of) })
      .map((rest): Filter => ({ ...of, ...rest })),
  ),
  fc.tuple(field, text).map(([of, value]): Filter => ({ ...of, op: 'contains', value })),
);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const instant = fc.integer({ min: 10_000, max: Date.UTC(2100, 0) });
const interval = fc.constantFrom(
  'hour' as const,
  'day' as const,
  'week' as const,
  'month' as const,
);
const limit = optional(fc.integer({ min: 1, max: 1000 }));
const within = optional(fc.constantFrom('id' as const, 'session' as const));
const asked = {
  from: instant,
  to: instant,
  zone: optional(fc.constantFrom('Europe/Berlin', 'UTC', 'America/St_Johns')),
  where: optional(fc.array(filter, { minLength: 1, maxLength: 5 })),
};
const question = fc.oneof(
  fc.record({
    kind: fc.constant('totals' as const),
    ...asked,
    measure: optional(field),
    before: optional(fc.boolean()),
  }),
  fc.record({
    kind: fc.constant('series' as const),
    ...asked,
    interval,
    measure: optional(field),
    before: optional(fc.boolean()),
  }),
  fc.record({
    kind: fc.constant('breakdown' as const),
    ...asked,
    by: field,
    order: optional(fc.constantFrom('events' as const, 'ids' as const)),
    measure: optional(field),
    limit,
  }),
  fc.record({ kind: fc.constant('new_ids' as const), ...asked, interval }),
  fc.record({
    kind: fc.constant('retention' as const),
    ...asked,
    interval: optional(fc.constantFrom('day' as const, 'week' as const, 'month' as const)),
  }),
  fc.record({
    kind: fc.constant('funnel' as const),
    ...asked,
    steps: fc.array(fc.array(filter, { minLength: 1, maxLength: 3 }), {
      minLength: 2,
      maxLength: 8,
    }),
    within,
  }),
  optional(field).chain((by) =>
    fc.record({
      kind: fc.constant('paths' as const),
      ...asked,
      by: fc.constant(by),
      direction: fc.constantFrom('from' as const, 'to' as const),
      value: scalarFor(by ?? { column: 'event' }),
      within,
      depth: optional(fc.integer({ min: 1, max: 5 })),
      limit,
    }),
  ),
  fc.record({ kind: fc.constant('events' as const), ...asked, limit, cursor: optional(text) }),
) as fc.Arbitrary<UnplacedQuestion>;

const read = (query: string) => readParams(new URLSearchParams(query));
const RANGE = 'from=2026-01-01&to=2026-02-01';

describe('a question in a URL', () => {
  it('comes back as it was, for any question', () => {
    fc.assert(
      fc.property(text, question, (project, given) => {
        const url = new URL(`http://x/?${new URLSearchParams(paramsOf(project, given))}`);
        expect(readParams(url.searchParams)).toEqual({ project, question: given });
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('is read as docs/api.md says it', () => {
    const { project, question: found } = read(
      `project=website&kind=breakdown&${RANGE}&zone=Europe/Berlin&by=os&measure=duration_ms&limit=5` +
        '&where=command:is:a:b&where=prop.a%253Ab:contains::x&where=success:is:false' +
        '&where=version:is:5&where=prop.n:is_not:5&where=prop.n:is_not:"5"&where=os:is:null',
    );
    expect(project).toBe('website');
    expect(found).toEqual({
      kind: 'breakdown',
      from: Date.parse('2025-12-31T23:00:00Z'),
      to: Date.parse('2026-01-31T23:00:00Z'),
      zone: 'Europe/Berlin',
      by: { column: 'os' },
      measure: { column: 'duration_ms' },
      limit: 5,
      where: [
        { column: 'command', op: 'is', value: 'a:b' },
        { property: 'a:b', op: 'contains', value: ':x' },
        { column: 'success', op: 'is', value: false },
        { column: 'version', op: 'is', value: '5' },
        { property: 'n', op: 'is_not', value: 5 },
        { property: 'n', op: 'is_not', value: '5' },
        { column: 'os', op: 'is', value: null },
      ],
    });
  });

  it('has steps of several conditions, and intervals of a day', () => {
    const { question: funnel } = read(
      `kind=funnel&${RANGE}&step=event:is:a&step=and:os:is:linux&step=event:is:b`,
    );
    expect(funnel).toMatchObject({
      steps: [
        [
          { column: 'event', value: 'a' },
          { column: 'os', value: 'linux' },
        ],
        [{ column: 'event', value: 'b' }],
      ],
    });
    expect(read(`kind=series&${RANGE}`).question).toMatchObject({ interval: 'day' });
    expect(read(`kind=retention&${RANGE}`).question).not.toHaveProperty('interval');
  });

  it('takes dates of its zone, instants and ms', () => {
    const from = (written: string, zone = '') =>
      read(`kind=totals&from=${encodeURIComponent(written)}&to=1893456000000${zone}`).question.from;
    expect(from('1767225600000')).toBe(1_767_225_600_000);
    expect(from('2026-01-01T00:00:00Z')).toBe(1_767_225_600_000);
    expect(from('2026-01-01T02:00:00+02:00')).toBe(1_767_225_600_000);
    expect(from('2026-01-01')).toBe(1_767_225_600_000);
    expect(from('2026-07-01', '&zone=America/New_York')).toBe(Date.parse('2026-07-01T04:00:00Z'));
  });

  it.each([
    ['', /^kind: use one of totals, series/],
    ['kind=sums', /^kind: use one of/],
    ['kind=totals&from=2026-01-01', /^to: say it; totals needs it/],
    [`kind=totals&from=2026-02-31&to=2026-03-01`, /^from: write a date/],
    [`kind=totals&from=2026-01-01T00:00:00&to=2026-03-01`, /^from: write a date/],
    [`kind=totals&${RANGE}&by=os`, /^by: totals has no such parameter; it has project, kind, zone/],
    [`kind=totals&${RANGE}&before=yes`, /^before: use 1 or 0/],
    [`kind=totals&${RANGE}&zone=Mars/Base`, /^zone: "Mars\/Base" is no time zone/],
    [`kind=totals&${RANGE}&from=2026-01-01`, /^from: say it once/],
    [`kind=totals&${RANGE}&where=os:linux`, /^where: write FIELD:OP:VALUE/],
    [`kind=totals&${RANGE}&where=os:like:x`, /^where: write FIELD:OP:VALUE/],
    [`kind=totals&${RANGE}&where=os:is:"x`, /^where: a value that begins with a quote/],
    [`kind=breakdown&${RANGE}`, /^by: say which field/],
    [`kind=breakdown&${RANGE}&by=os&limit=many`, /^limit: use a whole number/],
    [`kind=series&${RANGE}&interval=year`, /^interval: use one of hour, day, week, month/],
    [`kind=funnel&${RANGE}&step=and:event:is:a`, /^step: the first one has no step before it/],
  ])('says what to change: %s', (query, words) => {
    expect(() => read(query)).toThrow(words);
  });
});
