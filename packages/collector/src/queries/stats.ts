// Totals of a project, as anyone may see them: nothing that fewer than five ids stand behind.

import { PUBLIC_IDS } from '../limits.ts';
import type { Database } from '../store/database.ts';

/** Events and ids of a project; null where too few ids would be seen. */
export function stats(db: Database, { project, isAdmin }: { project: number; isAdmin: boolean }) {
  const events = Number(
    db
      .prepare(
        'SELECT sum(n) AS n FROM rollups WHERE project_id = ? AND dimension = 1 AND grain = 1',
      )
      .get(project)?.n ?? 0,
  );
  const ids = Number(
    db.prepare('SELECT count(*) AS n FROM ids WHERE project_id = ?').get(project)?.n ?? 0,
  );
  const isShown = isAdmin || ids >= PUBLIC_IDS;
  return { events: isShown ? events : null, ids: isShown ? ids : null };
}
