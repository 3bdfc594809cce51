// `--event` and `--since`: which events of the record somebody asks for.

import { EVENTS } from '../catalogue/catalogue';
import { isEventName } from '../catalogue/validate';
import { EXIT, UserError } from '../errors';
import type { Wanted } from './read';
import { parseSince } from './since';

/** The name of an event, checked. @throws UserError with the names there are. */
export function parseEvent<T extends string | undefined>(name: T): T {
  if (name === undefined || isEventName(name)) return name;
  throw new UserError(
    `There is no event of that name. Events: ${Object.keys(EVENTS).join(', ')}.`,
    EXIT.usage,
  );
}

/** What the two options ask for. @throws UserError when one of them is not understood. */
export function parseWanted(
  { since, event }: { since?: string | undefined; event?: string | undefined },
  nowMs: number,
): Wanted {
  return { sinceMs: parseSince(since, nowMs), event: parseEvent(event) };
}
