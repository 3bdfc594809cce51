// The schema, as the list of steps that lead to it. A database of any earlier version is brought
// here at start, in one transaction. Never change a step that was released: add one.
//
// The columns of events are no matter of steps: a table has those of the registry, whichever it began
// with. A collector that does not know one of them leaves it alone.

import { COLUMNS, type Column } from '../../../../schema/src/columns.ts';
import { hashToken, hintOf } from '../tokens.ts';
import { type Database, textOf, transaction } from './database.ts';

// SQLite has no booleans.
const SQL_TYPES = { text: 'TEXT', flag: 'INTEGER', count: 'INTEGER' } as const;
const definition = ({ name, type }: Column): string => `${name} ${SQL_TYPES[type]}`;

/** SQL, or what it cannot say. */
type Step = string | ((db: Database) => void);

/** Step n brings a database from version n to version n + 1. */
export const MIGRATIONS: readonly Step[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL UNIQUE,
    retention_days INTEGER NOT NULL DEFAULT 365,
    created_ms INTEGER NOT NULL
  );

  -- An id is written once and referred to by number: events stay small, and one row erases it.
  CREATE TABLE ids (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    distinct_id TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    UNIQUE (project_id, distinct_id)
  );
  CREATE INDEX ids_by_first_day ON ids (project_id, first_day);

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    time_ms INTEGER NOT NULL,
    id INTEGER NOT NULL,
    event TEXT NOT NULL,
    ${COLUMNS.map(definition).join(', ')},
    rest TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_uuid ON events (project_id, uuid);
  -- None by id: it would cost a third of the speed. the table active tells on which days to look.
  CREATE INDEX events_by_time ON events (project_id, time_ms);

  -- The distinct values of a dimension: rollups refer to them by number.
  CREATE TABLE dimension_values (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    value TEXT,
    UNIQUE (project_id, dimension, value)
  );

  -- grain 0: hours, 1: days, both counted from 1970; 2: months, counted from year 0.
  CREATE TABLE rollups (
    project_id INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    grain INTEGER NOT NULL,
    start INTEGER NOT NULL,
    value INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    n INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (project_id, dimension, grain, start, value, sub)
  ) WITHOUT ROWID;

  -- Who was active on which days of a month: bit 0 of days is the first.
  CREATE TABLE active (
    project_id INTEGER NOT NULL,
    month INTEGER NOT NULL,
    id INTEGER NOT NULL,
    days INTEGER NOT NULL,
    PRIMARY KEY (project_id, month, id)
  ) WITHOUT ROWID;
  CREATE INDEX active_by_id ON active (id);
  -- How many were active in a period; kind 0: day, 1: week, 2: month.
  CREATE TABLE active_counts (
    project_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    period INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (project_id, kind, period)
  ) WITHOUT ROWID;

  CREATE TABLE installs (
    project_id INTEGER NOT NULL,
    installation_id TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    properties TEXT NOT NULL,
    PRIMARY KEY (project_id, installation_id)
  ) WITHOUT ROWID;

  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER,
    received_ms INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    reason TEXT NOT NULL,
    distinct_id TEXT,
    payload TEXT
  );
  `,

  // 1.2: numbers that are never used again, positions of consumers, erasures with receipts.
  `
  ALTER TABLE events ADD COLUMN received_ms INTEGER;
  -- Hours were counted and never read. Their rows go in the background: there may be many.
  INSERT INTO meta (key, value) VALUES ('hours_to_drop', '1');
  -- A project that was deleted leaves its number, so that no other gets it.
  ALTER TABLE projects ADD COLUMN removed_ms INTEGER;

  -- The highest number that an event has had. Written before the newest events are deleted: while they
  -- are there, they say it themselves.
  CREATE TABLE last_seq (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
  INSERT INTO last_seq (one, seq) VALUES (1, 0);

  -- How far a consumer is: events up to done_seq are taken over, those up to cut_seq are under way.
  CREATE TABLE outboxes (
    consumer TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    done_seq INTEGER NOT NULL,
    cut_seq INTEGER
  ) WITHOUT ROWID;

  CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    requested_ms INTEGER NOT NULL,
    done_ms INTEGER,
    events INTEGER NOT NULL DEFAULT 0,
    installs INTEGER NOT NULL DEFAULT 0,
    dead_letters INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX receipts_by_time ON receipts (requested_ms);
  -- What is left to do. A row goes, and the id in it, when the store and every consumer have done it.
  CREATE TABLE erasures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    receipt TEXT NOT NULL,
    what TEXT NOT NULL,
    project_id INTEGER NOT NULL,
    distinct_id TEXT,
    seq INTEGER,
    until_seq INTEGER
  );
  CREATE INDEX erasures_by_receipt ON erasures (receipt);
  CREATE TABLE erasure_consumers (
    number INTEGER NOT NULL,
    consumer TEXT NOT NULL,
    PRIMARY KEY (number, consumer)
  ) WITHOUT ROWID;
  `,

  // 1.2: kinds of projects; tokens with scopes, of which only hashes are kept.
  (db) => {
    db.exec(`
      ALTER TABLE projects ADD COLUMN kind TEXT NOT NULL DEFAULT 'cli';
      CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER,
        scope TEXT NOT NULL,
        label TEXT NOT NULL,
        hint TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE,
        created_ms INTEGER NOT NULL
      );
    `);
    const add = db.prepare(
      `INSERT INTO tokens (project_id, scope, label, hint, hash, created_ms)
       VALUES (?, 'write', 'first', ?, ?, ?)`,
    );
    const hide = db.prepare('UPDATE projects SET token = ? WHERE id = ?');
    for (const { id, token, created_ms } of db.prepare('SELECT * FROM projects').all()) {
      const hash = hashToken(String(token));
      add.run(id!, hintOf(String(token)), hash, created_ms!);
      hide.run(hash, id!);
    }
  },
  // 1.2: what is published. A month is made once.
  `
  CREATE TABLE public_projects (
    project_id INTEGER PRIMARY KEY,
    one INTEGER NOT NULL CHECK (one = 1)
  );
  CREATE TABLE public_months (
    project_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (project_id, month)
  ) WITHOUT ROWID;
  `,

  // 1.2: who names whom, so that an id is forgotten in the events of others as well. id is whose events.
  `
  CREATE TABLE naming (
    project_id INTEGER NOT NULL,
    named TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (project_id, named, id)
  ) WITHOUT ROWID;
  CREATE INDEX naming_by_id ON naming (id);
  -- Events up to this one were written before: they are looked through in the background.
  INSERT INTO meta (key, value) SELECT 'naming_to_fill', CAST(max(seq) AS TEXT) FROM events HAVING max(seq) > 0;
  `,

  // 1.2: whose days a project has.
  `ALTER TABLE projects ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';`,

  // 1.2: sites, and the visits of their visitors.
  `
  ALTER TABLE projects ADD COLUMN site TEXT;
  CREATE TABLE visits (
    number INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    views INTEGER NOT NULL,
    events INTEGER NOT NULL,
    engaged_ms INTEGER NOT NULL,
    entry TEXT,
    entry_ms INTEGER,
    exit TEXT,
    exit_ms INTEGER
  );
  -- The visit of a visitor that an event may go on: one or two rows of this.
  CREATE INDEX visits_by_last ON visits (id, last_ms);
  CREATE INDEX visits_by_start ON visits (project_id, start_ms);
  `,

  // 1.2: how far an id that is forgotten is looked for in events of others.
  `
  ALTER TABLE erasures ADD COLUMN reach TEXT;
  CREATE INDEX erasures_by_id ON erasures (distinct_id) WHERE distinct_id IS NOT NULL;
  `,

  // 1.2: how far an id was looked for; events that go, many in a row. All events are looked through for an id, so
  // nobody asks who names whom.
  `
  ALTER TABLE erasures ADD COLUMN seqs TEXT;
  ALTER TABLE erasures ADD COLUMN looked_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE erasures ADD COLUMN last_seq INTEGER;
  UPDATE erasures SET what = 'events', seqs = '[' || seq || ']' WHERE what = 'event';
  CREATE INDEX erasures_unstored ON erasures (number) WHERE until_seq IS NULL;
  DROP TABLE naming;
  DELETE FROM meta WHERE key = 'naming_to_fill';
  `,
];

/** The version this program writes. */
export const VERSION = MIGRATIONS.length;

/**
 * Brings the schema up to date. Returns the version it found.
 * @throws when the database is newer than this program.
 */
export function migrate(db: Database, migrations: readonly Step[] = MIGRATIONS): number {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (found > migrations.length) {
    throw new Error(
      `the database has version ${found}, this collector knows ${migrations.length}: it was used by a newer collector`,
    );
  }
  if (found < migrations.length) {
    transaction(db, () => {
      for (const step of migrations.slice(found)) {
        if (typeof step === 'string') db.exec(step);
        else step(db);
      }
      db.exec(`PRAGMA user_version = ${migrations.length}`);
    });
  }
  return found;
}

/** Is it as this program writes it? */
export const isPresent = (db: Database): boolean =>
  Number(db.prepare('PRAGMA user_version').get()?.user_version) === VERSION &&
  missingColumns(db).length === 0;

/** The columns that the registry has and the table of events has not. */
function missingColumns(db: Database): readonly Column[] {
  const known = new Set(
    db
      .prepare('SELECT CAST(name AS BLOB) AS name FROM pragma_table_info(?)')
      .all('events')
      .map((row) => textOf(row.name)),
  );
  return COLUMNS.filter(({ name }) => !known.has(name));
}

/** Adds the columns that the registry has and the table of events has not. */
export function addColumns(db: Database): void {
  const missing = missingColumns(db);
  if (missing.length === 0) return;
  transaction(db, () => {
    for (const column of missing) db.exec(`ALTER TABLE events ADD COLUMN ${definition(column)}`);
  });
}
