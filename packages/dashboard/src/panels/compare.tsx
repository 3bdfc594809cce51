// How do two periods, or two values, differ? Side by side, in numbers and along time.

import { useState } from 'preact/hooks';
import { fieldText, filterText, readFilter } from '../../../schema/src/condition';
import type { Data, Filter, Measured, Scalar } from '../../../schema/src/question';
import { daysOfCustom, periodOf, type Span } from '../app/range';
import {
  fieldOfName,
  hasColumn,
  headOf,
  oneOf,
  type Scope,
  totalsOf,
  useAsked,
  useScope,
} from '../app/scope';
import { go } from '../app/view';
import { peopleOf } from '../app/words';
import { dayInWords, format } from '../format';
import { Card, Shown } from '../parts/card';
import { FieldChoice } from '../parts/field-choice';
import { Scroll } from '../parts/scroll';
import { Series } from '../parts/series';
import { Switch } from '../parts/switch';
import { change } from '../parts/tile';
import type { Panel } from './panel';

const VALUES = 100;
const SHOWN = 15;

/** What stands on one side. */
interface Side {
  readonly name: string;
  readonly span?: Span;
  /** As much of it as has gone by of the other side, which is not over: for totals. */
  readonly soFar?: Span;
  readonly where?: readonly Filter[];
}

function conditionOf(text: string | undefined): Filter | undefined {
  try {
    return text === undefined ? undefined : readFilter('side', text);
  } catch {
    return undefined;
  }
}

const daysInWords = (from: string, to: string): string =>
  from === to ? dayInWords(from) : `${dayInWords(from)} – ${dayInWords(to)}`;

/** The two sides that the address names; the second undefined: there is nothing to compare with. */
function sidesOf(scope: Scope): readonly [Side, Side | undefined] {
  const { view, period, zone, nowMs } = scope;
  const [a, b] = view.sides;
  const [first, second] = [conditionOf(a), conditionOf(b)];
  if (first && second) {
    const side = (filter: Filter): Side => ({
      name: `${oneOf(filter)} ${filter.value}`,
      where: [filter],
    });
    return [side(first), side(second)];
  }
  const now = { name: daysInWords(period.days.from, period.days.to) };
  if (a && typeof daysOfCustom(a) === 'object') {
    const other = periodOf(a, zone, nowMs);
    return [now, { name: daysInWords(other.days.from, other.days.to), span: other }];
  }
  const { before, beforeSoFar } = period;
  if (!before || !beforeSoFar) return [now, undefined];
  return [now, { name: 'The period before', span: before, soFar: beforeSoFar }];
}

const asked = ({ span, where }: Side) => ({ ...(span && { span }), ...(where && { where }) });
const askedSoFar = (side: Side) => asked(side.soFar ? { ...side, span: side.soFar } : side);

interface RowProps {
  readonly name: string;
  readonly values: readonly [number | null, number | null];
  readonly unit: 'count' | 'ms' | 'percent';
}

function CompareRow({ name, values: [a, b], unit }: RowProps) {
  const text = (value: number | null) => (value === null ? '–' : format(value, unit));
  const differs = a === null || b === null ? undefined : change(a, b, unit);
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>{text(a)}</td>
      <td>{text(b)}</td>
      <td>{differs?.text ?? '–'}</td>
    </tr>
  );
}

function Head({ first, sides }: { first: string; sides: readonly [Side, Side] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        <th scope="col">{sides[0].name}</th>
        <th scope="col">{sides[1].name}</th>
        <th scope="col">Difference</th>
      </tr>
    </thead>
  );
}

function Choice({ scope }: { scope: Scope }) {
  const { view, period } = scope;
  const [first, second] = view.sides.map(conditionOf);
  const [what, setWhat] = useState<'periods' | 'values'>(first ? 'values' : 'periods');
  const [field, setField] = useState(first ? fieldText(first) : '');
  const custom = daysOfCustom(view.sides[0] ?? '');
  const [from, to] =
    typeof custom === 'object' && view.sides[0] ? view.sides[0].split('..') : ['', ''];
  const go2 = (sides: readonly string[]) => go({ ...view, sides });
  const choose = (index: 0 | 1, value: string) => {
    const sides = field === (first && fieldText(first)) ? [...view.sides] : ['', ''];
    sides[index] = value;
    // Until both are chosen, both are this one: the address holds two, or none.
    go2(sides.map((each) => each || value));
  };
  return (
    <Card
      id="compare-what"
      title="Compare"
      question={`In ${daysInWords(period.days.from, period.days.to)}`}
      isWide
    >
      <div class="choices">
        <Switch
          label="What is compared"
          choices={{ periods: 'Two periods', values: 'Two values' }}
          value={what}
          change={(next) => {
            setWhat(next);
            go2([]);
          }}
        />
        {what === 'periods' ? (
          <Days from={from ?? ''} to={to ?? ''} done={(range) => go2(range ? [range] : [])} />
        ) : (
          <>
            <FieldChoice label="Of" value={field} change={setField} />
            {field && (
              <>
                <ValueChoice
                  label="First"
                  {...{ field }}
                  value={first}
                  change={(text) => choose(0, text)}
                />
                <ValueChoice
                  label="Second"
                  {...{ field }}
                  value={second}
                  change={(text) => choose(1, text)}
                />
              </>
            )}
          </>
        )}
      </div>
    </Card>
  );
}

/** Other days to compare with; none: the period before. */
function Days({ from, to, done }: { from: string; to: string; done: (range: string) => void }) {
  const [a, setA] = useState(from);
  const [b, setB] = useState(to);
  const isWrong = daysOfCustom(`${a}..${b}`) === 'order';
  return (
    <form
      class="choices"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isWrong) done(`${a}..${b}`);
      }}
    >
      <label>
        With the days from
        <input
          type="date"
          required
          value={a}
          onInput={(event) => setA(event.currentTarget.value)}
        />
      </label>
      <label>
        to
        <input
          type="date"
          required
          value={b}
          aria-invalid={isWrong}
          onInput={(event) => setB(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Compare</button>
      {from && (
        <button type="button" class="quiet" onClick={() => done('')}>
          With the period before
        </button>
      )}
      <p class="trouble" role="alert">
        {isWrong ? 'The last day is before the first.' : ''}
      </p>
    </form>
  );
}

interface ValueChoiceProps {
  readonly label: string;
  readonly field: string;
  readonly value: Filter | undefined;
  readonly change: (condition: string) => void;
}

function ValueChoice({ label, field, value, change: changed }: ValueChoiceProps) {
  const scope = useScope();
  const by = fieldOfName(field);
  const { answer } = useAsked(scope, { kind: 'breakdown', by, order: 'ids', limit: VALUES });
  const textOf = (of: Scalar) => filterText({ ...by, op: 'is', value: of } as Filter);
  const chosen = value && fieldText(value) === field ? filterText(value) : '';
  const values = answer?.data?.rows ?? [];
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => changed(event.currentTarget.value)}>
        <option value="" disabled>
          Choose …
        </option>
        {values.map((row) => (
          <option key={textOf(row.value)} value={textOf(row.value)}>
            {String(row.value)}
          </option>
        ))}
        {chosen && !values.some((row) => textOf(row.value) === chosen) && (
          <option value={chosen}>{String(value?.value)}</option>
        )}
      </select>
    </label>
  );
}

function Compare() {
  const scope = useScope();
  const sides = sidesOf(scope);
  const [a, b] = sides;
  return (
    <>
      <Choice scope={scope} key={scope.view.sides.join()} />
      {b ? (
        <Both sides={[a, b]} />
      ) : (
        <p class="soft none">There is no period before all time. Choose days, or two values.</p>
      )}
    </>
  );
}

function Both({ sides }: { sides: readonly [Side, Side] }) {
  const scope = useScope();
  const { interval } = scope.period;
  const people = peopleOf(scope.kind);
  const first = useAsked(scope, { ...totalsOf(scope), ...askedSoFar(sides[0]) });
  const second = useAsked(scope, { ...totalsOf(scope), ...askedSoFar(sides[1]) });
  const firstSeries = useAsked(scope, { kind: 'series', interval, ...asked(sides[0]) });
  const secondSeries = useAsked(scope, { kind: 'series', interval, ...asked(sides[1]) });
  const rate = ({ failure_rate }: Measured) => (failure_rate === null ? null : 1 - failure_rate);
  return (
    <>
      <Card id="compare-totals" title="In numbers" question="How do they differ?" isWide>
        <Shown of={first}>
          {({ now }) => {
            const other = second.answer?.data?.now;
            const row = (
              name: string,
              of: (each: Measured) => number | null,
              unit: RowProps['unit'],
            ) => <CompareRow {...{ name, unit }} values={[of(now), other ? of(other) : null]} />;
            return (
              <Scroll label="Totals of both">
                <table>
                  <caption class="hidden">Totals of both</caption>
                  <Head first="Number" sides={sides} />
                  <tbody>
                    {row(people, ({ ids }) => ids, 'count')}
                    {hasColumn(scope, 'success') && row('Success rate', rate, 'percent')}
                    {hasColumn(scope, 'duration_ms') &&
                      row('Median duration', ({ median }) => median, 'ms')}
                    {hasColumn(scope, 'duration_ms') && row('p95', ({ p95 }) => p95, 'ms')}
                    {row('Events', ({ events }) => events, 'count')}
                  </tbody>
                </table>
              </Scroll>
            );
          }}
        </Shown>
      </Card>
      <Card
        id="compare-series"
        title={`${people} over time`}
        question="When do they differ?"
        isWide
      >
        <Shown of={firstSeries}>
          {({ points }) => {
            const others = secondSeries.answer?.data?.points ?? [];
            const longer = points.length >= others.length || sides[1].where ? points : others;
            return (
              <Series
                title={`${people} over time`}
                {...{ interval }}
                zone={scope.zone}
                nowMs={scope.nowMs}
                starts={longer.map(({ start }) => start)}
                lines={[
                  {
                    name: sides[0].name,
                    colour: 'a',
                    values: longer.map((_point, at) => points[at]?.ids ?? null),
                  },
                  {
                    name: sides[1].name,
                    colour: 'b',
                    isDashed: true,
                    values: longer.map((_point, at) => others[at]?.ids ?? null),
                  },
                ]}
              />
            );
          }}
        </Shown>
      </Card>
      <Lists sides={sides} />
    </>
  );
}

/** The values of a field on both sides, by ids. */
function Lists({ sides }: { sides: readonly [Side, Side] }) {
  const scope = useScope();
  const { view } = scope;
  const name = view.by[0] ?? (hasColumn(scope, 'command') ? 'command' : 'event');
  const by = fieldOfName(name);
  const first = useAsked(scope, {
    kind: 'breakdown',
    by,
    order: 'ids',
    limit: VALUES,
    ...askedSoFar(sides[0]),
  });
  const second = useAsked(scope, {
    kind: 'breakdown',
    by,
    order: 'ids',
    limit: VALUES,
    ...askedSoFar(sides[1]),
  });
  type Row = Data['breakdown']['rows'][number];
  const of = (rows: readonly Row[] | undefined, value: Scalar) =>
    rows?.find((row) => row.value === value)?.ids ?? 0;
  return (
    <Card
      id="compare-lists"
      title={`By ${oneOf(by)}`}
      question={`How many ${peopleOf(scope.kind).toLowerCase()} on each side?`}
      isWide
      tools={
        <FieldChoice
          label="Break down by"
          value={name}
          change={(next) => next && go({ ...view, by: [next] })}
        />
      }
    >
      <Shown of={first}>
        {({ rows }) => {
          const others = second.answer?.data?.rows;
          const values = [...new Set([...rows, ...(others ?? [])].map(({ value }) => value))]
            .map((value) => ({ value, a: of(rows, value), b: of(others, value) }))
            .sort((one, other) => other.a + other.b - one.a - one.b);
          return (
            <Scroll label={`By ${oneOf(by)}`}>
              <table>
                <caption class="hidden">{headOf(by)} on both sides</caption>
                <Head first={headOf(by)} sides={sides} />
                <tbody>
                  {values.slice(0, SHOWN).map(({ value, a, b }) => (
                    <CompareRow
                      key={String(value)}
                      name={String(value)}
                      values={[a, b]}
                      unit="count"
                    />
                  ))}
                </tbody>
              </table>
            </Scroll>
          );
        }}
      </Shown>
    </Card>
  );
}

export const compare: Panel = {
  id: 'compare',
  title: 'Compare',
  question: 'How do two periods, or two values, differ?',
  isWide: true,
  Show: Compare,
};
