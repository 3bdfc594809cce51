// Carries events from the store to the warehouse, batch by batch: cut, write, done.
//
// A cut is committed in the store before anything is written, so a batch of a number always has the
// same rows, and whoever comes after a crash is given the same batch again. The warehouse takes a
// number once. So it may end at any point, be killed, or run twice, and every event is there once.

import type { Batch, Row, Warehouse } from './warehouse.ts';

/** What waits in the store for the warehouse. */
export interface Outbox {
  /**
   * The batch that is under way, or else a new one of at most `limit` rows, the oldest first, under
   * a number higher than all before; undefined when nothing waits. Resolves when the cut is
   * committed: until `done` every call gives this batch, after a restart too. Rows that the store
   * erases meanwhile may be missing in it, rows that it erased before must be.
   */
  cut(limit: number): Promise<Cut | undefined>;
  /** The batch is in the warehouse: drops it. Doing it twice changes nothing. */
  done(number: number): Promise<void>;
}

/** A batch as the outbox cuts it. */
export interface Cut {
  readonly number: number;
  readonly rows: readonly Row[];
  /** The rest of its rows. */
  readonly later?: AsyncIterable<readonly Row[]> | undefined;
  /** Rows that wait behind it, if that is known. */
  readonly waiting?: number;
}

/** Settings of a shipper. */
export interface ShipperSettings {
  /** Rows of a batch at most. */
  readonly limit?: number;
  /**
   * Between two looks, in ms, when what waited fitted into one batch: many small batches cost more than
   * a few larger ones.
   */
  readonly idleMs?: number;
  /** After an error: this long, then twice as long, up to `maxRetryMs`. */
  readonly retryMs?: number;
  readonly maxRetryMs?: number;
  /** Before each batch. Where it rejects, nothing is shipped, and it is tried again. */
  readonly before?: () => Promise<void>;
  /**
   * When no batch is under way: what a batch of before may have, and the store has erased since, can
   * be erased here, and does not come back.
   */
  readonly between?: () => Promise<void>;
  /** Is told of every error. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULTS = { limit: 10_000, idleMs: 200, retryMs: 200, maxRetryMs: 30_000 };

/** How far the shipper is. */
export interface Progress {
  /** The last batch that this shipper brought over; null: none yet. */
  readonly shipped: number | null;
  /** Rows that wait, as the outbox said last; null: it did not say. */
  readonly waiting: number | null;
  /** Since when it has been trying in vain, in ms since 1970; null: all is well. */
  readonly failingSinceMs: number | null;
}

export class Shipper {
  private readonly settings;
  private progressNow: Progress = { shipped: null, waiting: null, failingSinceMs: null };
  private isStopped = false;
  private wake: (() => void) | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly warehouse: Warehouse,
    settings: ShipperSettings = {},
  ) {
    this.settings = { ...DEFAULTS, ...settings };
  }

  /** Ships until it is stopped. */
  start(): void {
    this.running ??= this.run();
  }

  /** Looks now. */
  nudge(): void {
    this.wake?.();
  }

  /** Ends after the batch that is under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake?.();
    await this.running;
  }

  progress(): Progress {
    return this.progressNow;
  }

  /** Brings over one batch. Resolves with the number of its first rows; 0 when nothing waited. */
  async shipOne(): Promise<number> {
    const cut = await this.outbox.cut(this.settings.limit);
    if (!cut) {
      this.progressNow = { ...this.progressNow, waiting: 0 };
      return 0;
    }
    const batch: Batch = cut;
    await this.warehouse.write(batch);
    // Only now: the warehouse says so when the batch is on its disk.
    await this.outbox.done(cut.number);
    this.progressNow = { ...this.progressNow, shipped: cut.number, waiting: cut.waiting ?? null };
    return cut.rows.length;
  }

  private async run(): Promise<void> {
    const { limit, idleMs, retryMs, maxRetryMs, before, between, onError } = this.settings;
    let wait = retryMs;
    while (!this.isStopped) {
      try {
        await before?.();
        const rows = await this.shipOne();
        await between?.();
        this.progressNow = { ...this.progressNow, failingSinceMs: null };
        wait = retryMs;
        if (rows < limit && !this.progressNow.waiting) await this.sleep(idleMs);
      } catch (error) {
        onError?.(error);
        const failingSinceMs = this.progressNow.failingSinceMs ?? Date.now();
        this.progressNow = { ...this.progressNow, failingSinceMs };
        await this.sleep(wait);
        wait = Math.min(2 * wait, maxRetryMs);
      }
    }
  }

  private sleep(ms: number): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
