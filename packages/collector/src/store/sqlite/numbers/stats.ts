// Totals of a project, for admins.

import type { Database } from '../database.ts';

/** Events and ids of a project. */
export function stats(db: Database, { project }: { project: number }) {
  const events = db
    .prepare('SELECT sum(n) AS n FROM rollups WHERE project_id = ? AND dimension = 1 AND grain = 1')
    .get(project);
  const ids = db.prepare('SELECT count(*) AS n FROM ids WHERE project_id = ?').get(project);
  return { events: Number(events?.n ?? 0), ids: Number(ids?.n ?? 0) };
}
