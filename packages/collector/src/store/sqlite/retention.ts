// Retention: raw events, and everything that names an id, end after the project's days. Rollups
// and counts of active ids, which name nobody, stay.

import type { Project } from '../../event.ts';
import { DAY_MS } from '../../limits.ts';
import { dayOf, firstDayOfMonth, monthOfDay } from '../periods.ts';
import { type Activity, bitsOf } from './activity.ts';
import type { GroupCommit } from './commit.ts';
import type { Database } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import type { Writer } from './writer.ts';

const STEP = 2_000;

export interface RetentionParts {
  readonly db: Database;
  readonly commits: GroupCommit;
  readonly writer: Writer;
  readonly activity: Activity;
  readonly letters: LetterTable;
  readonly projects: () => readonly Project[];
}

/** Deletes what is too old, in small transactions between those of ingestion. */
export async function retain(
  { db, commits, writer, activity, letters, projects }: RetentionParts,
  nowMs: number,
): Promise<number> {
  let deleted = 0;
  const repeat = async (step: () => number): Promise<void> => {
    while ((await commits.add(1, step)) === STEP);
  };
  const events = db.prepare(
    `DELETE FROM events WHERE seq IN
     (SELECT seq FROM events WHERE project_id = ? AND time_ms < ? LIMIT ${STEP})`,
  );
  const months = db.prepare(
    `DELETE FROM active WHERE (project_id, month, id) IN
     (SELECT project_id, month, id FROM active WHERE project_id = ? AND month < ? LIMIT ${STEP})`,
  );
  const days = db.prepare(
    'UPDATE active SET days = days & ? WHERE project_id = ? AND month = ? AND days & ? != days',
  );
  const empty = db.prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND days = 0');
  const installs = db.prepare('DELETE FROM installs WHERE project_id = ? AND last_seen_ms < ?');
  for (const { id, retentionDays } of projects()) {
    const beforeMs = nowMs - retentionDays * DAY_MS;
    await repeat(() => {
      writer.beforeDeleting();
      const { changes } = events.run(id, beforeMs);
      deleted += changes;
      return changes;
    });
    await repeat(() => writer.visits.retain(id, beforeMs, STEP));
    const day = dayOf(beforeMs);
    const month = monthOfDay(day);
    const kept = bitsOf(month, day, firstDayOfMonth(month + 1));
    await repeat(() => months.run(id, month).changes);
    await commits.add(1, () => {
      days.run(kept, id, month, kept);
      empty.run(id, month);
    });
    await commits.add(1, () => installs.run(id, beforeMs).changes);
  }
  // An id without any activity left is nobody's any more.
  const ids = db.prepare(
    `DELETE FROM ids WHERE id IN (
       SELECT ids.id FROM ids
       WHERE NOT EXISTS (SELECT 1 FROM active WHERE active.id = ids.id)
       LIMIT ${STEP})`,
  );
  await repeat(() => {
    const { changes } = ids.run();
    // What memory mirrors, and nothing else: counts of others wait in the same transaction.
    if (changes > 0) {
      activity.reset();
      writer.naming.reset();
    }
    return changes;
  });
  await repeat(
    () =>
      db
        .prepare(
          `DELETE FROM naming WHERE (project_id, named, id) IN
           (SELECT project_id, named, id FROM naming
            WHERE id NOT IN (SELECT id FROM ids) LIMIT ?)`,
        )
        .run(STEP).changes,
  );
  await commits.add(1, () => letters.expireBefore(nowMs));
  await dropHours(db, repeat);
  return deleted;
}

/** Counts by hour, which 1.0 made: of no use to anybody, and a third of all counts. */
async function dropHours(
  db: Database,
  repeat: (step: () => number) => Promise<void>,
): Promise<void> {
  const find = db.prepare('SELECT value FROM meta WHERE key = ?');
  if (!find.get('hours_to_drop')) return;
  const key = 'project_id, dimension, grain, start, value, sub';
  const drop = db.prepare(
    `DELETE FROM rollups WHERE (${key}) IN
     (SELECT ${key} FROM rollups WHERE grain = 0 LIMIT ${STEP})`,
  );
  await repeat(() => {
    const { changes } = drop.run();
    if (changes < STEP) db.prepare('DELETE FROM meta WHERE key = ?').run('hours_to_drop');
    return changes;
  });
}
