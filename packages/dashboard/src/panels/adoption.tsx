// Do people update? Ids by version, over time.

import type { Filter } from '../../../schema/src/question';
import { useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card, Shown } from '../parts/card';
import { Series } from '../parts/series';
import type { Colour } from '../parts/theme';
import type { Panel } from './panel';

const COLOURS: readonly Colour[] = ['a', 'b', 'c', 'd'];

/** Newer versions first: 1.10 after 1.9. */
const collator = new Intl.Collator('en', { numeric: true });

const version = (value: string | undefined): readonly Filter[] => [
  { column: 'version', op: 'is', value: value ?? '' },
];

function Adoption() {
  const scope = useScope();
  const { interval } = scope.period;
  const found = useAsked(scope, {
    kind: 'breakdown',
    by: { column: 'version' },
    order: 'ids',
    limit: 4,
  });
  const versions = (found.answer?.data?.rows ?? [])
    .map(({ value }) => String(value))
    .sort((a, b) => collator.compare(b, a));
  // Always as many hooks.
  const lines = COLOURS.map((_colour, index) => {
    const each = versions[index];
    const asked = { kind: 'series', interval, where: version(each) } as const;
    return useAsked(scope, each === undefined ? undefined : asked);
  });
  const first = lines[0]?.answer?.data?.points;
  const title = `${peopleOf(scope.kind)} by version`;
  return (
    <Card id="adoption" title={title} question="Do people update?" isWide>
      <Shown of={found} isEmpty={({ rows }) => rows.length === 0}>
        {() =>
          first ? (
            <Series
              {...{ title, interval }}
              zone={scope.zone}
              starts={first.map(({ start }) => start)}
              nowMs={scope.nowMs}
              lines={versions.map((name, index) => ({
                name,
                colour: COLOURS[index]!,
                values: first.map(
                  (_point, at) => lines[index]?.answer?.data?.points[at]?.ids ?? null,
                ),
              }))}
            />
          ) : (
            <div class="waiting" />
          )
        }
      </Shown>
    </Card>
  );
}

export const adoption: Panel = {
  id: 'adoption',
  title: 'Versions over time',
  question: 'Do people update?',
  isWide: true,
  Show: Adoption,
};
