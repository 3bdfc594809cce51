// Installations: one row each, with when it was first and last seen.

import type { Install, Installs, Put } from '../records.ts';
import type { Closed } from './closed.ts';
import type { GroupCommit } from './commit.ts';
import { type Database, type Row, type Statement, textOf } from './database.ts';
import type { Reader } from './reading/reader.ts';

/** Strangers wrote it: texts are read as bytes. */
const INSTALL = `SELECT CAST(installation_id AS BLOB) AS installation_id, first_seen_ms, last_seen_ms,
  CAST(properties AS BLOB) AS properties FROM installs`;

const installOf = (row: Row): Install => ({
  installation_id: textOf(row.installation_id),
  first_seen: new Date(Number(row.first_seen_ms)).toISOString(),
  last_seen: new Date(Number(row.last_seen_ms)).toISOString(),
  properties: JSON.parse(textOf(row.properties)),
});

/** A page of a project, in the order of the ids. */
export const installsAfter = (
  db: Database,
  { project, after, limit }: { project: number; after: string; limit: number },
): Install[] =>
  db
    .prepare(
      `${INSTALL} WHERE project_id = ? AND installs.installation_id > ?
       ORDER BY installs.installation_id LIMIT ?`,
    )
    .all(project, after, limit)
    .map(installOf);

/** The table of installations. */
export class SqliteInstalls implements Installs {
  private readonly select: Statement;
  private readonly upsert: Statement;
  private readonly remove: Statement;

  constructor(
    db: Database,
    private readonly commits: GroupCommit,
    private readonly lists: Reader,
    private readonly closed: Closed,
  ) {
    this.select = db.prepare(`${INSTALL} WHERE project_id = ? AND installs.installation_id = ?`);
    this.upsert = db.prepare(
      `INSERT INTO installs (project_id, installation_id, first_seen_ms, last_seen_ms, properties)
       VALUES (?, ?, ?, ?, coalesce(?, '{}'))
       ON CONFLICT DO UPDATE SET
         first_seen_ms = min(first_seen_ms, excluded.first_seen_ms),
         last_seen_ms = max(last_seen_ms, excluded.last_seen_ms),
         properties = coalesce(?, properties)`,
    );
    this.remove = db.prepare('DELETE FROM installs WHERE project_id = ? AND installation_id = ?');
  }

  async get(project: number, id: string): Promise<Install | undefined> {
    return this.find(project, id);
  }

  list(project: number, after: string, limit: number): Promise<Install[]> {
    return this.lists.ask('installs', { project, after, limit });
  }

  put(project: number, id: string, properties: string | null, nowMs: number): Promise<Put> {
    return this.write(project, id, () => ({ properties, firstMs: nowMs, lastMs: nowMs }));
  }

  note(
    project: number,
    id: string,
    properties: string | null,
    nowMs: number,
    seen = { firstMs: nowMs, lastMs: nowMs },
  ): Promise<Put> {
    return this.write(project, id, (isNew) =>
      isNew ? { properties, ...seen } : { properties: null, firstMs: nowMs, lastMs: nowMs },
    );
  }

  delete(project: number, id: string): Promise<boolean> {
    return this.commits.add(1, () => this.remove.run(project, id).changes > 0);
  }

  private find(project: number, id: string): Install | undefined {
    const row = this.select.get(project, id);
    return row && installOf(row);
  }

  private write(project: number, id: string, valuesFor: (isNew: boolean) => Values): Promise<Put> {
    return this.commits.add(1, () => {
      const isNew = this.find(project, id) === undefined;
      const { properties: given, firstMs, lastMs } = valuesFor(isNew);
      const properties = given === null ? null : this.closed.admitJson(project, given);
      this.upsert.run(project, id, firstMs, lastMs, properties, properties);
      return { isNew, install: this.find(project, id)! };
    });
  }
}

interface Values {
  readonly properties: string | null;
  readonly firstMs: number;
  readonly lastMs: number;
}
