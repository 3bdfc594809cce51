// Retention: raw events, and everything that names an id, end after the project's days. Rollups
// and counts of active ids, which name nobody, stay.

import type { Project } from '../../event.ts';
import { DAY_MS } from '../../limits.ts';
import { dayOf, firstDayOfMonth, monthOfDay } from '../periods.ts';
import { type Activity, bitsOf } from './activity.ts';
import type { Database } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import type { Steps } from './steps.ts';
import type { Writer } from './writer.ts';

export interface RetentionParts {
  readonly db: Database;
  readonly steps: Steps;
  readonly writer: Writer;
  readonly activity: Activity;
  readonly letters: LetterTable;
  readonly projects: () => readonly Project[];
}

/** Deletes what is too old, in small transactions between those of ingestion. Resolves with how many events. */
export async function retain(parts: RetentionParts, nowMs: number): Promise<number> {
  const { steps, letters } = parts;
  let deleted = 0;
  for (const project of parts.projects()) deleted += await retainOf(parts, project, nowMs);
  await dropIds(parts);
  await steps.repeat((rows) => letters.expireBefore(nowMs, rows));
  await dropHours(parts);
  return deleted;
}

async function retainOf(
  { db, steps, writer }: RetentionParts,
  { id, retentionDays }: Project,
  nowMs: number,
): Promise<number> {
  const beforeMs = nowMs - retentionDays * DAY_MS;
  const events = db.prepare(
    `DELETE FROM events WHERE seq IN
     (SELECT seq FROM events INDEXED BY events_by_time
      WHERE project_id = ? AND time_ms < ? ORDER BY time_ms LIMIT ?)`,
  );
  let deleted = 0;
  for (let isMore = true; isMore; ) {
    let some = 0;
    isMore = await steps.take((rows) => {
      writer.beforeDeleting();
      some = events.run(id, beforeMs, rows).changes;
      return some;
    });
    deleted += some;
  }
  await steps.repeat((rows) => writer.visits.retain(id, beforeMs, rows));
  const day = dayOf(beforeMs);
  const month = monthOfDay(day);
  const months = db.prepare(
    `DELETE FROM active WHERE (project_id, month, id) IN
     (SELECT project_id, month, id FROM active WHERE project_id = ? AND month < ? LIMIT ?)`,
  );
  await steps.repeat((rows) => months.run(id, month, rows).changes);
  await endDays({ db, steps }, id, month, bitsOf(month, day, firstDayOfMonth(month + 1)));
  const installs = db.prepare(
    `DELETE FROM installs WHERE project_id = ?1 AND installation_id IN
     (SELECT installation_id FROM installs WHERE project_id = ?1 AND last_seen_ms < ?2 LIMIT ?3)`,
  );
  await steps.repeat((rows) => installs.run(id, beforeMs, rows).changes);
  return deleted;
}

/** Takes the days that are over out of the month in which they end, id after id. */
async function endDays(
  { db, steps }: Pick<RetentionParts, 'db' | 'steps'>,
  project: number,
  month: number,
  kept: number,
): Promise<void> {
  const some = db.prepare(
    'SELECT id, days FROM active WHERE project_id = ? AND month = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const where = 'WHERE project_id = ? AND month = ? AND id = ?';
  const change = db.prepare(`UPDATE active SET days = ? ${where}`);
  const drop = db.prepare(`DELETE FROM active ${where}`);
  await inPages(steps, 0, (after, rows) => {
    const page = some.all(project, month, after, rows);
    for (const { id, days } of page) {
      const left = Number(days) & kept;
      if (left === 0) drop.run(project, month, id!);
      else if (left !== days) change.run(left, project, month, id!);
    }
    return page.map(({ id }) => Number(id));
  });
}

/** An id without any activity left is nobody's any more. */
async function dropIds({ db, steps, activity }: RetentionParts): Promise<void> {
  const some = db.prepare(
    `SELECT id, EXISTS (SELECT 1 FROM active WHERE active.id = ids.id) AS is_active
     FROM ids WHERE id > ? ORDER BY id LIMIT ?`,
  );
  const drop = db.prepare('DELETE FROM ids WHERE id = ? AND 1 = ?');
  await inPages(steps, 0, (after, rows) => {
    const page = some.all(after, rows);
    const idle = page.filter(({ is_active }) => Number(is_active) === 0);
    for (const { id } of idle) drop.run(id!, 1);
    // What memory mirrors, and nothing else: counts of others wait in the same transaction.
    if (idle.length > 0) activity.reset();
    return page.map(({ id }) => Number(id));
  });
}

/** Goes through rows in the order of their keys: `work` is given the last key and says which it went through. */
async function inPages(
  steps: Steps,
  first: number,
  work: (after: number, rows: number) => readonly number[],
): Promise<void> {
  let after = first;
  for (let isMore = true; isMore; ) {
    const from = after;
    isMore = await steps.take((rows) => {
      const keys = work(from, rows);
      after = keys.at(-1) ?? from;
      return keys.length;
    });
  }
}

/** Counts by hour, which 1.0 made: of no use to anybody, and a third of all counts. */
async function dropHours({ db, steps }: RetentionParts): Promise<void> {
  const find = db.prepare('SELECT value FROM meta WHERE key = ?');
  if (!find.get('hours_to_drop')) return;
  const key = 'project_id, dimension, grain, start, value, sub';
  const drop = db.prepare(
    `DELETE FROM rollups WHERE (${key}) IN
     (SELECT ${key} FROM rollups WHERE grain = 0 AND 1 = ? LIMIT ?)`,
  );
  await steps.repeat((rows) => {
    const { changes } = drop.run(1, rows);
    if (changes < rows) db.prepare('DELETE FROM meta WHERE key = ?').run('hours_to_drop');
    return changes;
  });
}
