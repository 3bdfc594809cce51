// What happens right now? Who is here, what they do, and a feed. The feed begins with the latest events.

import { useEffect, useState } from 'preact/hooks';
import type { ColumnName, Kind } from '../../../schema/src/columns';
import { filterText } from '../../../schema/src/condition';
import { LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live';
import type { Filter } from '../../../schema/src/question';
import { type LiveState, readLive } from '../app/live';
import { columnsOf, type Scope, ScopeContext, useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { format, instant } from '../format';
import { Card, Shown } from '../parts/card';
import { useHeld } from '../parts/held';
import { byColumn } from './by-column';
import type { Panel } from './panel';

/** Lines of the feed, and how many of them are from before. */
const SHOWN = 60;
const BEFORE = 20;
const MINUTE_MS = 60_000;
/** Whoever did something in this time is here. */
const HERE_MINUTES = 5;

const STATES: Record<LiveState, string> = {
  connecting: 'Connecting …',
  open: 'Connected: new events appear here.',
  lost: 'The connection was lost. Trying again …',
  off: 'Not connected.',
};

const TEXTS = LIVE_COLUMNS.filter(({ type }) => type === 'text').map(({ name }) => name);

const COLUMNS = new Set<string>(LIVE_COLUMNS.map(({ name }) => name));

interface Line {
  readonly key: string;
  readonly timeMs: number;
  readonly event: string;
  readonly values: string;
}

const wordsOf = (of: Readonly<Record<string, unknown>>): string =>
  [
    ...TEXTS.map((name) => of[name]).filter(Boolean),
    ...(of.success === false ? ['failed'] : []),
  ].join(' ');

let arrived = 0;
function lineOf(event: LiveEvent): Line {
  arrived += 1;
  const values = wordsOf(event as unknown as Record<string, unknown>);
  return { key: `live-${arrived}`, timeMs: Date.parse(event.time), event: event.event, values };
}

/** Whether an event passes a filter, as far as the feed tells: ids and properties are not in it. */
function mayMatch(event: LiveEvent, filter: Filter): boolean {
  if (!('column' in filter) || (filter.column !== 'event' && !COLUMNS.has(filter.column)))
    return true;
  const value = event[filter.column as ColumnName | 'event'] ?? null;
  if (filter.op === 'contains') return String(value ?? '').includes(String(filter.value));
  return (value === filter.value) === (filter.op === 'is');
}

/** What arrives while somebody looks, the latest first. */
function useFeed(project: number, where: readonly Filter[]) {
  const [state, setState] = useState<LiveState>('connecting');
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    setLines([]);
    return readLive({
      state: setState,
      events(events) {
        const own = events
          .filter((event) => event.project === project)
          .filter((event) => where.every((filter) => mayMatch(event, filter)))
          .map(lineOf);
        if (own.length > 0) setLines((old) => [...own.reverse(), ...old].slice(0, SHOWN));
      },
    });
  }, [project, where.map(filterText).join()]);
  return { state, lines };
}

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
        {hour &&
          `${format(hour.ids, 'count')} in the last hour, ${format(hour.events, 'count')} events`}
      </p>
    </Card>
  );
}

function Feed({ scope }: { scope: Scope }) {
  const { project, zone, nowMs } = scope;
  const { state, lines } = useFeed(project.id, scope.view.where);
  // Asked once: what comes after it arrives by itself.
  const [from] = useState({ from: nowMs - 60 * MINUTE_MS, to: nowMs + MINUTE_MS });
  const latest = useAsked(scope, { kind: 'events', limit: BEFORE, span: from });
  const [before, setBefore] = useState<readonly Line[]>();
  const events = latest.answer?.data?.events;
  useEffect(() => {
    setBefore(
      (known) =>
        known ??
        events?.map(({ seq, time, event, values }) => ({
          key: `seq-${seq}`,
          timeMs: time,
          event,
          values: wordsOf(values),
        })),
    );
  }, [events]);
  return (
    <Card id="feed" title="As it happens" question="Every event, without any id">
      <p class="soft" role="status">
        {STATES[state]}
      </p>
      <ol
        class="feed"
        aria-live="polite"
        aria-relevant="additions"
        aria-label="Events as they arrive"
      >
        {[...lines, ...(before ?? [])].slice(0, SHOWN).map(({ key, timeMs, event, values }) => (
          <li key={key}>
            <span class="soft">{instant(timeMs, zone, { timeStyle: 'medium' })}</span>{' '}
            <strong>{event}</strong> <bdi>{values}</bdi>
          </li>
        ))}
      </ol>
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
      <Feed scope={scope} />
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
