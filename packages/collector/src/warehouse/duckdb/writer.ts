// The one connection that writes: one thing at a time, each in a transaction.

import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../columns.ts';
import { copyCompacted } from './file.ts';
import { readableJson } from './json.ts';
import { keyOfText } from './keys.ts';
import type { PackedRows } from './protocol.ts';
import type { Remembered } from './remembered.ts';

/** Rows an appender takes before it is closed: an open one keeps memory, and holds up the thread. */
const PIECE = 3_000;
/** Ids whose keys are remembered. */
const KNOWN_IDS = 100_000;

/** Numbers of batches below the highest that are remembered, and how often the others are dropped. */
const KEPT_BATCHES = 100_000;
const PRUNED_EVERY = 1_000;

/** Columns of the table that every event has. */
const BUILT_IN_COLUMNS = 7;

/** An id in events: its key, and its number among those of its project. */
interface Id {
  readonly key: bigint;
  readonly n: number;
}

type Append = (appender: DuckDBAppender, value: unknown) => void;

/** A value as its column has it; null what is missing or of another type. */
const APPEND: Record<Column['type'] | 'json', Append> = {
  text: (appender, value) =>
    typeof value === 'string' ? appender.appendVarchar(value) : appender.appendNull(),
  json: (appender, value) =>
    typeof value === 'string' ? appender.appendVarchar(readableJson(value)) : appender.appendNull(),
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

export class Writer {
  /** Ids that are in the table of ids, with their keys. */
  private known = new Map<string, Id>();
  private last: Promise<unknown> = Promise.resolve();
  private readonly append: readonly (readonly [name: string, append: Append])[];
  private highest: number | null | undefined;

  constructor(
    private readonly connection: DuckDBConnection,
    columns: readonly Column[],
    /** Columns of the table, those that every event has first. */
    order: readonly string[],
    private readonly remembered: Remembered,
  ) {
    const byName = new Map(columns.map((column) => [column.name, column]));
    this.append = order.slice(BUILT_IN_COLUMNS).map((name) => {
      const column = byName.get(name);
      // A column that this collector no longer knows stays empty.
      return [name, column ? APPEND[column.json ? 'json' : column.type] : APPEND.text] as const;
    });
  }

  /** As `Warehouse.write`. */
  write(number: number, rows: PackedRows): Promise<boolean> {
    return this.alone(async () => {
      const highest = await this.lastBatchNow();
      if (highest !== null && number <= highest - KEPT_BATCHES) return false;
      if (highest !== null && number <= highest && (await this.has(number))) return false;
      await this.transaction(async () => {
        await this.appendIds(rows);
        for (let start = 0; start < rows.seq.length; start += PIECE) {
          await this.appendPiece(rows, start, Math.min(start + PIECE, rows.seq.length));
        }
        await this.connection.run('INSERT INTO batches VALUES ($1)', [BigInt(number)]);
        if (number % PRUNED_EVERY === 0) {
          await this.connection.run('DELETE FROM batches WHERE number <= $1', [
            BigInt(number - KEPT_BATCHES),
          ]);
        }
      });
      this.highest = Math.max(number, highest ?? number);
      // After the commit: what is computed from now on has seen it.
      for (const [index, project] of rows.project.entries()) {
        this.remembered.touch(project, rows.timeMs[index]!);
      }
      return true;
    });
  }

  lastBatch(): Promise<number | null> {
    return this.alone(() => this.lastBatchNow());
  }

  /** As `Warehouse.erase`. */
  erase(project: number, distinctId: string, untilSeq = Number.MAX_SAFE_INTEGER): Promise<number> {
    const id = keyOfText(distinctId);
    return this.remove(
      project,
      'project = $1 AND id = $2 AND seq <= $3',
      [project, id, BigInt(untilSeq)],
      true,
    );
  }

  /** As `Warehouse.eraseEvent`. */
  eraseEvent(project: number, seq: number): Promise<number> {
    return this.remove(project, 'project = $1 AND seq = $2', [project, BigInt(seq)], true);
  }

  /** As `Warehouse.dropProject`. */
  dropProject(project: number): Promise<number> {
    return this.remove(project, 'project = $1', [project], true);
  }

  /** As `Warehouse.dropBefore`. */
  dropBefore(project: number, timeMs: number): Promise<number> {
    return this.remove(project, 'project = $1 AND time < $2', [project, BigInt(timeMs)], false);
  }

  /** As `Warehouse.adopt`. */
  adopt(source: string): Promise<void> {
    return this.alone(() =>
      this.transaction(async () => {
        await this.connection.run("DELETE FROM meta WHERE key = 'source'");
        await this.connection.run("INSERT INTO meta VALUES ('source', $1)", [source]);
      }),
    );
  }

  /** As `Warehouse.reset`. */
  reset(): Promise<void> {
    return this.alone(async () => {
      await this.transaction(async () => {
        for (const table of ['events', 'ids', 'batches']) {
          await this.connection.run(`TRUNCATE ${table}`);
        }
        await this.connection.run(
          "DELETE FROM meta WHERE key IN ('incomplete', 'source', 'erased')",
        );
      });
      this.highest = undefined;
      this.known.clear();
      this.remembered.clear();
      await this.checkpoint();
    });
  }

  /**
   * Makes a copy of the file without what was erased, and writes nothing after that: whoever calls puts
   * the copy in its place.
   */
  async compact(file: string): Promise<void> {
    await this.alone(() => copyCompacted(this.connection, file));
    this.last = new Promise(() => undefined);
  }

  private remove(
    project: number,
    condition: string,
    values: (number | bigint)[],
    isErasure: boolean,
  ): Promise<number> {
    return this.alone(async () => {
      let events = 0;
      await this.transaction(async () => {
        events = (await this.connection.run(`DELETE FROM events WHERE ${condition}`, values))
          .rowsChanged;
        if (events === 0) return;
        if (isErasure) await this.connection.run("INSERT INTO meta VALUES ('erased', '1')");
        // An id without any event left is nobody's any more.
        await this.connection.run(
          `DELETE FROM ids WHERE project = $1
           AND id NOT IN (SELECT id FROM events WHERE project = $1)`,
          [project],
        );
      });
      if (events === 0) return 0;
      this.known.clear();
      this.remembered.forget(project);
      await this.checkpoint();
      return events;
    });
  }

  /** Gives back the space of what is gone; when readers are in the way, the next one does it. */
  private async checkpoint(): Promise<void> {
    await this.connection.run('CHECKPOINT').catch(() => undefined);
  }

  private async lastBatchNow(): Promise<number | null> {
    if (this.highest === undefined) {
      const result = await this.connection.runAndReadAll('SELECT max(number) FROM batches');
      const value = result.getRowsJS()[0]?.[0];
      this.highest = value === null ? null : Number(value);
    }
    return this.highest;
  }

  private async has(number: number): Promise<boolean> {
    const result = await this.connection.runAndReadAll(
      'SELECT 1 FROM batches WHERE number = $1 LIMIT 1',
      [BigInt(number)],
    );
    return result.currentRowCount > 0;
  }

  /** Writes the names of ids that were not seen before. */
  private async appendIds({ project, distinctId }: PackedRows): Promise<void> {
    if (this.known.size > KNOWN_IDS) this.known.clear();
    const fresh = new Map<string, [project: number, key: bigint, name: string]>();
    for (const [index, name] of distinctId.entries()) {
      const owner = project[index]!;
      const known = `${owner} ${name}`;
      if (!this.known.has(known)) fresh.set(known, [owner, keyOfText(name), name]);
    }
    if (fresh.size === 0) return;
    await this.connection.run(
      'CREATE OR REPLACE TEMP TABLE fresh (project INTEGER, id UBIGINT, distinct_id VARCHAR)',
    );
    const appender = await this.connection.createAppender('fresh', 'main', 'temp');
    for (const [owner, key, name] of fresh.values()) {
      appender.appendInteger(owner);
      appender.appendUBigInt(key);
      appender.appendVarchar(name);
      appender.endRow();
    }
    appender.closeSync();
    // Two texts of one key: only texts that are no Unicode, and differ in what is none.
    await this.connection.run(
      `INSERT INTO ids
       SELECT project, id, coalesce(highest, 0) + row_number() OVER (PARTITION BY project), name
       FROM (SELECT project, id, any_value(distinct_id) AS name FROM fresh
             ANTI JOIN ids USING (project, id) GROUP BY ALL)
       LEFT JOIN (SELECT project, max(n) AS highest FROM ids GROUP BY project) USING (project)`,
    );
    const found = await this.connection.runAndReadAll(
      'SELECT DISTINCT project, id, n FROM fresh JOIN ids USING (project, id)',
    );
    const numbers = new Map(
      (found.getRowsJS() as [number, bigint, number][]).map(
        ([owner, key, n]) => [`${owner} ${key}`, n] as const,
      ),
    );
    for (const [known, [owner, key]] of fresh) {
      this.known.set(known, { key, n: numbers.get(`${owner} ${key}`)! });
    }
  }

  private async appendPiece(rows: PackedRows, start: number, end: number): Promise<void> {
    const appender = await this.connection.createAppender('events');
    const columns = this.append.map(([name, append]) => [rows.values[name], append] as const);
    let session: string | null = null;
    let sessionKey = 0n;
    for (let index = start; index < end; index++) {
      const project = rows.project[index]!;
      appender.appendInteger(project);
      appender.appendBigInt(BigInt(rows.seq[index]!));
      appender.appendBigInt(BigInt(Math.trunc(rows.timeMs[index]!)));
      appender.appendVarchar(rows.event[index]!);
      const { key, n } = this.known.get(`${project} ${rows.distinctId[index]}`)!;
      appender.appendUBigInt(key);
      appender.appendUInteger(n);
      const of = rows.session[index] ?? null;
      if (of === null) appender.appendNull();
      else {
        if (of !== session) sessionKey = keyOfText(of);
        session = of;
        appender.appendUBigInt(sessionKey);
      }
      for (const [values, append] of columns) {
        if (values === undefined) appender.appendNull();
        else append(appender, values[index]);
      }
      appender.endRow();
    }
    // Without it the memory of the piece is never given back.
    appender.closeSync();
  }

  private async transaction(work: () => Promise<void>): Promise<void> {
    await this.connection.run('BEGIN');
    try {
      await work();
      await this.connection.run('COMMIT');
    } catch (error) {
      this.known.clear();
      await this.connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work, work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
