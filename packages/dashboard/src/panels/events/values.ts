// What an event carries, for its row and for the file of many.

import type { Kind } from '../../../../schema/src/columns';
import { csvLine } from '../../../../schema/src/csv';
import type { AnswerOf, Data, Filter, Scalar } from '../../../../schema/src/question';
import { columnsOf, type Scope, urlOf } from '../../app/scope';
import { ask } from '../../app/server';

export type Event = Data['events']['events'][number];

const CSV_PAGE = 1_000;

/** A value of an event: what it is called, and the filter for it. */
export interface Carried {
  readonly name: string;
  readonly filter: Filter;
}

/** The values that an event carries, as it was sent: columns by their property, then the other ones. */
export function valuesOf({ values, properties }: Event, kind: Kind): Carried[] {
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

/** Asks page by page until there is no more, or enough. @throws AskError */
export async function allEvents(scope: Scope, rows: number): Promise<Event[]> {
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

/** Events for a spreadsheet: a column for each name that any of them has. */
export function csvOf(events: readonly Event[], kind: Kind): string {
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
