// Events of somebody else that name an id: PostHog's SDKs say in one event which other id a person had. When
// that id is forgotten, what names it goes; the rest of the event stays.

import type { Event } from '../event.ts';

/** Properties that hold another id of the same person. */
const NAMING = [
  '$anon_distinct_id',
  'alias',
  '$alias',
  'distinct_id',
  '$distinct_id',
  '$device_id',
  '$user_id',
];

const mentions = (rest: string): boolean => NAMING.some((name) => rest.includes(`"${name}"`));

/** The ids that properties name. */
export const namedIn = (properties: Readonly<Record<string, unknown>>): string[] =>
  NAMING.flatMap((name) => {
    const value = properties[name];
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });

/** The other ids that an event names. Cheap for events that name none. */
export function namedBy({ rest, distinctId }: Event): string[] {
  if (!mentions(rest)) return [];
  const names = new Set(namedIn(JSON.parse(rest) as Record<string, unknown>));
  names.delete(distinctId);
  return [...names];
}

/** The event without what names one of the ids; the event itself if nothing does. */
export function withoutIds<E extends Event>(event: E, ids: ReadonlySet<string>): E {
  if (!mentions(event.rest)) return event;
  const properties = JSON.parse(event.rest) as Record<string, unknown>;
  const naming = NAMING.filter((name) => ids.has(String(properties[name])));
  if (naming.length === 0) return event;
  for (const name of naming) delete properties[name];
  return { ...event, rest: JSON.stringify(properties) };
}
