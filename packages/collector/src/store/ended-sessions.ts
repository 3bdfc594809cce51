// Sessions that were ended before their time: their cookies are signed, and would count until then.

import type { Database, Statement } from './database.ts';

const PREFIX = 'ended_session:';

/** The ended sessions of one database, in memory too. */
export class EndedSessions {
  private readonly ids = new Set<string>();
  private readonly put: Statement;

  constructor(db: Database, nowMs: number) {
    db.prepare('DELETE FROM meta WHERE key GLOB ? AND CAST(value AS INTEGER) < ?').run(
      `${PREFIX}*`,
      nowMs,
    );
    this.put = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
    for (const { key } of db.prepare('SELECT key FROM meta WHERE key GLOB ?').all(`${PREFIX}*`)) {
      this.ids.add(String(key).slice(PREFIX.length));
    }
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Ends a session. Inside a transaction. */
  add(id: string, untilMs: number): void {
    this.put.run(PREFIX + id, String(untilMs));
    this.ids.add(id);
  }
}
