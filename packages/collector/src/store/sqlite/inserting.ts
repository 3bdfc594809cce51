// Writes events as rows, several with one statement.

import { COLUMNS, fieldOf } from '../../../../schema/src/columns.ts';
import type { Event } from '../../event.ts';
import type { Database, Statement, Value } from './database.ts';

const NAMES = COLUMNS.map(({ name }) => name);
const FIELDS = COLUMNS.map(fieldOf);
const WRITTEN = 'seq, project_id, uuid, time_ms, id, event, rest, received_ms';
/** Where a field's column is in `NAMES`, as a character: positions are small. */
const PLACES: ReadonlyMap<string, string> = new Map(
  FIELDS.map((field, index) => [field, String.fromCharCode(index)]),
);
/** Sets of columns whose statements are kept. A project's events have a few of them. */
const SHAPES = 100;

/** Rows that one statement writes, where there are so many: more of them are no quicker. */
export const ROWS_TOGETHER = 10;

/** An event, with the numbers that it gets. */
export interface NewRow {
  readonly seq: number;
  readonly id: number;
  readonly event: Event;
}

/**
 * Inserts events. There is a statement for each set of columns that they have: most have few, and a third of
 * the time went into binding the nulls of the others.
 */
export class EventInsert {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly db: Database) {}

  /** Says whether the event was new: a second one of a project with the same uuid is ignored. */
  insert(project: number, row: NewRow, nowMs: number): boolean {
    const values: Value[] = [];
    const shape = bind(values, project, row, nowMs);
    return this.statementFor(shape, 1).run(values).changes > 0;
  }

  /** Says how many of `ROWS_TOGETHER` events were new. */
  insertAll(project: number, rows: readonly NewRow[], nowMs: number): number {
    const values: Value[] = [];
    let shape: string | undefined;
    for (const row of rows) {
      const its = bind(values, project, row, nowMs);
      shape ??= its;
      // They have different columns: all of them get the columns of all.
      if (its !== shape) return this.insertMixed(project, rows, nowMs);
    }
    return this.statementFor(shape ?? '', rows.length).run(values).changes;
  }

  private insertMixed(project: number, rows: readonly NewRow[], nowMs: number): number {
    const places = new Set<string>();
    for (const row of rows) for (const place of bind([], project, row, nowMs)) places.add(place);
    const shape = [...places].sort().join('');
    const fields = [...shape].map((place) => FIELDS[place.charCodeAt(0)]!);
    const values: Value[] = [];
    for (const row of rows) {
      bindEvent(values, project, row, nowMs);
      for (const field of fields) values.push(bindable(row.event[field]) ?? null);
    }
    return this.statementFor(shape, rows.length).run(values).changes;
  }

  private statementFor(shape: string, rows: number): Statement {
    const key = `${rows} ${shape}`;
    let statement = this.statements.get(key);
    if (!statement) {
      const names = [WRITTEN, ...[...shape].map((place) => NAMES[place.charCodeAt(0)])].join(', ');
      const marks = `(${names.replaceAll(/[a-z_]+/g, '?')})`;
      const all = new Array<string>(rows).fill(marks).join(', ');
      statement = this.db.prepare(
        `INSERT INTO events (${names}) VALUES ${all} ON CONFLICT (project_id, uuid) DO NOTHING`,
      );
      if (this.statements.size >= SHAPES) this.statements.clear();
      this.statements.set(key, statement);
    }
    return statement;
  }
}

function bindEvent(values: Value[], project: number, { seq, id, event }: NewRow, nowMs: number) {
  values.push(seq, project, event.uuid, event.timeMs, id, event.name, event.rest, nowMs);
}

/** Adds what is bound for a row. Says which columns it has. */
function bind(values: Value[], project: number, row: NewRow, nowMs: number): string {
  bindEvent(values, project, row, nowMs);
  let shape = '';
  // Not the other way round: to ask an object for what it has not is slow.
  for (const field in row.event) {
    const place = PLACES.get(field);
    if (place === undefined) continue;
    const value = bindable(row.event[field as (typeof FIELDS)[number]]);
    if (value === undefined) continue;
    shape += place;
    values.push(value);
  }
  return shape;
}

/** SQLite has no booleans, and libsql must not see one. */
const bindable = (value: string | number | boolean | undefined): string | number | undefined =>
  typeof value === 'boolean' ? Number(value) : value;
