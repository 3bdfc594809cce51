// Events as they are read: rows, and the function that makes events of them. inserting.ts writes them.

import { COLUMNS, fieldOf } from '../../../../schema/src/columns.ts';
import type { CopiedEvent, StoredEvent } from '../events.ts';
import { type Database, damaged, type Row, textOf } from './database.ts';

const NAMES = COLUMNS.map(({ name }) => name);
const FIELDS = COLUMNS.map(fieldOf);
const eventValue = (uuid: string): string =>
  `CAST(json_array(${[
    ...['seq', 'events.project_id', uuid, 'time_ms', 'received_ms', 'distinct_id', 'event', 'rest'],
    ...NAMES,
  ].join(', ')}) AS BLOB) AS event`;

/**
 * An event as one value, of `FROM events JOIN ids USING (id)`: JSON, as bytes. It is read in one go, and
 * text that is damaged ends nobody's process (see `textOf`).
 */
export const EVENT_COLUMNS = eventValue('hex(uuid)');
const COPIED_COLUMNS = eventValue('NULL');

const READ = {
  text: (value: unknown) => (typeof value === 'string' ? value : undefined),
  flag: (value: unknown) => Number(value) === 1,
  count: (value: unknown) => (typeof value === 'number' ? value : undefined),
} as const;

/** A row, selected with `EVENT_COLUMNS`, as the event it was. @throws StoreError when it is damaged */
export function eventOf(row: Row): StoredEvent {
  const [uuid, event] = read(row);
  return Object.assign(event, { uuid: Buffer.from(uuid, 'hex') });
}

function read(row: Row): [uuid: string, event: CopiedEvent] {
  const [seq, project, uuid, timeMs, receivedMs, distinctId, name, rest, ...values] = JSON.parse(
    textOf(row.event),
  ) as [number, number, string, number, number | null, string | null, string, string, ...unknown[]];
  // It must not be left out without a word.
  if (distinctId === null) throw damaged(`event ${seq} has lost its id`);
  const columns: Record<string, unknown> = {};
  COLUMNS.forEach(({ type }, index) => {
    const value = values[index] ?? null;
    if (value !== null) columns[FIELDS[index]!] = READ[type](value);
  });
  return [uuid, { seq, project, receivedMs, name, distinctId, timeMs, rest, ...columns }];
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

/** The next events of a project in the order of their time. @throws when one has lost its id */
export const pageOf = (db: Database, { project, afterMs, afterSeq, toMs }: PageStart) =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events LEFT JOIN ids USING (id)
       WHERE events.project_id = ?1 AND (time_ms, seq) > (?2, ?3) AND time_ms < ?4
       ORDER BY time_ms, seq LIMIT ${PAGE}`,
    )
    .all(project, afterMs, afterSeq, toMs)
    .map(eventOf);

/** The highest number of an event that is there. */
export const lastSeqOf = (db: Database): number =>
  Number(db.prepare('SELECT max(seq) AS seq FROM events').get()?.seq ?? 0);

/**
 * How many events of a range there are, by the table itself and no index.
 * @throws StoreError when table and index of keys do not agree: damage may hide rows of the table too.
 */
export function countIn(
  db: Database,
  {
    project,
    fromMs,
    toMs,
    upToSeq,
  }: { project: number; fromMs: number; toMs: number; upToSeq: number },
): number {
  // One statement: it sees one moment.
  const row = db
    .prepare(
      `SELECT n, present, keys FROM
         (SELECT count(*) AS present, sum(seq <= ?2 AND time_ms >= ?3 AND time_ms < ?4) AS n
          FROM events NOT INDEXED WHERE project_id = ?1),
         (SELECT count(*) AS keys FROM events INDEXED BY events_by_uuid WHERE project_id = ?1)`,
    )
    .get(project, upToSeq, fromMs, toMs);
  const { n, present, keys } = row ?? {};
  if (present !== keys) throw damaged(`of ${keys} events ${present} can be found`);
  return Number(n ?? 0);
}

/** Events of all projects by their number: after `afterSeq`, up to `toSeq`. */
export const numberedEvents = (
  db: Database,
  { afterSeq, toSeq }: { afterSeq: number; toSeq: number },
): CopiedEvent[] =>
  db
    .prepare(
      `SELECT ${COPIED_COLUMNS} FROM events JOIN ids USING (id)
       WHERE seq > ? AND seq <= ? ORDER BY seq`,
    )
    .all(afterSeq, toSeq)
    .map((row) => read(row)[1]);

/** Events of a project, or of all, by their number. */
export const pageAfter = (
  db: Database,
  { project = 0, seq, limit }: { project?: number | undefined; seq: number; limit: number },
): StoredEvent[] =>
  db
    .prepare(
      `SELECT ${EVENT_COLUMNS} FROM events LEFT JOIN ids USING (id)
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
