// Events as rows: one statement to write them, one function to read them back.

import { COLUMNS, fieldOf } from '../../../../schema/src/columns.ts';
import type { Event } from '../../event.ts';
import type { StoredEvent } from '../events.ts';
import type { Database, Row, Statement, Value } from './database.ts';

const NAMES = COLUMNS.map(({ name }) => name);
const FIELDS = COLUMNS.map(fieldOf);
const WRITTEN = [
  'seq',
  'project_id',
  'uuid',
  'time_ms',
  'id',
  'event',
  ...NAMES,
  'rest',
  'received_ms',
];

/** Columns of a joined event row: `FROM events JOIN ids USING (id)`. */
export const EVENT_COLUMNS = `seq, events.project_id, uuid, time_ms, received_ms, distinct_id, event, ${NAMES.join(', ')}, rest`;

/** Prepares the insertion of events; a second event of a project with the same uuid is ignored. */
export function insertEvent(db: Database): Statement {
  return db.prepare(
    `INSERT INTO events (${WRITTEN.join(', ')}) VALUES (${WRITTEN.map(() => '?').join(', ')})
     ON CONFLICT (project_id, uuid) DO NOTHING`,
  );
}

/** SQLite has no booleans, and libsql must not see one. */
const stored = (value: string | number | boolean | undefined): Value =>
  typeof value === 'boolean' ? Number(value) : (value ?? null);

/** The values of an event for `insertEvent`. */
export function eventValues(
  seq: number,
  project: number,
  id: number,
  event: Event,
  nowMs: number,
): Value[] {
  return [
    seq,
    project,
    event.uuid,
    event.timeMs,
    id,
    event.name,
    ...FIELDS.map((field) => stored(event[field])),
    event.rest,
    nowMs,
  ];
}

const READ = {
  text: (value: Value) => (typeof value === 'string' ? value : undefined),
  flag: (value: Value) => Number(value) === 1,
  count: (value: Value) => (typeof value === 'number' ? value : undefined),
} as const;

function columnsOf(row: Row): object {
  const values: Record<string, unknown> = {};
  COLUMNS.forEach(({ name, type }, index) => {
    const value = row[name] ?? null;
    if (value !== null) values[FIELDS[index]!] = READ[type](value);
  });
  return values;
}

/** A row, selected with `EVENT_COLUMNS`, as the event it was. */
export function eventOf(row: Row): StoredEvent {
  const uuid = row.uuid as unknown;
  return {
    seq: Number(row.seq),
    project: Number(row.project_id),
    receivedMs: row.received_ms === null ? null : Number(row.received_ms),
    // libsql gives blobs as Buffer from `get` and as ArrayBuffer from `all` and `iterate`.
    uuid: Buffer.isBuffer(uuid) ? uuid : Buffer.from(uuid as ArrayBuffer),
    name: String(row.event),
    distinctId: String(row.distinct_id),
    timeMs: Number(row.time_ms),
    rest: String(row.rest),
    ...columnsOf(row),
  };
}

/** Events in a page. */
export const PAGE = 1_000;

/** Where a page begins: after this event. `afterMs` alone begins before all of that moment. */
export interface PageStart {
  readonly project: number;
  readonly afterMs: number;
  readonly afterSeq: number;
  readonly toMs: number;
}

/** The next events of a project in the order of their time. */
export const pageOf = (db: Database, { project, afterMs, afterSeq, toMs }: PageStart) =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
       WHERE events.project_id = ?1 AND (time_ms, seq) > (?2, ?3) AND time_ms < ?4
       ORDER BY time_ms, seq LIMIT ${PAGE}`,
    )
    .all(project, afterMs, afterSeq, toMs)
    .map(eventOf);

/** Events of all projects by their number: after `afterSeq`, up to `toSeq`. */
export const numberedEvents = (
  db: Database,
  { afterSeq, toSeq }: { afterSeq: number; toSeq: number },
): StoredEvent[] =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
       WHERE seq > ? AND seq <= ? ORDER BY seq`,
    )
    .all(afterSeq, toSeq)
    .map(eventOf);

/** Events of a project, or of all, by their number. */
export const pageAfter = (
  db: Database,
  { project = 0, seq, limit }: { project?: number | undefined; seq: number; limit: number },
): StoredEvent[] =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
       WHERE (? = 0 OR events.project_id = ?) AND seq > ? ORDER BY seq LIMIT ?`,
    )
    .all(project, project, seq, limit)
    .map(eventOf);

/** Events whose name begins with `prefix`, the latest first. */
export const latestEvents = (
  db: Database,
  { project, prefix, limit }: { project: number; prefix: string; limit: number },
): StoredEvent[] =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
       WHERE events.project_id = ? AND substr(event, 1, ?) = ?
       ORDER BY time_ms DESC, seq DESC LIMIT ?`,
    )
    .all(project, prefix.length, prefix, limit)
    .map(eventOf);

/** An event as it came from a thread: what was a Buffer is one again. */
export const arrived = (event: StoredEvent): StoredEvent =>
  Buffer.isBuffer(event.uuid) ? event : { ...event, uuid: Buffer.from(event.uuid) };
