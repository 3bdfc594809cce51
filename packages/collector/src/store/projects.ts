// Projects and settings: few rows, read often, so they are kept in memory beside the table.

import { randomBytes } from 'node:crypto';
import type { Project } from '../event.ts';
import type { Database, Row } from './database.ts';

export const newToken = (): string => `phc_${randomBytes(24).toString('base64url')}`;

const projectOf = (row: Row): Project => ({
  id: Number(row.id),
  name: String(row.name),
  token: String(row.token),
  retentionDays: Number(row.retention_days),
});

/** The projects of one database connection. */
export class Projects {
  private byToken = new Map<string, Project>();

  constructor(private readonly db: Database) {
    this.reload();
  }

  /** Every project, the first one first: it is the one that anonymous dialects write to. */
  all(): Project[] {
    return [...this.byToken.values()];
  }

  byTokenOf(token: string): Project | undefined {
    return this.byToken.get(token);
  }

  byId(id: number): Project | undefined {
    return this.all().find((project) => project.id === id);
  }

  /** Finds a project by its number or its name. */
  find(key: string): Project | undefined {
    return this.all().find(({ id, name }) => String(id) === key || name === key);
  }

  /** @throws when the name or the token is taken. */
  create(name: string, nowMs: number, token = newToken(), retentionDays = 365): Project {
    this.db
      .prepare('INSERT INTO projects (name, token, retention_days, created_ms) VALUES (?, ?, ?, ?)')
      .run(name, token, retentionDays, nowMs);
    this.reload();
    return this.byToken.get(token)!;
  }

  update(id: number, { name, retentionDays }: { name?: string; retentionDays?: number }): void {
    this.db
      .prepare(
        'UPDATE projects SET name = coalesce(?, name), retention_days = coalesce(?, retention_days) WHERE id = ?',
      )
      .run(name ?? null, retentionDays ?? null, id);
    this.reload();
  }

  private reload(): void {
    const rows = this.db.prepare('SELECT * FROM projects ORDER BY id').all();
    this.byToken = new Map(rows.map((row) => [String(row.token), projectOf(row)]));
  }
}

/** Reads a setting of the database. */
export function getMeta(db: Database, key: string): string | undefined {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return row && String(row.value);
}

/** Writes a setting of the database. */
export function setMeta(db: Database, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  ).run(key, value);
}
