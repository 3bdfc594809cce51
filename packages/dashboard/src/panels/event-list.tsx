// Which events are behind a number? The latest first, as a list and as CSV.

import { useState } from 'preact/hooks';
import type { Kind } from '../../../schema/src/columns';
import { csvLine } from '../../../schema/src/csv';
import type { AnswerOf, Data, Filter, Scalar } from '../../../schema/src/question';
import { download } from '../app/download';
import { columnsOf, type Scope, toggle, totalsOf, urlOf, useAsked, useScope } from '../app/scope';
import { ask } from '../app/server';
import { format, instant } from '../format';
import { Card, Shown } from '../parts/card';
import { Scroll } from '../parts/scroll';
import type { Panel } from './panel';

type Event = Data['events']['events'][number];

const PAGE = 50;
/** Rows of a CSV at most: the export has all of them. */
const CSV_ROWS = 10_000;
const CSV_PAGE = 1_000;

/** A value of an event: what it is called, and the filter for it. */
interface Carried {
  readonly name: string;
  readonly filter: Filter;
}

/** The values that an event carries, as it was sent: columns by their property, then the other ones. */
function valuesOf({ values, properties }: Event, kind: Kind): Carried[] {
  const columns = columnsOf(kind);
  const taken = new Set<string>();
  const own = columns.flatMap(({ name, property }): Carried[] => {
    const value = values[name];
    if (value === null || value === undefined) return [];
    taken.add(property);
    return [{ name: property, filter: { column: name, op: 'is', value } }];
  });
  const others = Object.entries(properties).flatMap(([key, value]): Carried[] => {
    if (taken.has(key) || value === null) return [];
    const scalar = typeof value === 'object' ? JSON.stringify(value) : (value as Scalar);
    return [{ name: key, filter: { property: key, op: 'is', value: scalar } }];
  });
  return [...own, ...others];
}

function EventRow({ event }: { event: Event }) {
  const scope = useScope();
  const only = (filter: Filter) => () => toggle(scope, filter);
  return (
    <tr>
      <td class="text when">{instant(event.time, scope.zone)}</td>
      <th scope="row">
        <button
          type="button"
          class="name"
          title={`Only ${event.event}`}
          onClick={only({ column: 'event', op: 'is', value: event.event })}
        >
          {event.event}
        </button>
      </th>
      <td class="text values">
        {valuesOf(event, scope.kind).map(({ name, filter }) => (
          <button
            type="button"
            class="value"
            key={name}
            title={`Only ${name} ${filter.value}`}
            onClick={only(filter)}
          >
            <span class="soft">{name}</span> <bdi>{String(filter.value)}</bdi>
          </button>
        ))}
      </td>
      <td class="text">
        <button
          type="button"
          class="name id"
          title={`Only the id ${event.distinct_id}`}
          onClick={only({ column: 'distinct_id', op: 'is', value: event.distinct_id })}
        >
          {event.distinct_id}
        </button>
      </td>
    </tr>
  );
}

/** Asks page by page until there is no more, or enough. @throws AskError */
async function allEvents(scope: Scope, rows: number): Promise<Event[]> {
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const url = urlOf(scope, { kind: 'events', limit: CSV_PAGE, ...(cursor && { cursor }) });
    const { data } = (await ask(url)) as AnswerOf<'events'>;
    events.push(...(data?.events ?? []));
    cursor = data?.next ?? undefined;
  } while (cursor && events.length < rows);
  return events.slice(0, rows);
}

function csvOf(events: readonly Event[], kind: Kind): string {
  const rows = events.map((event) => ({
    event,
    values: new Map(valuesOf(event, kind).map(({ name, filter }) => [name, filter.value])),
  }));
  const names = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  return [
    ['time', 'event', 'distinct_id', ...names],
    ...rows.map(({ event: { time, event, distinct_id }, values }) => [
      new Date(time).toISOString(),
      event,
      distinct_id,
      ...names.map((name) => values.get(name)),
    ]),
  ]
    .map(csvLine)
    .join('');
}

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
      title={all === undefined ? 'Events' : `${format(all, 'count')} events`}
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
