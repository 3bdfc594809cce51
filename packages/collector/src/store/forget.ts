// Forgets an id: its events, its activity, its installation, its dead letters, and its share of
// every rollup that its events still tell. Doing it twice changes nothing.

import { DAY_MS } from '../limits.ts';
import { daysIn, KIND } from './activity.ts';
import { EVENT_COLUMNS, eventOf } from './events.ts';
import { weekOfDay } from './periods.ts';
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
  const nextMonth = db.prepare(
    'SELECT month, days FROM active WHERE id = ? ORDER BY month LIMIT 1',
  );

  for (const { id: projectId } of projects) {
    // A month in one transaction, so that ingestion is never held up for long. The row of the id
    // goes last, when no month is left: an event that arrives meanwhile is erased with the others.
    for (let isDone = false; !isDone; ) {
      isDone = await commits.add(1, () => {
        store.forgetMemory();
        const row = findId.get(projectId, distinctId);
        if (!row) return true;
        const id = Number(row.id);
        const active = nextMonth.get(id);
        if (!active) {
          db.prepare('DELETE FROM ids WHERE id = ?').run(id);
          return true;
        }
        const month = Number(active.month);
        const days = daysIn(month, Number(active.days));
        for (const day of days) {
          for (const each of select.all(projectId, day * DAY_MS, (day + 1) * DAY_MS, id)) {
            rollups.count(projectId, eventOf(each), -1);
            removeEvent.run(Number(each.seq));
            result.events++;
          }
        }
        eraseMonth(store, projectId, id, month, days);
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

/** Takes an id out of the active ids of a month, the earliest it has. Inside a transaction. */
function eraseMonth(
  { db }: Store,
  project: number,
  id: number,
  month: number,
  days: readonly number[],
): void {
  const decrement = db.prepare(
    'UPDATE active_counts SET n = n - 1 WHERE project_id = ? AND kind = ? AND period = ?',
  );
  db.prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND id = ?').run(
    project,
    month,
    id,
  );
  decrement.run(project, KIND.month, month);
  for (const day of days) decrement.run(project, KIND.day, day);
  // A week that goes on into the next month is still counted there, if the id was active there.
  const next = db
    .prepare('SELECT days FROM active WHERE project_id = ? AND month = ? AND id = ?')
    .get(project, month + 1, id);
  const later = new Set(daysIn(month + 1, Number(next?.days ?? 0)).map(weekOfDay));
  for (const week of new Set(days.map(weekOfDay))) {
    if (!later.has(week)) decrement.run(project, KIND.week, week);
  }
  db.prepare('DELETE FROM active_counts WHERE project_id = ? AND n <= 0').run(project);
}
