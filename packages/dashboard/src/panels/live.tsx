// What happens right now? Who is here, what they do, and a feed.

import type { Kind } from '../../../schema/src/columns';
import { filterText } from '../../../schema/src/condition';
import { columnsOf, type Scope, ScopeContext, useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { eventsInWords, format } from '../format';
import { Card, Shown } from '../parts/card';
import { useHeld } from '../parts/held';
import { byColumn } from './by-column';
import { Feed } from './feed';
import type { Panel } from './panel';

const MINUTE_MS = 60_000;
/** Whoever did something in this time is here. */
const HERE_MINUTES = 5;

function Here({ scope }: { scope: Scope }) {
  const { nowMs, kind } = scope;
  const to = nowMs + MINUTE_MS;
  const here = useAsked(scope, {
    kind: 'totals',
    span: { from: nowMs - (HERE_MINUTES - 1) * MINUTE_MS, to },
  });
  const hour = useHeld(useAsked(scope, { kind: 'totals' })).held?.data?.now;
  const people = peopleOf(kind);
  return (
    <Card
      id="here"
      title={`${people} now`}
      question={`Active in the last ${HERE_MINUTES} minutes, and in the last hour`}
    >
      <Shown of={here}>{({ now }) => <p class="number big">{format(now.ids, 'count')}</p>}</Shown>
      <p class="soft">
        {hour && `${format(hour.ids, 'count')} in the last hour, ${eventsInWords(hour.events)}`}
      </p>
    </Card>
  );
}

const made = new Map<Kind, readonly Panel[]>();

/** What people do in the last hour, and where: the first columns of the kind that have something. */
function panelsOf(kind: Kind): readonly Panel[] {
  const known = made.get(kind);
  if (known) return known;
  const wanted = ['service', 'command', 'template', 'agent', 'version', 'os', 'error_type'];
  const panels = columnsOf(kind)
    .filter(({ name }) => wanted.includes(name))
    .map(({ name, label }) =>
      byColumn(
        { column: name },
        { id: `live-${name}`, title: label, question: 'In the last hour', isOptional: true },
      ),
    );
  made.set(kind, panels);
  return panels;
}

function Live() {
  const view = useScope();
  const { nowMs, kind } = view;
  const period = {
    ...view.period,
    from: nowMs - 59 * MINUTE_MS,
    to: nowMs + MINUTE_MS,
    interval: 'hour',
  } as const;
  const scope: Scope = { ...view, period };
  return (
    <ScopeContext.Provider value={scope}>
      <Here scope={scope} />
      <Feed key={view.view.where.map(filterText).join()} scope={scope} />
      {panelsOf(kind).map(({ id, Show }) => (
        <Show key={id} />
      ))}
    </ScopeContext.Provider>
  );
}

export const live: Panel = {
  id: 'live',
  title: 'Live',
  question: 'What happens right now?',
  Show: Live,
};
