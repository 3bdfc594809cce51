// What happens right now? A feed, and how many are here.

import { useEffect, useState } from 'preact/hooks';
import type { ColumnName } from '../../../schema/src/columns';
import { LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live';
import { type LiveState, readLive } from '../app/live';
import { useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { format, instant } from '../format';
import { Card } from '../parts/card';
import type { Panel } from './panel';

const SHOWN = 60;
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

const valuesOf = (event: LiveEvent): string =>
  [
    ...TEXTS.map((name) => event[name as ColumnName]).filter(Boolean),
    ...(event.success === false ? ['failed'] : []),
  ].join(' ');

interface Line {
  readonly key: number;
  readonly event: LiveEvent;
}
let lines = 0;

function Live() {
  const scope = useScope();
  const { project, zone, kind, nowMs } = scope;
  const [state, setState] = useState<LiveState>('connecting');
  const [feed, setFeed] = useState<readonly Line[]>([]);
  const span = { from: nowMs - (HERE_MINUTES - 1) * MINUTE_MS, to: nowMs + MINUTE_MS };
  const here = useAsked(scope, { kind: 'totals', span });
  const hour = useAsked(scope, {
    kind: 'totals',
    span: { from: nowMs - 59 * MINUTE_MS, to: nowMs + MINUTE_MS },
  });
  useEffect(() => {
    setFeed([]);
    return readLive({
      state: setState,
      events(events) {
        const own = events.filter((event) => event.project === project.id);
        if (own.length === 0) return;
        const made = own.map((event) => {
          lines += 1;
          return { key: lines, event };
        });
        setFeed((old) => [...made.reverse(), ...old].slice(0, SHOWN));
      },
    });
  }, [project.id]);
  const now = here.answer?.data?.now;
  return (
    <>
      <Card
        id="here"
        title={`${peopleOf(kind)} now`}
        question={`Active in the last ${HERE_MINUTES} minutes, and in the last hour`}
      >
        <p class="number big">{now ? format(now.ids, 'count') : '…'}</p>
        <p class="soft">
          {hour.answer?.data
            ? `${format(hour.answer.data.now.ids, 'count')} in the last hour, ${format(hour.answer.data.now.events, 'count')} events`
            : ''}
        </p>
      </Card>
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
          {feed.map(({ key, event }) => (
            <li key={key}>
              <span class="soft">
                {instant(Date.parse(event.time), zone, { timeStyle: 'medium' })}
              </span>{' '}
              <strong>{event.event}</strong> <bdi>{valuesOf(event)}</bdi>
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}

export const live: Panel = {
  id: 'live',
  title: 'Live',
  question: 'What happens right now?',
  Show: Live,
};
