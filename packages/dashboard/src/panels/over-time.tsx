// How does it change? The most frequent values of a column along time, a line each, and of events the rest as
// one more. A name filters the view.

import type { Filter } from '../../../schema/src/question';
import { isFiltered, oneOf, toggle, useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { valueInWords } from '../format';
import { Card, Shown } from '../parts/card';
import { useInterval } from '../parts/interval-choice';
import { firstAsked } from '../parts/ranked-asked';
import { Series } from '../parts/series';
import type { Colour } from '../parts/theme';
import type { Panel } from './panel';

const COLOURS: readonly Colour[] = ['a', 'b', 'c', 'd'];
const OTHER = 'Other';

/** Newer versions first: 1.10 after 1.9. */
const collator = new Intl.Collator('en', { numeric: true });

interface OverTime {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly column: string;
  /** What a line counts. */
  readonly count: 'ids' | 'events';
  /** Names from high to low, instead of the most frequent first. */
  readonly isNewestFirst?: boolean;
  /** Left out when there is nothing in it. */
  readonly isOptional?: boolean;
  /** Few and far between: of a long range weeks to begin with, where days would be nothing but peaks. */
  readonly isSparse?: boolean;
}

/** A panel of the values of a column along time. */
export function valuesOverTime(of: OverTime): Panel {
  const { id, title, question, column, count, isNewestFirst, isOptional, isSparse } = of;
  const Show = () => {
    const scope = useScope();
    const { interval, tool } = useInterval(title, isSparse);
    // As the list of these values asks: one question for both.
    const found = useAsked(scope, firstAsked({ by: { column }, count }));
    const rows = (found.answer?.data?.rows ?? []).slice(0, COLOURS.length);
    const values = rows.map(({ value }) => String(value));
    if (isNewestFirst) values.sort((a, b) => collator.compare(b, a));
    const filterOf = (value: string | undefined): Filter => ({
      column,
      op: 'is',
      value: value ?? '',
    });
    // Always as many hooks.
    const lines = COLOURS.map((_colour, index) => {
      const each = values[index];
      const asked = { kind: 'series', interval, where: [filterOf(each)] } as const;
      return useAsked(scope, each === undefined ? undefined : asked);
    });
    // Ids cannot be subtracted: one may have several values.
    const hasOther = count === 'events' && (found.answer?.data?.values ?? 0) > values.length;
    const all = useAsked(
      scope,
      hasOther
        ? { kind: 'series', interval, where: [{ column, op: 'is_not', value: null }] }
        : undefined,
    );
    const pointsOf = (line: (typeof lines)[number] | undefined) => line?.answer?.data?.points ?? [];
    const rest = pointsOf(all).map(({ events }, at) =>
      values.reduce(
        (left, _value, index) => left - (pointsOf(lines[index])[at]?.events ?? 0),
        events,
      ),
    );
    // What nobody sends needs no place on the page.
    if (isOptional && found.answer?.data?.rows.length === 0) return null;
    const isThere =
      values.every((_value, index) => lines[index]?.answer) && (!hasOther || all.answer);
    const failed = [...lines, all].find(({ error }) => error);
    const answered = isThere
      ? found
      : { isAsking: true, ...(failed?.error && { error: failed.error }) };
    const heading = count === 'ids' ? `${peopleOf(scope.kind)} by ${oneOf({ column })}` : title;
    return (
      <Card {...{ id, question }} title={heading} isWide tools={tool}>
        <Shown of={answered} isEmpty={({ rows }) => rows.length === 0}>
          {() => (
            <Series
              title={heading}
              {...{ interval }}
              zone={scope.zone}
              starts={pointsOf(lines[0]).map(({ start }) => start)}
              nowMs={scope.nowMs}
              range={scope.period.before && scope.period}
              lines={[
                ...values.map((name, index) => ({
                  name,
                  colour: COLOURS[index]!,
                  values: pointsOf(lines[index]).map((point) => point[count]),
                })),
                ...(hasOther ? [{ name: OTHER, colour: 'soft', values: rest } as const] : []),
              ]}
              legendOf={({ name, colour }) =>
                colour === 'soft' ? (
                  OTHER
                ) : (
                  <button
                    type="button"
                    class="name"
                    aria-pressed={isFiltered(scope, filterOf(name))}
                    title={`Only ${valueInWords(name)}`}
                    onClick={() => toggle(filterOf(name))}
                  >
                    <bdi>{valueInWords(name)}</bdi>
                  </button>
                )
              }
            />
          )}
        </Shown>
      </Card>
    );
  };
  return { id, title, question, isWide: true, Show };
}
