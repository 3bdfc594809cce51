// When is it used, and by how many? Against the period before.

import { useState } from 'preact/hooks';
import type { Point } from '../../../schema/src/question';
import { rangeOf } from '../app/range';
import { useAsked, useScope } from '../app/scope';
import { currentView, go } from '../app/view';
import { peopleOf } from '../app/words';
import { Card, Shown } from '../parts/card';
import { useInterval } from '../parts/interval-choice';
import { pairsOf } from '../parts/paired';
import { type Line, Series } from '../parts/series';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

type What = 'ids' | 'events' | 'failures';

function Activity() {
  const scope = useScope();
  const { period, zone, kind } = scope;
  const [what, setWhat] = useState<What>('ids');
  const { interval, tool } = useInterval('Activity');
  const now = useAsked(scope, { kind: 'series', interval });
  const before = useAsked(
    scope,
    period.before && { kind: 'series', interval, span: period.before },
  );
  const names: Record<What, string> = {
    ids: peopleOf(kind),
    events: 'Events',
    failures: 'Failures',
  };
  const unitWord = { hour: 'hour', day: 'day', week: 'week', month: 'month' }[interval];
  return (
    <Card
      id="activity"
      title={`${names[what]} by ${unitWord}`}
      question="When is it used, and more than before?"
      isWide
      tools={
        <div class="actions">
          {tool}
          <Switch label="What is counted" choices={names} value={what} change={setWhat} />
        </div>
      }
    >
      <Shown of={now}>
        {({ points }) => {
          const lines: Line[] = [
            {
              name: names[what],
              colour: what === 'failures' ? 'bad' : 'a',
              values: points.map((point) => point[what]),
            },
          ];
          const old = before.answer?.data?.points;
          // A line along the bottom says nothing.
          if (period.before && old?.some((point) => point[what] > 0)) {
            const pairs = pairsOf(
              { ...period, starts: points.map(({ start }) => start) },
              { ...period.before, starts: old.map(({ start }) => start) },
              interval,
              zone,
            );
            lines.push({
              name: 'Period before',
              colour: 'soft',
              isDashed: true,
              values: pairs.map((at) => (at === undefined ? null : (old[at]?.[what] ?? null))),
            });
          }
          return (
            <Series
              title={`${names[what]} by ${unitWord}`}
              {...{ interval, zone, lines }}
              starts={points.map(({ start }: Point) => Math.max(start, 0))}
              nowMs={scope.nowMs}
              range={period.before && period}
              pick={
                interval === 'hour' || points.length < 2
                  ? undefined
                  : (start) => go({ ...currentView(), range: rangeOf(start, interval, zone)! })
              }
            />
          );
        }}
      </Shown>
    </Card>
  );
}

export const activity: Panel = {
  id: 'activity',
  title: 'Activity',
  question: 'When is it used, and more than before?',
  isWide: true,
  Show: Activity,
};
