// Takes ids out of the active ones, and out of the counts of these. Inside transactions; `Activity` mirrors the
// tables and is to be reset before.

import { monthOfDay, weekOfDay } from '../periods.ts';
import { bitOf, daysIn, KIND } from './activity.ts';
import type { Database } from './database.ts';

type Kind = (typeof KIND)[keyof typeof KIND];

/** Takes an id out of a month, the earliest that it has. `bits`: its days of it. */
export function eraseMonth(
  db: Database,
  project: number,
  id: number,
  month: number,
  bits: number,
): void {
  const counts = new Counts(db, project);
  const days = daysIn(month, bits);
  db.prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND id = ?').run(
    project,
    month,
    id,
  );
  counts.less(KIND.month, month);
  for (const day of days) counts.less(KIND.day, day);
  // A week that goes on into the next month is still counted there, if the id was active there.
  const next = db
    .prepare('SELECT days FROM active WHERE project_id = ? AND month = ? AND id = ?')
    .get(project, month + 1, id);
  const later = new Set(daysIn(month + 1, Number(next?.days ?? 0)).map(weekOfDay));
  for (const week of new Set(days.map(weekOfDay))) {
    if (!later.has(week)) counts.less(KIND.week, week);
  }
  counts.drop();
}

/** Takes an id out of one day. What retention has ended stays counted. */
export function leaveDay(db: Database, project: number, id: number, day: number): void {
  const counts = new Counts(db, project);
  const month = monthOfDay(day);
  const active = db
    .prepare(
      'SELECT month, days FROM active WHERE project_id = ? AND month BETWEEN ? AND ? AND id = ?',
    )
    .all(project, month - 1, month + 1, id)
    .flatMap((row) => daysIn(Number(row.month), Number(row.days)));
  if (!active.includes(day)) return;
  const others = active.filter((each) => each !== day);
  counts.less(KIND.day, day);
  if (!others.some((each) => weekOfDay(each) === weekOfDay(day))) {
    counts.less(KIND.week, weekOfDay(day));
  }
  if (others.some((each) => monthOfDay(each) === month)) {
    db.prepare(
      'UPDATE active SET days = days & ~? WHERE project_id = ? AND month = ? AND id = ?',
    ).run(bitOf(day), project, month, id);
  } else {
    counts.less(KIND.month, month);
    db.prepare('DELETE FROM active WHERE project_id = ? AND month = ? AND id = ?').run(
      project,
      month,
      id,
    );
  }
  counts.drop();
  const first = db
    .prepare('SELECT month, days FROM active WHERE id = ? AND 1 = ? ORDER BY month LIMIT 1')
    .get(id, 1);
  if (!first) {
    db.prepare('DELETE FROM ids WHERE id = ? AND 1 = ?').run(id, 1);
    return;
  }
  db.prepare('UPDATE ids SET first_day = ? WHERE id = ? AND first_day = ?').run(
    daysIn(Number(first.month), Number(first.days))[0]!,
    id,
    day,
  );
}

/** How many ids of a project were active in each period. */
class Counts {
  private readonly touched: [Kind, number][] = [];

  constructor(
    private readonly db: Database,
    private readonly project: number,
  ) {}

  /** One less. */
  less(kind: Kind, period: number): void {
    this.db
      .prepare(
        'UPDATE active_counts SET n = n - 1 WHERE project_id = ? AND kind = ? AND period = ?',
      )
      .run(this.project, kind, period);
    this.touched.push([kind, period]);
  }

  /** Drops those of which nobody is left. */
  drop(): void {
    const drop = this.db.prepare(
      'DELETE FROM active_counts WHERE project_id = ? AND kind = ? AND period = ? AND n <= 0',
    );
    for (const [kind, period] of this.touched) drop.run(this.project, kind, period);
  }
}
