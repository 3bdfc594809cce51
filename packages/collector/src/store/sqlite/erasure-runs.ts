// Does what erasures.ts writes down, and tells who waits for it. All ids that are to be forgotten share one look
// through the events; what else is to be erased does not wait for them.

import { IDS_AT_ONCE } from '../../limits.ts';
import type { ErasureTable, Written } from './erasure-table.ts';
import type { ErasureWork } from './erasure-work.ts';
import type { ReceiptTable } from './receipts.ts';

export interface RunParts {
  readonly table: ErasureTable;
  readonly receipts: ReceiptTable;
  readonly work: ErasureWork;
  /** Empties the write-ahead log: what was erased is still in its old pages. */
  readonly emptyLog: () => Promise<unknown>;
}

interface Waiter {
  readonly receipt: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class ErasureRuns {
  private waiters: Waiter[] = [];
  private rounds: Promise<void> | undefined;
  private readonly alone = new Map<number, Promise<void>>();

  constructor(private readonly parts: RunParts) {}

  /** Resolves when the store's part of a receipt is done. */
  of(receipt: string): Promise<void> {
    return this.each(this.parts.table.open().filter((erasure) => erasure.receipt === receipt));
  }

  /** Resolves when nothing is left for the store of what is written down now. */
  all(): Promise<void> {
    return this.each(this.parts.table.open());
  }

  /** Ends after the step that is under way. Who waits is told that it is not done. */
  async stop(): Promise<void> {
    this.parts.work.stop();
    await Promise.allSettled([this.rounds, ...this.alone.values()]);
  }

  private async each(erasures: readonly Written[]): Promise<void> {
    const isId = ({ what }: Written) => what === 'id';
    const receipts = new Set(erasures.filter(isId).map(({ receipt }) => receipt));
    const others = erasures.filter((erasure) => !isId(erasure));
    await Promise.all([
      ...[...receipts].map((receipt) => this.forgotten(receipt)),
      ...others.map((erasure) => this.erased(erasure)),
    ]);
  }

  private forgotten(receipt: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ receipt, resolve, reject });
      this.rounds ??= this.forgetAll();
    });
  }

  /** Forgets ids, some at a time, until there are no more. Never rejects. */
  private async forgetAll(): Promise<void> {
    const { table, receipts, work, emptyLog } = this.parts;
    try {
      // Not in the step of whoever asks: it says that this has begun.
      await undefined;
      for (let ids = table.ids(); ids.length > 0; ids = table.ids()) {
        await work.forget(ids.slice(0, IDS_AT_ONCE));
        await emptyLog();
        this.tell(({ receipt }) => receipts.isStored(receipt));
      }
      this.tell(() => true);
    } catch (error) {
      this.tell(() => true, error);
    }
    // In the step of the last look: whoever comes after it begins anew.
    this.rounds = undefined;
  }

  private tell(isTold: (waiter: Waiter) => boolean, error?: unknown): void {
    const told = this.waiters.filter(isTold);
    this.waiters = this.waiters.filter((waiter) => !told.includes(waiter));
    for (const { resolve, reject } of told) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }

  /** What is no id. Once, whoever asks. */
  private erased(erasure: Written): Promise<void> {
    const { work, emptyLog } = this.parts;
    const { number } = erasure;
    let run = this.alone.get(number);
    if (!run) {
      run = work
        .erase(erasure)
        .then(() => emptyLog())
        .then(() => {})
        .finally(() => this.alone.delete(number));
      this.alone.set(number, run);
    }
    return run;
  }
}
