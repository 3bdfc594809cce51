// Forgets an id: its events, its activity, its installation, its dead letters, and its share of
// every rollup that its events still tell. Doing it twice changes nothing.

import { KIND } from './activity.ts';
import { EVENT_COLUMNS, eventOf } from './events.ts';
import { firstDayOfMonth, monthOfDay, weekOfDay } from './periods.ts';
import type { Store } from './store.ts';

/** Events taken out in one transaction, so that ingestion is never held up for long. */
const STEP = 2_000;

/** How much was erased. */
export interface Forgotten {
  events: number;
  installs: number;
  dead_letters: number;
}

/** Erases an id in one project, or in all. Resolves when it is gone from the disk. */
export async function forget(
  store: Store,
  distinctId: string,
  project?: number,
): Promise<Forgotten> {
  const { db, commits, rollups } = store;
  const result: Forgotten = { events: 0, installs: 0, dead_letters: 0 };
  const projects = store.projects.all().filter(({ id }) => project === undefined || id === project);

  const select = db.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id) WHERE events.id = ? LIMIT ${STEP}`,
  );
  const removeEvent = db.prepare('DELETE FROM events WHERE seq = ?');
  const findId = db.prepare(
    'SELECT id, first_day FROM ids WHERE project_id = ? AND distinct_id = ?',
  );

  for (const { id: projectId } of projects) {
    // The row of the id goes last and in the same transaction as the last events: an event that
    // arrives meanwhile is erased with them.
    for (let isDone = false; !isDone; ) {
      isDone = await commits.add(STEP, () => {
        store.forgetMemory();
        const row = findId.get(projectId, distinctId);
        if (!row) return true;
        const id = Number(row.id);
        const rows = select.all(id);
        for (const each of rows) {
          rollups.count(projectId, eventOf(each), -1);
          removeEvent.run(Number(each.seq));
        }
        result.events += rows.length;
        if (rows.length === STEP) return false;
        eraseActivity(store, projectId, id);
        db.prepare('DELETE FROM ids WHERE id = ?').run(id);
        return true;
      });
    }
    await commits.add(1, () => {
      result.installs += db
        .prepare('DELETE FROM installs WHERE project_id = ? AND installation_id = ?')
        .run(projectId, distinctId).changes;
    });
  }
  await commits.add(1, () => {
    result.dead_letters = db
      .prepare('DELETE FROM dead_letters WHERE distinct_id = ? AND (? = 0 OR project_id = ?)')
      .run(distinctId, project ?? 0, project ?? 0).changes;
  });
  store.forgetMemory();
  // Old pages in the write-ahead log would still hold it.
  db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  return result;
}

/** Takes an id out of the active ids of every period. Inside a transaction. */
export function eraseActivity(store: Store, project: number, id: number): void {
  const { db } = store;
  const remove = db.prepare(
    'DELETE FROM active WHERE project_id = ? AND kind = ? AND period = ? AND id = ?',
  );
  const decrement = db.prepare(
    'UPDATE active_counts SET n = n - 1 WHERE project_id = ? AND kind = ? AND period = ?',
  );
  const erase = (kind: number, period: number) => {
    if (remove.run(project, kind, period, id).changes > 0) decrement.run(project, kind, period);
  };
  const months = db.prepare('SELECT period FROM active WHERE id = ? AND kind = 2').all(id);
  for (const { period } of months) {
    const month = Number(period);
    const first = firstDayOfMonth(month);
    const end = firstDayOfMonth(month + 1);
    for (let day = first; day < end; day++) erase(KIND.day, day);
    for (let week = weekOfDay(first); week <= weekOfDay(end); week++) erase(KIND.week, week);
    erase(KIND.month, monthOfDay(first));
  }
  db.exec('DELETE FROM active_counts WHERE n <= 0');
}
