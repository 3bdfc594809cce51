// The one connection that writes: one thing at a time, each in a transaction.

import { type DuckDBConnection, type DuckDBValue, listValue } from '@duckdb/node-api';
import type { Column } from '../columns.ts';
import { Appending } from './appending.ts';
import { copyCompacted, giveMemoryBack } from './file.ts';
import { Ids } from './ids.ts';
import { keyOfText } from './keys.ts';
import { Lifted } from './lifted.ts';
import type { PackedRows } from './protocol.ts';
import type { Remembered } from './remembered.ts';

/** Numbers of batches below the highest that are remembered, and how often the others are dropped. */
const KEPT_BATCHES = 100_000;
const PRUNED_EVERY = 1_000;
/** Rows after which memory is given back: a transaction of sixty thousand takes 120 MB. */
const GIVEN_BACK_ROWS = 10_000;

export class Writer {
  private readonly ids: Ids;
  private readonly lifted: Lifted;
  private readonly appending: Appending;
  private last: Promise<unknown> = Promise.resolve();
  private highest: number | null | undefined;
  private rowsSinceGivenBack = 0;

  constructor(
    private readonly connection: DuckDBConnection,
    columns: readonly Column[],
    private readonly remembered: Remembered,
    private readonly memoryMb: number,
  ) {
    this.ids = new Ids(connection);
    this.lifted = new Lifted(connection);
    this.appending = new Appending(connection, columns, this.ids, this.lifted);
  }

  /** As `Warehouse.write`: all parts in one transaction. */
  write(number: number, parts: AsyncIterable<PackedRows>): Promise<boolean> {
    return this.alone(async () => {
      const highest = await this.lastBatchNow();
      if (highest !== null && number <= highest - KEPT_BATCHES) return false;
      if (highest !== null && number <= highest && (await this.has(number))) return false;
      const written: Pick<PackedRows, 'project' | 'timeMs'>[] = [];
      await this.transaction(async () => {
        for await (const rows of parts) {
          await this.ids.append(rows);
          await this.appending.append(rows);
          written.push({ project: rows.project, timeMs: rows.timeMs });
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
      for (const { project, timeMs } of written) {
        for (const [index, each] of project.entries()) this.remembered.touch(each, timeMs[index]!);
        this.rowsSinceGivenBack += project.length;
      }
      // Whoever waits for the batch does not wait for this, the next batch does.
      if (this.rowsSinceGivenBack >= GIVEN_BACK_ROWS) this.alone(() => this.giveBack());
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

  /** As `Warehouse.eraseEvents`. */
  eraseEvents(project: number, seqs: readonly number[]): Promise<number> {
    // Only of these numbers: DuckDB leaves out what is neither near them.
    return this.remove(
      project,
      'project = $1 AND seq BETWEEN $2 AND $3 AND seq IN (SELECT unnest($4))',
      [
        project,
        BigInt(Math.min(...seqs)),
        BigInt(Math.max(...seqs)),
        listValue(seqs.map((seq) => BigInt(seq))),
      ],
      true,
    );
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
        for (const table of ['events', 'ids', 'lifted', 'batches']) {
          await this.connection.run(`TRUNCATE ${table}`);
        }
        await this.connection.run(
          "DELETE FROM meta WHERE key IN ('incomplete', 'source', 'erased')",
        );
      });
      this.highest = undefined;
      this.forgetKnown();
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

  private async giveBack(): Promise<void> {
    this.rowsSinceGivenBack = 0;
    await giveMemoryBack(this.connection, this.memoryMb);
  }

  private remove(
    project: number,
    condition: string,
    values: DuckDBValue[],
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
        // Nor is a column any property's, where no event is left.
        await this.connection.run(
          `DELETE FROM lifted WHERE project = $1
           AND NOT EXISTS (SELECT 1 FROM events WHERE project = $1)`,
          [project],
        );
      });
      if (events === 0) return 0;
      this.forgetKnown();
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

  /** What is remembered of the tables is read again. */
  private forgetKnown(): void {
    this.ids.clear();
    this.lifted.clear();
    this.appending.clear();
  }

  private async transaction(work: () => Promise<void>): Promise<void> {
    await this.connection.run('BEGIN');
    try {
      await work();
      await this.connection.run('COMMIT');
    } catch (error) {
      this.forgetKnown();
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
