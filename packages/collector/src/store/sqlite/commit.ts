// Group commit: requests that arrive together share one transaction, and so one write to disk.
//
// A job's promise is settled only after COMMIT has returned: what is acknowledged is on disk.

import { COMMIT_EVENTS, QUEUE_EVENTS } from '../../limits.ts';
import { Conflict, Unavailable } from '../errors.ts';
import { type Database, explain, transaction } from './database.ts';

interface Job<R> {
  readonly size: number;
  readonly work: () => R;
  readonly resolve: (result: R) => void;
  readonly reject: (error: Error) => void;
}

export interface CommitHooks {
  /** Before every transaction, while none is under way. */
  between?(): Promise<void> | undefined;
  /** Inside every transaction, after its last job. */
  finish?(): void;
  /** After every transaction: how many jobs and events shared it, and how long it took. */
  committed?(jobs: number, events: number, ms: number): void;
  /** After a transaction that was undone: memory that mirrors the database must be dropped. */
  undone(error: unknown): void;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** What went wrong, as whoever waits for a job is told. A mistake of ours stays what it is. */
export function told(error: unknown): Error {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return new Conflict('something has this name', { cause: error });
  }
  if (code.startsWith('SQLITE')) {
    return new Unavailable('not written', explain(error), { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs jobs in transactions, in the order they came. */
export class GroupCommit {
  // biome-ignore lint/suspicious/noExplicitAny: each job knows its own result
  private queue: Job<any>[] = [];
  private waiting = 0;
  private jobs = 0;
  private writing: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly db: Database,
    private readonly hooks: CommitHooks,
  ) {}

  /** Events that wait for a transaction. */
  get depth(): number {
    return this.waiting;
  }

  /** How many jobs there were until now. */
  get added(): number {
    return this.jobs;
  }

  /**
   * Runs `work` in the next transaction. Rejects when it was not committed: with `Unavailable`, with `Conflict`, or with what `work` threw.
   */
  add<R>(size: number, work: () => R): Promise<R> {
    if (this.stopped) return Promise.reject(new Unavailable('the collector is stopping'));
    if (this.waiting + size > QUEUE_EVENTS && this.waiting > 0) {
      return Promise.reject(new Unavailable('too much is waiting to be written'));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ size, work, resolve, reject });
      this.waiting += size;
      this.jobs++;
      this.schedule();
    });
  }

  /** Takes nothing more. Resolves when what waits is written. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.writing;
  }

  private schedule(): void {
    this.writing ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    while (this.queue.length > 0) {
      // After this turn's sockets were read: whoever has arrived by then shares the transaction.
      await new Promise((turn) => setImmediate(turn));
      await this.hooks.between?.();
      this.commit();
    }
    // In this very step: whoever comes after the last look at the queue begins anew.
    this.writing = undefined;
  }

  private take() {
    let size = 0;
    let count = 0;
    for (const job of this.queue) {
      if (count > 0 && size + job.size > COMMIT_EVENTS) break;
      size += job.size;
      count++;
    }
    this.waiting -= size;
    return { jobs: this.queue.splice(0, count), size };
  }

  private commit(): void {
    const { jobs, size } = this.take();
    if (jobs.length === 0) return;
    const startMs = performance.now();
    try {
      const results = transaction(this.db, () => {
        const done = jobs.map(({ work }) => work());
        this.hooks.finish?.();
        return done;
      });
      this.hooks.committed?.(jobs.length, size, performance.now() - startMs);
      jobs.forEach(({ resolve }, index) => {
        resolve(results[index]);
      });
    } catch (error) {
      this.hooks.undone(error);
      const isStore = /^SQLITE_(?!CONSTRAINT|ERROR|TOOBIG|MISMATCH)/.test(codeOf(error));
      if (!isStore && jobs.length > 1) {
        // One job is at fault, not the disk: its neighbours must not pay for it.
        for (const job of jobs) this.alone(job);
        return;
      }
      for (const { reject } of jobs) reject(told(error));
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: each job knows its own result
  private alone({ work, resolve, reject }: Job<any>): void {
    try {
      const result = transaction(this.db, () => {
        const done = work();
        this.hooks.finish?.();
        return done;
      });
      resolve(result);
    } catch (error) {
      this.hooks.undone(error);
      reject(told(error));
    }
  }
}
