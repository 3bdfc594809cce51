// Visits as they are asked for: one by one, by the pages at their ends, and all together.

import {
  BOUNCE_MS,
  type EndPage,
  type Visit,
  type VisitRange,
  type VisitTotals,
} from '../visits.ts';
import { type Database, textOf } from './database.ts';
import type { Rows } from './reading/timed.ts';
import { COLUMNS, keptOf } from './visits.ts';

/** Visits that began in a range, in order. */
export const visitsIn = (
  db: Database,
  { project, fromMs, toMs, limit }: VisitRange & { limit: number },
): Visit[] =>
  db
    .prepare(
      `SELECT ${COLUMNS} FROM visits WHERE project_id = ? AND start_ms >= ? AND start_ms < ?
       ORDER BY start_ms, number LIMIT ?`,
    )
    .all(project, fromMs, toMs, limit)
    .map(keptOf)
    .map(({ entryMs: _first, exitMs: _last, ...visit }) => visit);

const IS_BOUNCE = `views = 1 AND events = 0 AND engaged_ms < ${BOUNCE_MS}`;

/** The pages at one end of them. */
export async function visitEnds(
  rows: Rows,
  { project, fromMs, toMs, end, limit }: VisitRange & { end: 'entry' | 'exit'; limit: number },
): Promise<EndPage[]> {
  const column = end === 'entry' ? 'entry' : 'exit';
  const found = await rows.all(
    `SELECT CAST(${column} AS BLOB) AS page, count(*) AS visits, count(DISTINCT id) AS visitors, sum(${IS_BOUNCE}) AS bounces
     FROM visits WHERE project_id = ? AND start_ms >= ? AND start_ms < ? AND ${column} IS NOT NULL
     GROUP BY ${column} ORDER BY visits DESC, ${column} LIMIT ?`,
    ...[project, fromMs, toMs, limit],
  );
  return found.map(({ page, visits, visitors, bounces }) => ({
    page: textOf(page),
    visits: Number(visits),
    visitors: Number(visitors),
    bounces: Number(bounces),
  }));
}

/** What they are together. */
export async function visitTotals(
  rows: Rows,
  { project, fromMs, toMs }: VisitRange,
): Promise<VisitTotals> {
  const [row] = await rows.all(
    `SELECT count(*) AS visits, count(DISTINCT id) AS visitors, sum(views) AS views, sum(events) AS events,
       sum(${IS_BOUNCE}) AS bounces,
       sum(max(last_ms - start_ms, engaged_ms)) AS duration
     FROM visits WHERE project_id = ? AND start_ms >= ? AND start_ms < ?`,
    project,
    fromMs,
    toMs,
  );
  const number = (name: string) => Number(row?.[name] ?? 0);
  return {
    visits: number('visits'),
    visitors: number('visitors'),
    views: number('views'),
    events: number('events'),
    bounces: number('bounces'),
    durationMs: number('duration'),
  };
}
