// What may be published: counts of the last days, and only where at least five ids stand behind
// each number. Rollups cannot tell how many ids stand behind a number, so this reads raw events;
// it is slow, runs away from ingestion, and its answer is reused.

import { BREAKDOWNS } from '../../../../../schema/src/breakdowns.ts';
import { DAY_MS, PUBLIC_IDS } from '../../../limits.ts';
import { dayOf, isoDay } from '../../periods.ts';
import type { Database } from '../database.ts';

/** The lists there are, and their columns. */
const PUBLISHED = BREAKDOWNS.filter(({ breakdown }) => breakdown.published);

/** The published summary of whole days up to yesterday. */
export function published(
  db: Database,
  { project, days, nowMs }: { project: number; days: number; nowMs: number },
) {
  const end = dayOf(nowMs);
  const from = end - days;
  const span = [project, from * DAY_MS, end * DAY_MS];
  const where = 'project_id = ? AND time_ms >= ? AND time_ms < ?';
  const isCommand = "event = 'command_executed'";
  const count = (column: string) =>
    db
      .prepare(
        `SELECT ${column} AS name, count(*) AS count FROM events
         WHERE ${where} AND ${column} IS NOT NULL
           ${column === 'command' ? `AND ${isCommand}` : ''}
         GROUP BY name HAVING count(DISTINCT id) >= ${PUBLIC_IDS} ORDER BY count DESC, name LIMIT 50`,
      )
      .all(...span)
      .map((row) => ({ name: String(row.name), count: Number(row.count) }));
  const daily = db
    .prepare(
      `SELECT time_ms / ${DAY_MS} AS day, count(*) AS events, count(DISTINCT id) AS ids FROM events
       WHERE ${where} GROUP BY day HAVING ids >= ${PUBLIC_IDS} ORDER BY day`,
    )
    .all(...span)
    .map((row) => ({
      day: isoDay(Number(row.day)),
      events: Number(row.events),
      ids: Number(row.ids),
    }));
  const total = db
    .prepare(`SELECT count(*) AS events, count(DISTINCT id) AS ids FROM events WHERE ${where}`)
    .get(...span);
  const isShown = Number(total?.ids ?? 0) >= PUBLIC_IDS;
  return {
    from: isoDay(from),
    to: isoDay(end - 1),
    at_least_ids: PUBLIC_IDS,
    totals: isShown ? { events: Number(total?.events), active_ids: Number(total?.ids) } : null,
    activity: daily,
    ...Object.fromEntries(PUBLISHED.map(({ name, breakdown }) => [breakdown.list, count(name)])),
  };
}
