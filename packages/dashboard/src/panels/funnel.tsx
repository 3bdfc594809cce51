// How many installations come to their end? Each counted once, whatever it sent.

import type { Filter } from '../../../schema/src/question';
import { type Asked, isFiltered, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { format, percent } from '../format';
import { Card, Shown } from '../parts/card';
import { Link } from '../parts/link';
import type { Panel } from './panel';

const event = (name: string): readonly Filter[] => [{ column: 'event', op: 'is', value: name }];
const STARTED = event('installation_started');
const COMPLETED = event('installation_completed');
const FAILED = event('installation_failed');

const completed = { kind: 'funnel', steps: [STARTED, COMPLETED] } satisfies Asked;
const failed = { kind: 'funnel', steps: [STARTED, FAILED] } satisfies Asked;
const both = { kind: 'funnel', steps: [STARTED, FAILED, COMPLETED] } satisfies Asked;

function Funnel() {
  const scope = useScope();
  const to = (where: readonly Filter[]) =>
    searchOf({
      ...scope.view,
      page: 'events',
      where: [...scope.view.where, ...where.filter((each) => !isFiltered(scope, each))],
    });
  const ends = useAsked(scope, completed);
  const failures = useAsked(scope, failed);
  const mended = useAsked(scope, both);
  return (
    <Card
      id="funnel"
      title="Installations"
      question="How many that start come to their end?"
      isWide
    >
      <Shown of={ends} isEmpty={({ steps }) => (steps[0] ?? 0) === 0}>
        {({ steps: [started = 0, done = 0] }) => {
          const wrong = failures.answer?.data?.steps[1] ?? 0;
          // Who failed at first, and came to the end then, has completed.
          const inTheEnd = Math.max(0, wrong - (mended.answer?.data?.steps[2] ?? 0));
          const rows = [
            { name: 'Started', count: started, colour: 'a', where: STARTED },
            { name: 'Completed', count: done, colour: 'c', where: COMPLETED },
            { name: 'Failed', count: inTheEnd, colour: 'bad', where: FAILED },
            // What did not happen has no events.
            { name: 'Abandoned', count: Math.max(0, started - done - inTheEnd), colour: 'soft' },
          ];
          return (
            <ol class="ranked funnel">
              {rows.map(({ name, count, colour, where }) => (
                <li key={name}>
                  <span class={`bar ${colour}`} style={{ width: `${(count / started) * 100}%` }} />
                  {where ? (
                    <Link class="name" href={to(where)} title={`The events of “${name}”`}>
                      {name}
                    </Link>
                  ) : (
                    <span class="name">{name}</span>
                  )}
                  <span class="figure">{format(count, 'count')}</span>
                  <span class="figure share">{percent(count / started)}</span>
                </li>
              ))}
            </ol>
          );
        }}
      </Shown>
    </Card>
  );
}

export const funnel: Panel = {
  id: 'funnel',
  title: 'Installations',
  question: 'How many that start come to their end?',
  isWide: true,
  Show: Funnel,
};
