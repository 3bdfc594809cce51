// Events of somebody else that name an id. When that id is forgotten, what names it goes; the rest of the
// event stays. PostHog's SDKs say in properties of their own which other id a person had; a program may have
// put it anywhere. Properties are as they were sent, ids are not: blanks around them and NULs are gone, long ones
// are cut, numbers are text. So a value is compared as the id that it would have been.

import { distinctIdOf } from '../distinct-id.ts';
import type { Event } from '../event.ts';
import type { Reach } from './erasures.ts';

/** Ids that go, and how far each is looked for. */
export type Ids = ReadonlyMap<string, Reach>;

/** Properties that hold another id of the same person. */
const NAMING: ReadonlySet<string> = new Set([
  '$anon_distinct_id',
  'alias',
  '$alias',
  'distinct_id',
  '$distinct_id',
  '$device_id',
  '$user_id',
]);

/** What JSON escapes, and what stands for half of a character where a long id was cut. */
const ALTERED = /["\\\ufffd\p{Cc}]+/u;

/** A NUL in JSON. Ids have none: what has one may be any id, with it in between. */
export const NUL_IN_JSON = '\\u0000';

/**
 * A piece of an id that JSON holds wherever a value is that id, unless there is a NUL in it: the longest that is
 * written everywhere alike.
 */
export function hintOf(id: string): string {
  if (!ALTERED.test(id)) return id;
  return id.split(ALTERED).reduce((long, each) => (each.length > long.length ? each : long), '');
}

/** Whether it is worth looking closer: quick, and never no where an id is named. */
export const mayName = (json: string, id: string): boolean =>
  json.includes(hintOf(id)) || json.includes(NUL_IN_JSON);

/** JSON without the values that are one of the ids; the same text if there is none. */
export function jsonWithoutIds(json: string, ids: Ids): string {
  if (![...ids.keys()].some((id) => mayName(json, id))) return json;
  const search = new Search(ids);
  const cleaned = search.cleaned(JSON.parse(json));
  return search.found ? JSON.stringify(cleaned) : json;
}

/** The event without what names one of the ids; the event itself if nothing does. */
export function withoutIds<E extends Event>(event: E, ids: Ids): E {
  const rest = jsonWithoutIds(event.rest, ids);
  return rest === event.rest ? event : { ...event, rest };
}

/** Does the payload of a dead letter hold an id, as its own or as another's? */
export function isNamedIn(payload: string, distinctId: string, reach: Reach): boolean {
  if (!mayName(payload, distinctId)) return false;
  const { distinctId: own } = JSON.parse(payload) as Record<string, unknown>;
  return (
    distinctIdOf(own) === distinctId ||
    jsonWithoutIds(payload, new Map([[distinctId, reach]])) !== payload
  );
}

/** Goes through a value that came from JSON; how deep that is was bounded when it was taken. */
class Search {
  found = false;

  constructor(private readonly ids: Ids) {}

  cleaned(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.filter((each) => !this.is(each, '')).map((each) => this.cleaned(each));
    }
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value)
      .filter(([name, each]) => !this.is(each, name))
      .map(([name, each]) => [name, this.cleaned(each)]);
    return Object.fromEntries(kept);
  }

  private is(value: unknown, name: string): boolean {
    const isNaming = NAMING.has(name);
    // A truth or a structure is an id only where ids stand.
    if (typeof value !== 'string' && typeof value !== 'number' && !isNaming) return false;
    const reach = this.ids.get(distinctIdOf(value));
    const isFound = reach === 'anywhere' || (reach === 'named' && isNaming);
    this.found ||= isFound;
    return isFound;
  }
}
