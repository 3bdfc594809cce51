// Events as rows: one statement to write them, one function to read them back.

import { COLUMNS, fieldOf } from '../../../schema/src/columns.ts';
import type { Event } from '../event.ts';
import type { Database, Row, Statement, Value } from './database.ts';

const NAMES = COLUMNS.map(({ name }) => name);
const FIELDS = COLUMNS.map(fieldOf);
const WRITTEN = ['project_id', 'uuid', 'time_ms', 'id', 'event', ...NAMES, 'rest'];

/** Columns of a joined event row: `FROM events JOIN ids USING (id)`. */
export const EVENT_COLUMNS = `seq, events.project_id, uuid, time_ms, distinct_id, event, ${NAMES.join(', ')}, rest`;

/** Prepares the insertion of events; a second event of a project with the same uuid is ignored. */
export function insertEvent(db: Database): Statement {
  return db.prepare(
    `INSERT INTO events (${WRITTEN.join(', ')}) VALUES (${WRITTEN.map(() => '?').join(', ')})
     ON CONFLICT DO NOTHING`,
  );
}

/** SQLite has no booleans, and libsql must not see one. */
const stored = (value: string | number | boolean | undefined): Value =>
  typeof value === 'boolean' ? Number(value) : (value ?? null);

/** The values of an event for `insertEvent`. */
export function eventValues(project: number, id: number, event: Event): Value[] {
  return [
    project,
    event.uuid,
    event.timeMs,
    id,
    event.name,
    ...FIELDS.map((field) => stored(event[field])),
    event.rest,
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
export function eventOf(row: Row): Event {
  const uuid = row.uuid as unknown;
  return {
    // libsql gives blobs as Buffer from `get` and as ArrayBuffer from `all` and `iterate`.
    uuid: Buffer.isBuffer(uuid) ? uuid : Buffer.from(uuid as ArrayBuffer),
    name: String(row.event),
    distinctId: String(row.distinct_id),
    timeMs: Number(row.time_ms),
    rest: String(row.rest),
    ...columnsOf(row),
  };
}
