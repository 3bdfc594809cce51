// Raw events in the order of their time, a page at a time: an export holds no long transaction and
// little memory, however much there is.

import type { Event } from '../event.ts';
import { joined } from '../gate/breakdown.ts';
import { formatUuid } from '../gate/uuid.ts';
import { DAY_MS } from '../limits.ts';
import type { Database } from '../store/database.ts';
import { EVENT_COLUMNS, eventOf } from '../store/events.ts';

const PAGE = 1_000;

export interface Selection {
  readonly project: number;
  readonly fromDay: number;
  readonly toDay: number;
}

/** Pages of events. Those that arrive meanwhile may be among them or not. */
export function* pages(db: Database, { project, fromDay, toDay }: Selection): Generator<Event[]> {
  const select = db.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
     WHERE events.project_id = ?1 AND (time_ms, seq) > (?2, ?3) AND time_ms < ?4
     ORDER BY time_ms, seq LIMIT ${PAGE}`,
  );
  let afterMs = fromDay * DAY_MS - 1;
  let afterSeq = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = select.all(project, afterMs, afterSeq, (toDay + 1) * DAY_MS);
    if (rows.length === 0) return;
    yield rows.map(eventOf);
    afterMs = Number(rows.at(-1)!.time_ms);
    afterSeq = Number(rows.at(-1)!.seq);
  }
}

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
