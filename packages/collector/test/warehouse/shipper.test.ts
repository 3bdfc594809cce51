// The shipper: whatever dies, and at whichever step, every event arrives once.

import { describe, expect, it } from 'vitest';
import { type Cut, type Outbox, Shipper } from '../../src/warehouse/shipper.ts';
import {
  type Batch,
  type Row,
  type Warehouse,
  WarehouseUnavailable,
} from '../../src/warehouse/warehouse.ts';
import { row } from './support/contract.ts';

class Died extends Error {}

/** A store's outbox: what is in its fields is on its disk. */
class MemoryOutbox implements Outbox {
  waiting: Row[] = [];
  under: Cut | undefined;
  lastNumber = 0;
  cuts = 0;

  async cut(limit: number): Promise<Cut | undefined> {
    if (!this.under && this.waiting.length > 0) {
      const rows = this.waiting.splice(0, limit);
      this.under = { number: ++this.lastNumber, rows, waiting: this.waiting.length };
      this.cuts++;
    }
    return this.under;
  }

  async done(number: number): Promise<void> {
    if (this.under?.number === number) this.under = undefined;
  }

  forget(id: string): void {
    this.waiting = this.waiting.filter(({ distinctId }) => distinctId !== id);
  }
}

/** A warehouse that keeps its promise, and nothing else. */
class MemoryWarehouse {
  readonly batches = new Map<number, readonly Row[]>();

  async write({ number, rows }: Batch): Promise<boolean> {
    if (this.batches.has(number)) return false;
    this.batches.set(number, rows);
    return true;
  }

  async erase(_project: number, id: string): Promise<number> {
    for (const [number, rows] of this.batches) {
      this.batches.set(
        number,
        rows.filter(({ distinctId }) => distinctId !== id),
      );
    }
    return 1;
  }

  get seqs(): number[] {
    return [...this.batches.values()].flat().map(({ seq }) => seq);
  }
}

/** Dies before or after the n-th of its calls. */
function dying(outbox: Outbox, warehouse: MemoryWarehouse, at: number) {
  let step = 0;
  const mortal =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (step++ === at) throw new Died();
      const result = await work(...args);
      if (step++ === at) throw new Died();
      return result;
    };
  return {
    outbox: {
      cut: mortal((limit: number) => outbox.cut(limit)),
      done: mortal((number: number) => outbox.done(number)),
    },
    warehouse: {
      write: mortal((batch: Batch) => warehouse.write(batch)),
    } as unknown as Warehouse,
  };
}

const rows = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => row(from + index));
const seqs = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a shipper that dies', () => {
  it('at every step of every batch: the next one goes on, and every event is there once', async () => {
    const STEPS_OF_A_BATCH = 6;
    for (let at = 0; at < 4 * STEPS_OF_A_BATCH; at++) {
      const outbox = new MemoryOutbox();
      const warehouse = new MemoryWarehouse();
      outbox.waiting = rows(10);
      const mortal = dying(outbox, warehouse, at);
      const first = new Shipper(mortal.outbox, mortal.warehouse, { limit: 4 });
      const ship = async (shipper: Shipper) => {
        while (await shipper.shipOne());
      };
      await ship(first).catch((error: unknown) => expect(error).toBeInstanceOf(Died));
      await ship(new Shipper(outbox, warehouse as unknown as Warehouse, { limit: 4 }));
      expect(warehouse.seqs, `at step ${at}`).toEqual(seqs(10));
      expect(outbox.under).toBeUndefined();
    }
  });

  it('again and again, at random steps, while events come in', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    for (let round = 0; round < 200; round++) {
      outbox.waiting.push(...rows(7, round * 7 + 1));
      const mortal = dying(outbox, warehouse, (round * 31) % 13);
      const shipper = new Shipper(mortal.outbox, mortal.warehouse, { limit: 5 });
      await shipper.shipOne().catch(() => undefined);
      await shipper.shipOne().catch(() => undefined);
    }
    const last = new Shipper(outbox, warehouse as unknown as Warehouse, { limit: 1000 });
    while (await last.shipOne());
    expect(warehouse.seqs).toEqual(seqs(1400));
  });

  it('two of them at once do no harm', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    outbox.waiting = rows(100);
    const both = [1, 2].map(
      () => new Shipper(outbox, warehouse as unknown as Warehouse, { limit: 3 }),
    );
    await Promise.all(
      both.map(async (shipper) => {
        while (await shipper.shipOne());
      }),
    );
    expect(warehouse.seqs.sort((a, b) => a - b)).toEqual(seqs(100));
  });
});

describe('a shipper that runs', () => {
  it('goes on when the warehouse is back, and says how long it has been failing', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    let isDown = true;
    const flaky = {
      write: async (batch: Batch) => {
        if (isDown) throw new WarehouseUnavailable('down');
        return warehouse.write(batch);
      },
    } as unknown as Warehouse;
    const errors: unknown[] = [];
    const shipper = new Shipper(outbox, flaky, {
      idleMs: 5,
      retryMs: 5,
      maxRetryMs: 20,
      onError: (error) => errors.push(error),
    });
    shipper.start();
    outbox.waiting = rows(20);
    while (errors.length < 3) await new Promise((done) => setTimeout(done, 5));
    expect(shipper.progress().failingSinceMs).not.toBeNull();
    expect(outbox.cuts).toBe(1);
    isDown = false;
    while (warehouse.seqs.length < 20) await new Promise((done) => setTimeout(done, 5));
    await shipper.stop();
    expect(shipper.progress()).toMatchObject({ shipped: 1, waiting: 0, failingSinceMs: null });
    expect(warehouse.seqs).toEqual(seqs(20));
  });

  it('erases between two batches: what was under way is erased too', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    const order: string[] = [];
    const slow = {
      write: async (batch: Batch) => {
        await new Promise((done) => setTimeout(done, 40));
        order.push('written');
        return warehouse.write(batch);
      },
      erase: async (project: number, id: string) => {
        order.push('erased');
        return warehouse.erase(project, id);
      },
    } as unknown as Warehouse;
    outbox.waiting = rows(5);
    let isToErase = false;
    let erased: () => void;
    const isErased = new Promise<void>((done) => {
      erased = done;
    });
    const between = async () => {
      if (!isToErase) return;
      isToErase = false;
      await slow.erase(1, 'ann');
      erased();
    };
    const shipper = new Shipper(outbox, slow, { idleMs: 5, between });
    shipper.start();
    while (outbox.cuts === 0) await new Promise((done) => setTimeout(done, 1));
    // The store has erased it: no later cut has it, but the batch that is under way does.
    outbox.forget('ann');
    isToErase = true;
    await isErased;
    await shipper.stop();
    expect(order).toEqual(['written', 'erased']);
    expect(warehouse.seqs).toEqual([]);
  });

  it('ships nothing while what comes before a batch fails', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    outbox.waiting = rows(5);
    let tries = 0;
    const before = async () => {
      if (++tries < 3) throw new WarehouseUnavailable('not yet');
    };
    const shipper = new Shipper(outbox, warehouse as unknown as Warehouse, { retryMs: 1, before });
    shipper.start();
    while (tries < 2) await new Promise((done) => setTimeout(done, 1));
    expect(warehouse.seqs).toEqual([]);
    while (warehouse.seqs.length < 5) await new Promise((done) => setTimeout(done, 1));
    await shipper.stop();
  });

  it('waits between two looks when little comes, and not while much waits', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    outbox.waiting = rows(10);
    const shipper = new Shipper(outbox, warehouse as unknown as Warehouse, {
      idleMs: 60_000,
      limit: 3,
    });
    shipper.start();
    while (warehouse.seqs.length < 10) await new Promise((done) => setTimeout(done, 2));
    expect(outbox.cuts).toBe(4);
    await shipper.stop();
  });

  it('does not wait for its next look when it is nudged', async () => {
    const outbox = new MemoryOutbox();
    const warehouse = new MemoryWarehouse();
    const shipper = new Shipper(outbox, warehouse as unknown as Warehouse, { idleMs: 60_000 });
    shipper.start();
    await new Promise((done) => setTimeout(done, 20));
    outbox.waiting = rows(3);
    shipper.nudge();
    while (warehouse.seqs.length < 3) await new Promise((done) => setTimeout(done, 2));
    await shipper.stop();
  });
});
