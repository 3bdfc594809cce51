// What the collector remembers of itself: the table `meta`, and the sessions that were ended, in memory too.

import { randomBytes } from 'node:crypto';
import type { EndedSessions, SettingName, Settings } from '../records.ts';
import type { GroupCommit } from './commit.ts';
import type { Database } from './database.ts';

/** Names in the table. 1.0.0 has the first three. */
const IDENTITY = 'store_identity';
const ENDED = 'ended_session:';

const read = (db: Database, key: string): string | undefined => {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return row && String(row.value);
};

/** Writes a setting, whoever calls. */
const write = (db: Database, key: string, value: string): void => {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  ).run(key, value);
};

/** The name of this very store; it is made up when there is none. */
export function identityOf(db: Database): string {
  return read(db, IDENTITY) ?? renewIdentity(db);
}

/** Makes it another store for all who remember something of it. */
export function renewIdentity(db: Database): string {
  const identity = randomBytes(12).toString('base64url');
  write(db, IDENTITY, identity);
  return identity;
}

export class SqliteSettings implements Settings {
  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
  ) {}

  async get(name: SettingName): Promise<string | undefined> {
    return read(this.db, name);
  }

  set(name: SettingName, value: string): Promise<void> {
    return this.commits.add(1, () => write(this.db, name, value));
  }
}

export class SqliteEndedSessions implements EndedSessions {
  private readonly ids = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
    nowMs: number,
  ) {
    db.prepare('DELETE FROM meta WHERE key GLOB ? AND CAST(value AS INTEGER) < ?').run(
      `${ENDED}*`,
      nowMs,
    );
    for (const { key } of db.prepare('SELECT key FROM meta WHERE key GLOB ?').all(`${ENDED}*`)) {
      this.ids.add(String(key).slice(ENDED.length));
    }
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  async end(id: string, untilMs: number): Promise<void> {
    await this.commits.add(1, () => write(this.db, ENDED + id, String(untilMs)));
    this.ids.add(id);
  }
}
