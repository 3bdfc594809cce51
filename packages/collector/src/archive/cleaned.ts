// An event of somebody else that names an erased id: PostHog's SDKs say in one event which other id a person
// had. What names it goes; the rest of the event stays.

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

/** The event without what names one of the ids; the event itself if nothing does. */
export function withoutIds(event: Event, ids: ReadonlySet<string>): Event {
  if (!NAMING.some((name) => event.rest.includes(`"${name}"`))) return event;
  const properties = JSON.parse(event.rest) as Record<string, unknown>;
  const naming = NAMING.filter((name) => ids.has(String(properties[name])));
  if (naming.length === 0) return event;
  for (const name of naming) delete properties[name];
  return { ...event, rest: JSON.stringify(properties) };
}
