// Which events are behind a number? The latest first, as a list and as CSV.

import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../schema/src/question';
import { totalsOf, urlOf, useAsked, useScope } from '../../app/scope';
import { ask } from '../../app/server';
import { download } from '../../download';
import { eventsInWords, format } from '../../format';
import { Card, Shown } from '../../parts/card';
import { Scroll } from '../../parts/scroll';
import type { Panel } from '../panel';
import { EventRow } from './row';
import { allEvents, csvOf, type Event } from './values';

const PAGE = 50;
/** Rows of a CSV at most: the export has all of them. */
const CSV_ROWS = 10_000;

function EventList() {
  const scope = useScope();
  const first = useAsked(scope, { kind: 'events', limit: PAGE });
  const totals = useAsked(scope, totalsOf(scope));
  const [more, setMore] = useState<{ of: string; events: Event[]; next: string | null }>();
  const [trouble, setTrouble] = useState('');
  const [isBusy, setBusy] = useState(false);
  const of = urlOf(scope, { kind: 'events', limit: PAGE });
  const known = more?.of === of ? more : undefined;
  const all = totals.answer?.data?.now.events;

  const busy = (work: () => Promise<void>) => async () => {
    setBusy(true);
    setTrouble('');
    try {
      await work();
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const older = (next: string) =>
    busy(async () => {
      const url = urlOf(scope, { kind: 'events', limit: PAGE, cursor: next });
      const { data } = (await ask(url)) as AnswerOf<'events'>;
      setMore({
        of,
        events: [...(known?.events ?? []), ...(data?.events ?? [])],
        next: data?.next ?? null,
      });
    });
  return (
    <Card
      id="event-list"
      title={all === undefined ? 'Events' : eventsInWords(all)}
      question="The latest first. Click a value to see only those."
      isWide
      tools={
        <button
          type="button"
          disabled={isBusy}
          title={`The latest ${format(CSV_ROWS, 'count')} at most`}
          onClick={busy(async () =>
            download('events.csv', csvOf(await allEvents(scope, CSV_ROWS), scope.kind)),
          )}
        >
          CSV
        </button>
      }
    >
      <Shown of={first} isEmpty={({ events }) => events.length === 0}>
        {({ events, next }) => {
          const cursor = known ? known.next : next;
          return (
            <>
              <Scroll label="Events" isTall>
                <table class="events">
                  <caption class="hidden">Events</caption>
                  <thead>
                    <tr>
                      <th scope="col">Time</th>
                      <th scope="col" class="text">
                        Event
                      </th>
                      <th scope="col" class="text">
                        Values
                      </th>
                      <th scope="col" class="text">
                        Id
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {[...events, ...(known?.events ?? [])].map((event) => (
                      <EventRow key={event.seq} event={event} />
                    ))}
                  </tbody>
                </table>
              </Scroll>
              {cursor && (
                <p class="below">
                  <button type="button" disabled={isBusy} onClick={older(cursor)}>
                    Older ones
                  </button>
                </p>
              )}
            </>
          );
        }}
      </Shown>
      <p class="trouble" role="alert">
        {trouble}
      </p>
    </Card>
  );
}

export const eventList: Panel = {
  id: 'event-list',
  title: 'Events',
  question: 'Which events are behind a number?',
  isWide: true,
  Show: EventList,
};
