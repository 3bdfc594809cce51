// Totals of a project, for admins.

import type { Rows } from '../reading/timed.ts';

/** Events and ids of a project. */
export async function stats(db: Rows, { project }: { project: number }) {
  const [events] = await db.all(
    'SELECT sum(n) AS n FROM rollups WHERE project_id = ? AND dimension = 1 AND grain = 1',
    project,
  );
  const [ids] = await db.all('SELECT count(*) AS n FROM ids WHERE project_id = ?', project);
  return { events: Number(events?.n ?? 0), ids: Number(ids?.n ?? 0) };
}
