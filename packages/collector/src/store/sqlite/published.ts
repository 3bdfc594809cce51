// Published projects and months: a few rows, kept in memory beside their tables.

import type { Published, PublishedMonth } from '../published.ts';
import type { GroupCommit } from './commit.ts';
import type { Database } from './database.ts';

export class SqlitePublished implements Published {
  private projects = new Set<number>();
  private all = new Map<number, PublishedMonth[]>();

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
  ) {
    this.reload();
  }

  has(project: number): boolean {
    return this.projects.has(project);
  }

  set(project: number, isPublic: boolean): Promise<void> {
    return this.commits.add(1, () => {
      this.db
        .prepare(
          isPublic
            ? 'INSERT INTO public_projects (project_id, one) VALUES (?, ?) ON CONFLICT DO NOTHING'
            : 'DELETE FROM public_projects WHERE project_id = ? AND one = ?',
        )
        .run(project, 1);
      this.reload();
    });
  }

  months(project: number): readonly PublishedMonth[] {
    return this.all.get(project) ?? [];
  }

  freeze(project: number, { month, ...figures }: PublishedMonth): Promise<void> {
    return this.commits.add(1, () => {
      this.db
        .prepare(
          `INSERT INTO public_months (project_id, month, figures) VALUES (?, ?, ?)
           ON CONFLICT DO NOTHING`,
        )
        .run(project, month, JSON.stringify(figures));
      this.reload();
    });
  }

  /** Reads the tables again: after a change, after one that was undone, after a project was deleted. */
  reload(): void {
    const projects = this.db.prepare('SELECT project_id FROM public_projects').all();
    this.projects = new Set(projects.map((row) => Number(row.project_id)));
    const all = new Map<number, PublishedMonth[]>();
    for (const row of this.db
      .prepare('SELECT * FROM public_months ORDER BY project_id, month')
      .all()) {
      const project = Number(row.project_id);
      const months = all.get(project) ?? [];
      all.set(project, months);
      months.push({ month: String(row.month), ...JSON.parse(String(row.figures)) });
    }
    this.all = all;
  }
}
