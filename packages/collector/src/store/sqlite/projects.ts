// Projects: few rows, read often, so they are kept in memory beside the table.

import { randomBytes } from 'node:crypto';
import type { Project } from '../../event.ts';
import type { NewProject, Projects } from '../records.ts';
import type { GroupCommit } from './commit.ts';
import type { Database, Row } from './database.ts';

export const newToken = (): string => `phc_${randomBytes(24).toString('base64url')}`;

const projectOf = (row: Row): Project => ({
  id: Number(row.id),
  name: String(row.name),
  token: String(row.token),
  retentionDays: Number(row.retention_days),
});

/** Every project that was not deleted, the first one first. */
export const allProjects = (db: Database): Project[] =>
  db.prepare('SELECT * FROM projects WHERE removed_ms IS NULL ORDER BY id').all().map(projectOf);

/** The projects of one database connection. */
export class SqliteProjects implements Projects {
  private all: readonly Project[] = [];
  private tokens: ReadonlyMap<string, Project> = new Map();

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
    readonly remove: Projects['remove'],
  ) {
    this.reload();
  }

  list(): readonly Project[] {
    return this.all;
  }

  byToken(token: string): Project | undefined {
    return this.tokens.get(token);
  }

  byId(id: number): Project | undefined {
    return this.all.find((project) => project.id === id);
  }

  find(key: string): Project | undefined {
    // A project that is called by the number of another must not stand before it.
    return (
      this.all.find(({ id }) => String(id) === key) ?? this.all.find(({ name }) => name === key)
    );
  }

  create({ name, token = newToken(), retentionDays }: NewProject, nowMs: number): Promise<Project> {
    return this.commits.add(1, () => {
      this.db
        .prepare(
          'INSERT INTO projects (name, token, retention_days, created_ms) VALUES (?, ?, ?, ?)',
        )
        .run(name, token, retentionDays, nowMs);
      this.reload();
      return this.byToken(token)!;
    });
  }

  update(id: number, { name, retentionDays }: { name?: string; retentionDays?: number }) {
    return this.commits.add(1, () => {
      this.db
        .prepare(
          'UPDATE projects SET name = coalesce(?, name), retention_days = coalesce(?, retention_days) WHERE id = ?',
        )
        .run(name ?? null, retentionDays ?? null, id);
      this.reload();
    });
  }

  /** Takes it out of what is asked for; its row stays, without its name. Inside a transaction. */
  markRemoved(id: number, nowMs: number): boolean {
    const { changes } = this.db
      .prepare(
        `UPDATE projects SET removed_ms = ?1, name = 'removed:' || id, token = 'removed:' || id
         WHERE id = ?2 AND removed_ms IS NULL`,
      )
      .run(nowMs, id);
    this.reload();
    return changes > 0;
  }

  /** Reads the table again: after a change, and after one that was undone. */
  reload(): void {
    this.all = allProjects(this.db);
    this.tokens = new Map(this.all.map((project) => [project.token, project]));
  }
}
