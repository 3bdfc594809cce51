// What an export takes, and what of it leaves.

import type { Event } from '../event.ts';
import { joined } from '../gate/breakdown.ts';
import { formatUuid } from '../gate/uuid.ts';
import { DAY_MS } from '../limits.ts';
import type { Selection } from '../store/events.ts';
import type { Range } from '../store/numbers.ts';

/** The events of a range of days. */
export const selectionOf = ({ project, fromDay, toDay }: Range): Selection => ({
  project,
  fromMs: fromDay * DAY_MS,
  toMs: (toDay + 1) * DAY_MS,
});

/** An event as it leaves: the properties as they came, less what is never kept. */
export function exported(event: Event) {
  return {
    uuid: formatUuid(event.uuid),
    event: event.name,
    distinct_id: event.distinctId,
    timestamp: new Date(event.timeMs).toISOString(),
    properties: joined(event),
  };
}
