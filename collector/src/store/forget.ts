// Forgets an id: its events, its activity, its installation, its dead letters, and its share of
// every rollup that its events still tell. Doing it twice changes nothing.

import { DAY_MS } from '../limits.ts';
import { KIND } from './activity.ts';
import { EVENT_COLUMNS, eventOf } from './events.ts';
import { firstDayOfMonth, weekOfDay } from './periods.ts';
import type { Store } from './store.ts';

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
    `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
     WHERE events.project_id = ? AND time_ms >= ? AND time_ms < ? AND events.id = ?`,
  );
  const removeEvent = db.prepare('DELETE FROM events WHERE seq = ?');
  const findId = db.prepare('SELECT id FROM ids WHERE project_id = ? AND distinct_id = ?');

  for (const { id: projectId } of projects) {
    // A day in one transaction, so that ingestion is never held up for long. The row of the id goes
    // last, when no day is left: an event that arrives meanwhile is erased with the others.
    for (let isDone = false; !isDone; ) {
      isDone = await commits.add(1, () => {
        store.forgetMemory();
        const row = findId.get(projectId, distinctId);
        if (!row) return true;
        const id = Number(row.id);
        const day = activeDay(store, projectId, id);
        if (day === undefined) {
          eraseActivity(store, projectId, id);
          db.prepare('DELETE FROM ids WHERE id = ?').run(id);
          return true;
        }
        const rows = select.all(projectId, day * DAY_MS, (day + 1) * DAY_MS, id);
        for (const each of rows) {
          rollups.count(projectId, eventOf(each), -1);
          removeEvent.run(Number(each.seq));
        }
        eraseActive(store, projectId, KIND.day, day, id);
        result.events += rows.length;
        return false;
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
  await store.emptyLog();
  return result;
}

const activeMonths = (store: Store, id: number): number[] =>
  store.db
    .prepare('SELECT period FROM active WHERE id = ? AND kind = 2')
    .all(id)
    .map(({ period }) => Number(period));

/** A day on which an id was active; undefined when none is left. */
function activeDay(store: Store, project: number, id: number): number | undefined {
  const wasActive = store.db.prepare(
    'SELECT 1 FROM active WHERE project_id = ? AND kind = 0 AND period = ? AND id = ?',
  );
  for (const month of activeMonths(store, id)) {
    const end = firstDayOfMonth(month + 1);
    for (let day = firstDayOfMonth(month); day < end; day++) {
      if (wasActive.get(project, day, id)) return day;
    }
  }
  return undefined;
}

/** Takes an id out of the active ids of every week and month. Inside a transaction. */
function eraseActivity(store: Store, project: number, id: number): void {
  for (const month of activeMonths(store, id)) {
    const lastWeek = weekOfDay(firstDayOfMonth(month + 1));
    for (let week = weekOfDay(firstDayOfMonth(month)); week <= lastWeek; week++) {
      eraseActive(store, project, KIND.week, week, id);
    }
    eraseActive(store, project, KIND.month, month, id);
  }
}

function eraseActive(store: Store, project: number, kind: number, period: number, id: number) {
  const { db } = store;
  const { changes } = db
    .prepare('DELETE FROM active WHERE project_id = ? AND kind = ? AND period = ? AND id = ?')
    .run(project, kind, period, id);
  if (changes === 0) return;
  db.prepare(
    'UPDATE active_counts SET n = n - 1 WHERE project_id = ? AND kind = ? AND period = ?',
  ).run(project, kind, period);
  db.prepare(
    'DELETE FROM active_counts WHERE project_id = ? AND kind = ? AND period = ? AND n <= 0',
  ).run(project, kind, period);
}
