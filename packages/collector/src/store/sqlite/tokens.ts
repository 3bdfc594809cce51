// The table of tokens: few rows, asked at every request, so they are kept in memory beside it.

import {
  hashToken,
  hintOf,
  type NewToken,
  type Scope,
  type Token,
  type Tokens,
} from '../tokens.ts';
import type { GroupCommit } from './commit.ts';
import type { Database, Row } from './database.ts';

const tokenOf = (row: Row): Token => ({
  id: Number(row.id),
  project: row.project_id === null ? null : Number(row.project_id),
  scope: String(row.scope) as Scope,
  label: String(row.label),
  hint: String(row.hint),
  createdMs: Number(row.created_ms),
});

/** The tokens of one database connection. */
export class SqliteTokens implements Tokens {
  private byHash: ReadonlyMap<string, Token> = new Map();

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
  ) {
    this.reload();
  }

  find(token: string): Token | undefined {
    return this.byHash.get(hashToken(token));
  }

  byId(id: number): Token | undefined {
    return this.list().find((token) => token.id === id);
  }

  list(project?: number): readonly Token[] {
    const all = [...this.byHash.values()];
    return project === undefined ? all : all.filter((token) => token.project === project);
  }

  add(token: NewToken, nowMs: number): Promise<Token> {
    return this.commits.add(1, () => this.addNow(token, nowMs));
  }

  replace(id: number, token: string, nowMs: number): Promise<Token | undefined> {
    return this.commits.add(1, () => {
      this.db
        .prepare('UPDATE tokens SET hash = ?, hint = ?, created_ms = ? WHERE id = ?')
        .run(hashToken(token), hintOf(token), nowMs, id);
      this.reload();
      return this.byId(id);
    });
  }

  remove(id: number): Promise<boolean> {
    return this.commits.add(1, () => {
      const { changes } = this.db.prepare('DELETE FROM tokens WHERE id = ?').run(id);
      this.reload();
      return changes > 0;
    });
  }

  /** As `add`, inside a transaction. */
  addNow({ project, scope, label, token }: NewToken, nowMs: number): Token {
    const { lastInsertRowid } = this.db
      .prepare(
        `INSERT INTO tokens (project_id, scope, label, hint, hash, created_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(project, scope, label, hintOf(token), hashToken(token), nowMs);
    this.reload();
    return this.byId(Number(lastInsertRowid))!;
  }

  /** Takes all of a project's out. Inside a transaction. */
  removeOf(project: number): void {
    this.db.prepare('DELETE FROM tokens WHERE project_id = ?').run(project);
    this.reload();
  }

  /** Reads the table again: after a change, and after one that was undone. */
  reload(): void {
    const rows = this.db.prepare('SELECT * FROM tokens ORDER BY id').all();
    this.byHash = new Map(rows.map((row) => [String(row.hash), tokenOf(row)]));
  }
}
