// Erasures of this store: written down first, with a receipt; then done, step by step (erasure-runs.ts).

import { FORGETS_AT_ONCE } from '../../limits.ts';
import type { Erased, Erasure, Erasures, Reach, Receipt } from '../erasures.ts';
import { Unavailable } from '../errors.ts';
import type { Closed } from './closed.ts';
import type { GroupCommit } from './commit.ts';
import type { ErasureRuns } from './erasure-runs.ts';
import type { ErasureTable } from './erasure-table.ts';
import type { ReceiptTable } from './receipts.ts';
import type { Writer } from './writer.ts';

export interface ErasureParts {
  readonly commits: GroupCommit;
  readonly writer: Writer;
  readonly table: ErasureTable;
  readonly receipts: ReceiptTable;
  readonly closed: Closed;
  readonly runs: ErasureRuns;
  /** Empties the write-ahead log, some time soon. */
  readonly emptyLogSoon: () => void;
  /** The numbers of the projects there are. */
  readonly projects: () => number[];
  readonly clock: () => number;
}

export class SqliteErasures implements Erasures {
  constructor(private readonly parts: ErasureParts) {
    const { table, receipts, clock } = parts;
    for (const receipt of table.excuse()) receipts.close(receipt, clock());
  }

  async forget(
    distinctId: string,
    project?: number,
    waitMs?: number,
    reach: Reach = 'anywhere',
  ): Promise<Receipt> {
    const { projects, table, receipts } = this.parts;
    const list = projects()
      .filter((id) => project === undefined || id === project)
      .map((each): Erased => ({ what: 'id', project: each, distinctId, reach }));
    const open = table.ids().length;
    if (open > 0 && open + list.length > FORGETS_AT_ONCE) {
      throw new Unavailable('too many ids are being forgotten; ask again in a minute');
    }
    const id = await this.request(list);
    await this.runFor(id, waitMs);
    return receipts.read(id)!;
  }

  /** As `forget`, for anything. `first` is done in the transaction in which the erasure is written down. */
  async erase(erased: Erased, first?: () => void, waitMs?: number): Promise<Receipt> {
    const id = await this.request([erased], first);
    await this.runFor(id, waitMs);
    return this.parts.receipts.read(id)!;
  }

  resume(): Promise<void> {
    return this.parts.runs.all();
  }

  /** Ends what is under way: the next start goes on. */
  stop(): Promise<void> {
    return this.parts.runs.stop();
  }

  async receipt(id: string): Promise<Receipt | undefined> {
    return this.parts.receipts.read(id);
  }

  async list(limit: number): Promise<Receipt[]> {
    return this.parts.receipts.list(limit);
  }

  async pending(consumer: string): Promise<Erasure[]> {
    return this.parts.table.pending(consumer);
  }

  async done(consumer: string, number: number): Promise<void> {
    const { commits, table, receipts, clock, emptyLogSoon } = this.parts;
    await commits.add(1, () => {
      const receipt = table.followed(number, consumer);
      if (receipt !== undefined) receipts.close(receipt, clock());
    });
    // The erasure named the id: with the last consumer it is gone, but not yet off the disk.
    emptyLogSoon();
  }

  async expire(nowMs: number): Promise<void> {
    const { commits, receipts } = this.parts;
    await commits.add(1, () => receipts.expire(nowMs));
  }

  /** Writes it down. Inside one transaction: all of it, or nothing. */
  private request(list: readonly Erased[], first?: () => void): Promise<string> {
    const { commits, writer, table, receipts, closed, clock } = this.parts;
    return commits.add(1, () => {
      first?.();
      const { lastSeq } = writer;
      let id = table.reopen(list, lastSeq);
      if (id === undefined) {
        id = receipts.make(clock());
        for (const each of list) table.add(id, each, lastSeq);
        // With nothing to erase there is nothing to wait for.
        receipts.close(id, clock());
      }
      closed.reload();
      return id;
    });
  }

  /** Whoever waits does so for `waitMs` at most. What fails later is done by `resume`. */
  private async runFor(receipt: string, waitMs?: number): Promise<void> {
    const run = this.parts.runs.of(receipt);
    if (waitMs === undefined) return run;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((wake) => {
      timer = setTimeout(wake, waitMs);
    });
    try {
      await Promise.race([run, late]);
    } finally {
      clearTimeout(timer);
      run.catch(() => {});
    }
  }
}
