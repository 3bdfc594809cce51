// Two sides in numbers and along time.

import type { Measured, Point } from '../../../../schema/src/question';
import { hasColumn, totalsOf, useAsked, useScope } from '../../app/scope';
import { peopleOf } from '../../app/words';
import { Card, Shown } from '../../parts/card';
import { pairsOf } from '../../parts/paired';
import { Scroll } from '../../parts/scroll';
import { Series } from '../../parts/series';
import { asked, askedSoFar, onceBoth, type Side } from './sides';
import { CompareRow, Days, Head, type RowProps } from './table';

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
        <Shown of={onceBoth(first, second)}>
          {({ now }) => {
            const other = second.answer?.data?.now;
            const row = (
              name: string,
              of: (each: Measured) => number | null,
              unit: RowProps['unit'],
            ) => <CompareRow {...{ name, unit }} values={[of(now), other ? of(other) : null]} />;
            return (
              <>
                <Days sides={sides} />
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
              </>
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
        <Shown of={onceBoth(firstSeries, secondSeries)}>
          {({ points }) => {
            const others = secondSeries.answer?.data?.points ?? [];
            const mine = { ...scope.period, starts: points.map(({ start }) => start) };
            const theirs = {
              ...(sides[1].span ?? scope.period),
              starts: others.map(({ start }) => start),
            };
            // The longer one has the axis; the other stands along it, each interval at its place.
            const isMine = mine.starts.length >= theirs.starts.length;
            const [along, against] = isMine ? [mine, theirs] : [theirs, mine];
            const pairs = pairsOf(along, against, interval, scope.zone);
            const placed = (at: number | undefined, of: readonly Point[]) =>
              at === undefined ? null : (of[at]?.ids ?? null);
            const own = (_start: number, at: number) => placed(at, isMine ? points : others);
            const paired = (at: number | undefined) => placed(at, isMine ? others : points);
            const values = [along.starts.map(own), pairs.map(paired)];
            if (!isMine) values.reverse();
            return (
              <Series
                title={`${people} over time`}
                {...{ interval }}
                zone={scope.zone}
                nowMs={scope.nowMs}
                starts={along.starts}
                range={scope.period.before && along}
                lines={[
                  {
                    name: sides[0].name,
                    colour: 'a',
                    values: values[0]!,
                  },
                  {
                    name: sides[1].name,
                    colour: 'b',
                    isDashed: true,
                    values: values[1]!,
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
