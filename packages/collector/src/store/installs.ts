// Installations: one row each, with when it was first and last seen.

import type { Row, Statement } from './database.ts';
import type { Store } from './store.ts';

/** An installation, as clients and admins see it. */
export interface Install {
  readonly installation_id: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly properties: unknown;
}

const installOf = (row: Row): Install => ({
  installation_id: String(row.installation_id),
  first_seen: new Date(Number(row.first_seen_ms)).toISOString(),
  last_seen: new Date(Number(row.last_seen_ms)).toISOString(),
  properties: JSON.parse(String(row.properties)),
});

/** The table of installations; writes go through the store's transactions. */
export class Installs {
  private readonly select: Statement;
  private readonly page: Statement;
  private readonly put: Statement;
  private readonly remove: Statement;

  constructor(private readonly store: Store) {
    const { db } = store;
    this.select = db.prepare('SELECT * FROM installs WHERE project_id = ? AND installation_id = ?');
    this.page = db.prepare(
      'SELECT * FROM installs WHERE project_id = ? AND installation_id > ? ORDER BY installation_id LIMIT ?',
    );
    this.put = db.prepare(
      `INSERT INTO installs (project_id, installation_id, first_seen_ms, last_seen_ms, properties)
       VALUES (?, ?, ?, ?, coalesce(?, '{}'))
       ON CONFLICT DO UPDATE SET
         first_seen_ms = min(first_seen_ms, excluded.first_seen_ms),
         last_seen_ms = max(last_seen_ms, excluded.last_seen_ms),
         properties = coalesce(?, properties)`,
    );
    this.remove = db.prepare('DELETE FROM installs WHERE project_id = ? AND installation_id = ?');
  }

  get(project: number, id: string): Install | undefined {
    const row = this.select.get(project, id);
    return row && installOf(row);
  }

  /** A page of a project, in the order of the ids, after `after`. */
  list(project: number, after: string, limit: number): Install[] {
    return this.page.all(project, after, limit).map(installOf);
  }

  /** Creates it, or notes that it was seen again. `properties` (JSON) replaces what was there. */
  upsert(project: number, id: string, properties: string | null, nowMs: number) {
    return this.store.commits.add(1, () => {
      const isNew = this.select.get(project, id) === undefined;
      this.put.run(project, id, nowMs, nowMs, properties, properties);
      return { isNew, install: this.get(project, id)! };
    });
  }

  /** Creates it; when it is there already, notes only that it was seen again. */
  note(
    project: number,
    id: string,
    properties: string | null,
    nowMs: number,
    seen: { firstMs: number; lastMs: number } = { firstMs: nowMs, lastMs: nowMs },
  ) {
    return this.store.commits.add(1, () => {
      const isNew = this.select.get(project, id) === undefined;
      const given = isNew ? properties : null;
      const { firstMs, lastMs } = isNew ? seen : { firstMs: nowMs, lastMs: nowMs };
      this.put.run(project, id, firstMs, lastMs, given, given);
      return { isNew, install: this.get(project, id)! };
    });
  }

  delete(project: number, id: string): Promise<boolean> {
    return this.store.commits.add(1, () => this.remove.run(project, id).changes > 0);
  }
}
