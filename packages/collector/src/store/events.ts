// Events as rows: one statement to write them, one function to read them back.

import type { Event } from '../event.ts';
import type { Database, Row, Statement, Value } from './database.ts';

const COLUMNS = [
  'service',
  'override',
  'command',
  'success',
  'duration_ms',
  'error_type',
  'has_scaffold',
  'os',
  'node',
  'package_manager',
  'version',
  'ci',
] as const;

/** Columns of a joined event row: `FROM events JOIN ids USING (id)`. */
export const EVENT_COLUMNS = `seq, events.project_id, uuid, time_ms, distinct_id, event, ${COLUMNS.join(', ')}, rest`;

/** Prepares the insertion of events; a second event of a project with the same uuid is ignored. */
export function insertEvent(db: Database): Statement {
  return db.prepare(
    `INSERT INTO events (project_id, uuid, time_ms, id, event, ${COLUMNS.join(', ')}, rest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
}

const text = (value: string | undefined): Value => value ?? null;
// SQLite has no booleans, and libsql must not see one.
const flag = (value: boolean | undefined): Value => (value === undefined ? null : value ? 1 : 0);

/** The values of an event for `insertEvent`. */
export function eventValues(project: number, id: number, event: Event): Value[] {
  return [
    project,
    event.uuid,
    event.timeMs,
    id,
    event.name,
    text(event.service),
    text(event.override),
    text(event.command),
    flag(event.success),
    event.durationMs ?? null,
    text(event.errorType),
    flag(event.hasScaffold),
    text(event.os),
    text(event.node),
    text(event.packageManager),
    text(event.version),
    flag(event.ci),
    event.rest,
  ];
}

const asText = (value: Value | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const asFlag = (value: Value | undefined): boolean | undefined =>
  value === null || value === undefined ? undefined : Number(value) === 1;

/** A row, selected with `EVENT_COLUMNS`, as the event it was. */
export function eventOf(row: Row): Event {
  const uuid = row.uuid as unknown;
  const fields = {
    service: asText(row.service),
    override: asText(row.override),
    command: asText(row.command),
    success: asFlag(row.success),
    durationMs: typeof row.duration_ms === 'number' ? row.duration_ms : undefined,
    errorType: asText(row.error_type),
    hasScaffold: asFlag(row.has_scaffold),
    os: asText(row.os),
    node: asText(row.node),
    packageManager: asText(row.package_manager),
    version: asText(row.version),
    ci: asFlag(row.ci),
  };
  return {
    // libsql gives blobs as Buffer from `get` and as ArrayBuffer from `all` and `iterate`.
    uuid: Buffer.isBuffer(uuid) ? uuid : Buffer.from(uuid as ArrayBuffer),
    name: String(row.event),
    distinctId: String(row.distinct_id),
    timeMs: Number(row.time_ms),
    rest: String(row.rest),
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}
