// Rows into the table of events, a piece at a time, inside the transaction of whoever writes.

import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Scalar } from '../../../../schema/src/question.ts';
import type { Column } from '../columns.ts';
import type { Ids } from './ids.ts';
import { readableJson } from './json.ts';
import { keyOfText } from './keys.ts';
import { type Lifted, liftedColumn, textOfProperty } from './lifted.ts';
import type { PackedRows } from './protocol.ts';

/** Rows an appender takes before it is closed: an open one keeps memory, and holds up the thread. */
const PIECE = 3_000;

type Append = (appender: DuckDBAppender, value: unknown) => void;

/** A value as its column has it; null what is missing or of another type. */
const APPEND: Record<Column['type'], Append> = {
  text: (appender, value) =>
    typeof value === 'string' ? appender.appendVarchar(value) : appender.appendNull(),
  number: (appender, value) =>
    typeof value === 'number' && Number.isFinite(value)
      ? appender.appendDouble(value)
      : appender.appendNull(),
  boolean: (appender, value) =>
    typeof value === 'boolean' ? appender.appendBoolean(value) : appender.appendNull(),
  time: (appender, value) =>
    typeof value === 'number' && Number.isSafeInteger(value)
      ? appender.appendBigInt(BigInt(value))
      : appender.appendNull(),
};

/** What one column is filled with. */
interface Filled {
  readonly values: readonly (Scalar | undefined)[];
  readonly append: Append;
}

/** Columns of the table that every event has. */
const BUILT_IN_COLUMNS = 7;

/** Appends events; their ids are there already. */
export class Appending {
  /** The other columns of the table, in its order; undefined: not read yet. */
  private order: readonly string[] | undefined;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly columns: readonly Column[],
    private readonly ids: Ids,
    private readonly lifted: Lifted,
  ) {}

  /** Inside a transaction. */
  async append(rows: PackedRows): Promise<void> {
    const filled = await this.filled(rows);
    // What a column of the table is not filled with is null: also one that this collector no longer knows.
    this.order ??= await this.columnsOfTable();
    const inOrder = this.order.map((name) => filled.get(name));
    for (let start = 0; start < rows.seq.length; start += PIECE) {
      await this.appendPiece(rows, inOrder, start, Math.min(start + PIECE, rows.seq.length));
    }
  }

  /** The table may be another than it was. */
  clear(): void {
    this.order = undefined;
  }

  private async columnsOfTable(): Promise<string[]> {
    const found = await this.connection.runAndReadAll(
      `SELECT column_name FROM duckdb_columns()
       WHERE database_name = current_database() AND table_name = 'events' ORDER BY column_index`,
    );
    return found
      .getRowsJS()
      .map(([name]) => String(name))
      .slice(BUILT_IN_COLUMNS);
  }

  /** By name: the columns that are not null in all of these rows, and what is lifted out of JSON. */
  private async filled(rows: PackedRows): Promise<Map<string, Filled>> {
    const filled = new Map<string, Filled>();
    for (const { name, type, json } of this.columns) {
      let values: readonly (Scalar | undefined)[] | undefined = rows.values[name];
      if (!values) continue;
      if (json) {
        const { texts, lifted } = await this.lift(values, rows.project);
        values = texts;
        for (const [place, of] of lifted) {
          filled.set(liftedColumn(place), { values: of, append: APPEND.text });
        }
      }
      filled.set(name, { values, append: APPEND[type] });
    }
    return filled;
  }

  /** JSON as DuckDB reads it, and the properties in it that have a column, by their places. */
  private async lift(values: readonly (Scalar | undefined)[], projects: Int32Array) {
    await this.lifted.load();
    const texts: (string | null)[] = [];
    const lifted = new Map<number, (string | null)[]>();
    for (const [index, value] of values.entries()) {
      const json = typeof value === 'string' ? readableJson(value) : undefined;
      texts.push(json?.text ?? null);
      for (const key in json?.value) {
        const property = json.value[key];
        const place = this.lifted.placeOf(projects[index]!, key, property);
        if (place === null) continue;
        let column = lifted.get(place);
        if (!column) {
          column = new Array<string | null>(values.length).fill(null);
          lifted.set(place, column);
        }
        column[index] = textOfProperty(property);
      }
    }
    if (await this.lifted.save()) this.order = undefined;
    return { texts, lifted };
  }

  private async appendPiece(
    rows: PackedRows,
    filled: readonly (Filled | undefined)[],
    start: number,
    end: number,
  ): Promise<void> {
    const appender = await this.connection.createAppender('events');
    let session: string | null = null;
    let sessionKey = 0n;
    for (let index = start; index < end; index++) {
      const project = rows.project[index]!;
      appender.appendInteger(project);
      appender.appendBigInt(BigInt(rows.seq[index]!));
      appender.appendBigInt(BigInt(Math.trunc(rows.timeMs[index]!)));
      appender.appendVarchar(rows.event[index]!);
      const { key, n } = this.ids.of(project, rows.distinctId[index]!);
      appender.appendUBigInt(key);
      appender.appendUInteger(n);
      const of = rows.session[index] ?? null;
      if (of === null) appender.appendNull();
      else {
        if (of !== session) sessionKey = keyOfText(of);
        session = of;
        appender.appendUBigInt(sessionKey);
      }
      for (const column of filled) {
        if (column) column.append(appender, column.values[index]);
        else appender.appendNull();
      }
      appender.endRow();
    }
    // Without it the memory of the piece is never given back.
    appender.closeSync();
  }
}
