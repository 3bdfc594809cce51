// Do people wait longer than before? Median and p95 of the duration, along time.

import { useState } from 'preact/hooks';
import { useAsked, useScope } from '../app/scope';
import { Card, Shown } from '../parts/card';
import { useInterval } from '../parts/interval-choice';
import { Series } from '../parts/series';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

/** One at a time: p95 is often ten times the median, which would be a flat line beside it. */
type What = 'median' | 'p95';
const CHOICES: Record<What, string> = { median: 'Median', p95: 'p95' };

const id = 'durations-over-time';
const title = 'Durations over time';
const question = 'Do people wait longer than before?';

function DurationsOverTime() {
  const scope = useScope();
  const [what, setWhat] = useState<What>('median');
  const { interval, tool } = useInterval(title, true);
  const measure = { column: 'duration_ms' };
  const answered = useAsked(scope, { kind: 'series', interval, measure });
  return (
    <Card
      {...{ id, title, question }}
      isWide
      tools={
        <div class="actions">
          {tool}
          <Switch
            label={`${title}: what is shown`}
            choices={CHOICES}
            value={what}
            change={setWhat}
          />
        </div>
      }
    >
      <Shown of={answered} isEmpty={({ points }) => points.every(({ median }) => median === null)}>
        {({ points }) => (
          <Series
            {...{ title, interval }}
            zone={scope.zone}
            nowMs={scope.nowMs}
            range={scope.period.before && scope.period}
            starts={points.map(({ start }) => start)}
            unit="ms"
            lines={[{ name: CHOICES[what], colour: 'a', values: points.map((each) => each[what]) }]}
          />
        )}
      </Shown>
    </Card>
  );
}

export const durationsOverTime: Panel = {
  id,
  title,
  question,
  isWide: true,
  Show: DurationsOverTime,
};
