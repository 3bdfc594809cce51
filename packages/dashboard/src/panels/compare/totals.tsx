// Two sides in numbers and along time.

import type { Measured } from '../../../../schema/src/question';
import { hasColumn, totalsOf, useAsked, useScope } from '../../app/scope';
import { peopleOf } from '../../app/words';
import { Card, Shown } from '../../parts/card';
import { Scroll } from '../../parts/scroll';
import { Series } from '../../parts/series';
import { asked, askedSoFar, type Side } from './sides';
import { CompareRow, Head, type RowProps } from './table';

/** The totals and the series of both. */
export function Both({ sides }: { sides: readonly [Side, Side] }) {
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
    </>
  );
}
