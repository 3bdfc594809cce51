// A reading connection whose questions end in time. libsql runs their statements on threads of its own, so
// this one is free to interrupt them: a statement of the other, synchronous kind could not be stopped.

import Libsql from 'libsql/promise';
import { TooSlow } from '../../errors.ts';
import { READING, type Row, type Value } from '../database.ts';

interface AsyncStatement {
  all(...values: Value[]): Promise<Row[]>;
}
interface AsyncDatabase {
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<AsyncStatement>;
  interrupt(): void;
  close(): void;
}

/** What numbers are read from. */
export interface Rows {
  /** Every row of a statement. Bind at least one value that is no null. @throws TooSlow */
  all(sql: string, ...values: Value[]): Promise<Row[]>;
}

export class TimedDatabase {
  private readonly db: AsyncDatabase;
  private ready: Promise<void> | undefined;
  /** One question at a time: they share the connection, and its transaction. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.db = new Libsql(path, {}) as unknown as AsyncDatabase;
  }

  /**
   * Runs `work` in one snapshot, when those asked before have ended. All of it, the wait too, takes at most
   * `limitMs` milliseconds. @throws TooSlow
   */
  ask<T>(work: (rows: Rows) => Promise<T>, limitMs: number): Promise<T> {
    const untilMs = performance.now() + limitMs;
    const asked = this.last.then(() => this.run(work, untilMs));
    this.last = asked.catch(() => {});
    return asked;
  }

  close(): void {
    this.db.close();
  }

  private async run<T>(work: (rows: Rows) => Promise<T>, untilMs: number): Promise<T> {
    const { db } = this;
    this.ready ??= db.exec(READING);
    await this.ready;
    const inTime = () => {
      if (performance.now() >= untilMs) throw new TooSlow();
    };
    inTime();
    const timer = setTimeout(() => db.interrupt(), untilMs - performance.now());
    await db.exec('BEGIN');
    try {
      return await work({
        all: async (sql, ...values) => {
          inTime();
          return (await db.prepare(sql)).all(...values);
        },
      });
    } catch (error) {
      throw (error as { code?: string }).code === 'SQLITE_INTERRUPT' ? new TooSlow() : error;
    } finally {
      clearTimeout(timer);
      await db.exec('COMMIT');
    }
  }
}
