// Projects: few rows, read often, so they are kept in memory beside the table.

import type { Kind } from '../../../../schema/src/columns.ts';
import { isZone } from '../../../../schema/src/zone.ts';
import type { Project, Site } from '../../event.ts';
import type { MadeProject, NewProject, ProjectChanges, Projects } from '../records.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { GroupCommit } from './commit.ts';
import type { Database, Row } from './database.ts';
import type { SqliteTokens } from './tokens.ts';

const projectOf = (row: Row): Project => ({
  id: Number(row.id),
  name: String(row.name),
  kind: String(row.kind) as Kind,
  retentionDays: Number(row.retention_days),
  // One that this machine does not know (any more) must not fail every question.
  timeZone: isZone(String(row.time_zone)) ? String(row.time_zone) : 'UTC',
  ...(typeof row.site === 'string' && { site: JSON.parse(row.site) as Site }),
});

/** Every project that was not deleted, the first one first. */
export const allProjects = (db: Database): Project[] =>
  db.prepare('SELECT * FROM projects WHERE removed_ms IS NULL ORDER BY id').all().map(projectOf);

/** The projects of one database connection. */
export class SqliteProjects implements Projects {
  private all: readonly Project[] = [];
  private sites: ReadonlyMap<string, Project> = new Map();

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
    private readonly tokens: SqliteTokens,
    readonly remove: Projects['remove'],
  ) {
    this.reload();
  }

  list(): readonly Project[] {
    return this.all;
  }

  byToken(token: string): Project | undefined {
    const { scope, project = null } = this.tokens.find(token) ?? {};
    return scope === 'write' && project !== null ? this.byId(project) : undefined;
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

  bySite(key: string): Project | undefined {
    return this.sites.get(key);
  }

  create(project: NewProject, nowMs: number): Promise<MadeProject> {
    const { name, kind = 'cli', token = newToken('write'), retentionDays, site } = project;
    const { timeZone = 'UTC' } = project;
    return this.commits.add(1, () => {
      const { lastInsertRowid } = this.db
        .prepare(
          `INSERT INTO projects (name, token, kind, retention_days, time_zone, created_ms, site)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        // The column is of 1.0; tokens have a table of their own.
        .run(
          ...[name, hashToken(token), kind, retentionDays, timeZone, nowMs],
          site ? JSON.stringify(site) : null,
        );
      const id = Number(lastInsertRowid);
      this.tokens.addNow({ project: id, scope: 'write', label: 'first', token }, nowMs);
      this.reload();
      return { ...this.byId(id)!, token };
    });
  }

  update(id: number, changes: ProjectChanges): Promise<void> {
    const { name, kind, retentionDays, timeZone, site } = changes;
    return this.commits.add(1, () => {
      this.db
        .prepare(
          `UPDATE projects SET name = coalesce(?, name), kind = coalesce(?, kind),
           retention_days = coalesce(?, retention_days), time_zone = coalesce(?, time_zone),
           site = coalesce(?, site)
           WHERE id = ?`,
        )
        .run(
          ...[name ?? null, kind ?? null, retentionDays ?? null, timeZone ?? null],
          ...[site ? JSON.stringify(site) : null, id],
        );
      this.reload();
    });
  }

  /** Takes it out of what is asked for; its row stays, without its name. Inside a transaction. */
  markRemoved(id: number, nowMs: number): boolean {
    const { changes } = this.db
      .prepare(
        `UPDATE projects SET removed_ms = ?1, name = 'removed:' || id, token = 'removed:' || id,
         site = NULL
         WHERE id = ?2 AND removed_ms IS NULL`,
      )
      .run(nowMs, id);
    this.tokens.removeOf(id);
    this.reload();
    return changes > 0;
  }

  /** Reads the table again: after a change, and after one that was undone. */
  reload(): void {
    this.all = allProjects(this.db);
    this.sites = new Map(
      this.all.flatMap((each) =>
        each.kind === 'web' && each.site
          ? [each.site.key, each.site.domain].map((name) => [name, each] as const)
          : [],
      ),
    );
  }
}
