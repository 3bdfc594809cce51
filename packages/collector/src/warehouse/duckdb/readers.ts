// The connections that read: a few at a time, each question with its own time, none in the way of all
// others. No project can hold every connection, so one that asks slow questions slows only itself.

import type { DuckDBConnection } from '@duckdb/node-api';
import type { Scalar } from '../../../../schema/src/question.ts';
import type { Column } from '../columns.ts';
import { WarehouseUnavailable } from '../warehouse.ts';
import { isDamage } from './file.ts';
import { liftedOf } from './lifted.ts';
import type { Moment, Remembered } from './remembered.ts';
import { Statement } from './sql.ts';

/** Questions that may wait. */
const WAITING = 200;

/** What a question reads with: one connection, and one moment for all of its statements. */
export interface Reading {
  readonly remembered: Remembered;
  /** A moment no later than the one it reads. */
  readonly at: Moment;
  readonly columns: readonly Column[];
  /** A statement's values. */
  statement(): Statement;
  /** Runs it. Whole numbers come as numbers, lists as arrays, bits as bytes behind a first one. */
  rows(statement: Statement, sql: string): Promise<Cell[][]>;
}
export type Cell = Scalar | Cell[] | Uint8Array;

/** What a question came to: a value, or why there is none. */
export type Outcome<T> = { readonly value: T } | { readonly cut: 'time' | 'memory' };

interface Waiting {
  readonly project: number;
  readonly start: (connection: DuckDBConnection) => void;
}

export class Readers {
  private readonly free: DuckDBConnection[];
  private readonly running = new Map<number, number>();
  private waiting: Waiting[] = [];
  private readonly share: number;
  private isDrained: (() => void) | undefined;

  constructor(
    connections: readonly DuckDBConnection[],
    private readonly columns: readonly Column[],
    private readonly remembered: Remembered,
    private readonly limitMs: number,
  ) {
    this.free = [...connections];
    this.share = Math.max(1, connections.length - 1);
  }

  /** Runs `work` when it is its turn. @throws WarehouseUnavailable when too many wait. */
  async run<T>(project: number, work: (reading: Reading) => Promise<T>): Promise<Outcome<T>> {
    const connection = await this.take(project);
    let isLate = false;
    let isOver = false;
    const interrupt = () => {
      isLate = true;
      if (isOver) return;
      connection.interrupt();
      // Between two statements there is nothing to interrupt: again, until it is over.
      timer = setTimeout(interrupt, 20);
    };
    let timer = setTimeout(interrupt, this.limitMs);
    try {
      const at = this.remembered.now();
      await connection.run('BEGIN TRANSACTION READ ONLY');
      const lifted = await liftedOf(connection, project);
      const value = await work(this.reading(connection, at, lifted));
      return { value };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isLate && /interrupt/i.test(message)) return { cut: 'time' };
      if (
        /out of memory|could not allocate|max_temp_directory_size/i.test(message) &&
        !isDamage(error)
      ) {
        return { cut: 'memory' };
      }
      throw error;
    } finally {
      isOver = true;
      clearTimeout(timer);
      await connection.run('ROLLBACK').catch(() => undefined);
      this.give(project, connection);
    }
  }

  /** Starts nothing more, and resolves when nothing runs. */
  drain(): Promise<void> {
    return new Promise((isDrained) => {
      this.isDrained = isDrained;
      this.next();
    });
  }

  private reading(
    connection: DuckDBConnection,
    at: Moment,
    lifted: ReadonlyMap<bigint, string>,
  ): Reading {
    const { columns, remembered } = this;
    return {
      at,
      columns,
      remembered,
      statement: () => new Statement(columns, lifted),
      rows: async ({ values, types }, sql) => {
        const reader = await connection.runAndReadAll(sql, values, types);
        return reader.getRowsJS().map((row) => row.map(cellOf));
      },
    };
  }

  private take(project: number): Promise<DuckDBConnection> {
    if (this.waiting.length >= WAITING) {
      throw new WarehouseUnavailable('too many questions wait: ask again in a moment');
    }
    return new Promise((start) => {
      this.waiting.push({ project, start });
      this.next();
    });
  }

  private give(project: number, connection: DuckDBConnection): void {
    this.free.push(connection);
    const left = (this.running.get(project) ?? 1) - 1;
    if (left > 0) this.running.set(project, left);
    else this.running.delete(project);
    this.next();
  }

  /** Starts the first of those that wait whose project may have one more connection. */
  private next(): void {
    if (this.isDrained) {
      if (this.running.size === 0) this.isDrained();
      return;
    }
    while (this.free.length > 0) {
      const index = this.waiting.findIndex(
        ({ project }) => (this.running.get(project) ?? 0) < this.share,
      );
      if (index < 0) return;
      const [{ project, start }] = this.waiting.splice(index, 1) as [Waiting];
      this.running.set(project, (this.running.get(project) ?? 0) + 1);
      start(this.free.pop()!);
    }
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(cellOf);
  return value as Scalar;
}
