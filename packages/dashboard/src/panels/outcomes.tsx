// How do installations end, along time? By how many, and which share of those that ended succeeded.

import { useState } from 'preact/hooks';
import type { Filter } from '../../../schema/src/question';
import { useAsked, useScope } from '../app/scope';
import { Card, Shown } from '../parts/card';
import { useInterval } from '../parts/interval-choice';
import { type Line, Series } from '../parts/series';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

type What = 'counts' | 'rate';
const CHOICES: Record<What, string> = { counts: 'Installations', rate: 'Success rate' };

const event = (name: string): readonly Filter[] => [{ column: 'event', op: 'is', value: name }];

const title = 'How installations end';
const question = 'Do more of them succeed than before?';

function Outcomes() {
  const scope = useScope();
  const [what, setWhat] = useState<What>('counts');
  const { interval, tool } = useInterval(title);
  const ask = (name: string) =>
    useAsked(scope, { kind: 'series', interval, where: event(`installation_${name}`) });
  const [started, completed, failed] = [ask('started'), ask('completed'), ask('failed')];
  const all = useAsked(scope, { kind: 'series', interval });
  const isThere = [started, completed, failed].every(({ answer }) => answer);
  return (
    <Card
      id="outcomes"
      {...{ title, question }}
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
      <Shown of={isThere ? all : { isAsking: true, ...(all.error && { error: all.error }) }}>
        {({ points }) => {
          const line = (name: string, colour: Line['colour'], of: typeof started): Line => ({
            name,
            colour,
            values: (of.answer?.data?.points ?? []).map(({ ids }) => ids),
          });
          const rate = points.map(({ failure_rate }) =>
            failure_rate === null ? null : 1 - failure_rate,
          );
          return (
            <Series
              {...{ title, interval }}
              zone={scope.zone}
              nowMs={scope.nowMs}
              range={scope.period.before && scope.period}
              starts={points.map(({ start }) => start)}
              unit={what === 'rate' ? 'percent' : 'count'}
              lines={
                what === 'rate'
                  ? [{ name: 'Success rate', colour: 'c', values: rate }]
                  : [
                      line('Started', 'a', started),
                      line('Completed', 'c', completed),
                      line('Failed', 'bad', failed),
                    ]
              }
            />
          );
        }}
      </Shown>
    </Card>
  );
}

export const outcomes: Panel = { id: 'outcomes', title, question, isWide: true, Show: Outcomes };
