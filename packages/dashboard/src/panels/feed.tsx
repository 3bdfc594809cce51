// Events as they arrive, the latest first, after those of the last hour. The feed tells some columns of an
// event and never an id: what a filter asks for beyond that, the collector is asked for again and again.

import { useEffect, useState } from 'preact/hooks';
import type { ColumnName } from '../../../schema/src/columns';
import { LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live';
import type { Filter } from '../../../schema/src/question';
import { type LiveState, readLive } from '../app/live';
import { type Scope, useAsked } from '../app/scope';
import { instant } from '../format';
import { Card } from '../parts/card';

/** Lines that are shown, and how many of them may be from before. */
const SHOWN = 60;
const BEFORE = 20;
const MINUTE_MS = 60_000;

const STATES: Record<LiveState, string> = {
  connecting: 'Connecting …',
  open: 'Connected: new events appear here.',
  lost: 'The connection was lost. Trying again …',
  off: 'Not connected.',
};

const TEXTS = LIVE_COLUMNS.filter(({ type }) => type === 'text').map(({ name }) => name);
const TOLD = new Set<string>(['event', ...LIVE_COLUMNS.map(({ name }) => name)]);

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

/** Whether the feed tells what a filter is about. */
const isTold = (filter: Filter): boolean => 'column' in filter && TOLD.has(filter.column);

function passes(event: LiveEvent, filter: Filter): boolean {
  if (!('column' in filter)) return false;
  const value = event[filter.column as ColumnName | 'event'] ?? null;
  if (filter.op === 'contains') return String(value ?? '').includes(String(filter.value));
  return (value === filter.value) === (filter.op === 'is');
}

/** What arrives while somebody looks, the latest first. */
function useArriving(project: number, where: readonly Filter[]) {
  const [state, setState] = useState<LiveState>('connecting');
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(
    () =>
      readLive({
        state: setState,
        events(events) {
          const own = events
            .filter((event) => event.project === project)
            .filter((event) => where.every((filter) => passes(event, filter)))
            .map(lineOf);
          if (own.length > 0) setLines((old) => [...own.reverse(), ...old].slice(0, SHOWN));
        },
      }),
    [project],
  );
  return { state, lines };
}

/** The feed of a view. Another filter makes it another feed: give it a key. */
export function Feed({ scope }: { scope: Scope }) {
  const { project, zone, nowMs, view } = scope;
  const isComplete = view.where.every(isTold);
  const { state, lines } = useArriving(project.id, view.where);
  const [openedMs] = useState(nowMs);
  // Where the feed tells all, it is asked once: what comes after it arrives by itself.
  const untilMs = (isComplete ? openedMs : nowMs) + MINUTE_MS;
  const span = { from: untilMs - 60 * MINUTE_MS, to: untilMs };
  const latest = useAsked(scope, { kind: 'events', limit: BEFORE, span });
  const before = (latest.answer?.data?.events ?? []).map(({ seq, time, event, values }) => ({
    key: `seq-${seq}`,
    timeMs: time,
    event,
    values: wordsOf(values),
  }));
  const firstMs = lines.at(-1)?.timeMs ?? Number.POSITIVE_INFINITY;
  const shown = isComplete
    ? [...lines, ...before.filter(({ timeMs }) => timeMs < firstMs)].slice(0, SHOWN)
    : before;
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
        {shown.map(({ key, timeMs, event, values }) => (
          <li key={key}>
            <span class="soft">{instant(timeMs, zone, { timeStyle: 'medium' })}</span>{' '}
            <strong>{event}</strong> <bdi>{values}</bdi>
          </li>
        ))}
      </ol>
    </Card>
  );
}
