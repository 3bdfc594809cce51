// How does it change? The most frequent values of a column along time, a line each. A name filters the
// view.

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
}

/** A panel of the values of a column along time. */
export function valuesOverTime(of: OverTime): Panel {
  const { id, title, question, column, count, isNewestFirst, isOptional } = of;
  const Show = () => {
    const scope = useScope();
    const { interval, tool } = useInterval(title);
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
    // What nobody sends needs no place on the page.
    if (isOptional && found.answer?.data?.rows.length === 0) return null;
    const isThere = values.every((_value, index) => lines[index]?.answer);
    const failed = lines.find(({ error }) => error);
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
              starts={(lines[0]?.answer?.data?.points ?? []).map(({ start }) => start)}
              nowMs={scope.nowMs}
              range={scope.period.before && scope.period}
              lines={values.map((name, index) => ({
                name,
                colour: COLOURS[index]!,
                values: (lines[index]?.answer?.data?.points ?? []).map((point) => point[count]),
              }))}
              legendOf={({ name }) => (
                <button
                  type="button"
                  class="name"
                  aria-pressed={isFiltered(scope, filterOf(name))}
                  title={`Only ${valueInWords(name)}`}
                  onClick={() => toggle(filterOf(name))}
                >
                  <bdi>{valueInWords(name)}</bdi>
                </button>
              )}
            />
          )}
        </Shown>
      </Card>
    );
  };
  return { id, title, question, isWide: true, Show };
}
