// What leaves the store leaves its copy too: what is erased, what is too old, and the bytes of both.

import { WAREHOUSE_COMPACT_MS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from './warehouse.ts';

export class Following {
  private isRetentionDue = true;
  /** When what was erased is to leave the file too; undefined: nothing was. */
  private compactMs: number | undefined;

  constructor(
    private readonly store: Pick<Store, 'erasures' | 'projects' | 'scan'>,
    private readonly warehouse: Warehouse,
    /** The store's name for its copy. */
    private readonly consumer: string,
  ) {}

  /** The next time, what is older than anything in the store goes too. */
  retain(): void {
    this.isRetentionDue = true;
  }

  /** Erases what the store has erased. No batch is under way, and no later one has it. */
  async follow(): Promise<void> {
    const { erasures } = this.store;
    const pending = await erasures.pending(this.consumer);
    // Many at once: each time costs the same, however few they are.
    const events = new Map<number, number[]>();
    for (const erasure of pending) {
      const { what, project, untilSeq } = erasure;
      if (what === 'id') await this.warehouse.erase(project, erasure.distinctId, untilSeq);
      else if (what === 'project') await this.warehouse.dropProject(project);
      else {
        const seqs = events.get(project) ?? [];
        seqs.push(...erasure.seqs);
        events.set(project, seqs);
      }
    }
    for (const [project, seqs] of events) await this.warehouse.eraseEvents(project, seqs);
    await Promise.all(pending.map(({ number }) => erasures.done(this.consumer, number)));
    if (pending.length > 0) this.compactSoon();
    if (this.compactMs !== undefined && Date.now() >= this.compactMs) {
      this.compactMs = undefined;
      await this.warehouse.compact();
      return;
    }
    if (!this.isRetentionDue) return;
    this.isRetentionDue = false;
    for (const { id } of this.store.projects.list()) {
      // What is older than the oldest event of the store was deleted there: everything that the
      // warehouse has was in the store once.
      await this.warehouse.dropBefore(id, await this.oldest(id));
    }
  }

  /** Not at once: what is erased next comes along, and questions wait once. */
  compactSoon(): void {
    this.compactMs ??= Date.now() + WAREHOUSE_COMPACT_MS;
  }

  private async oldest(project: number): Promise<number> {
    for await (const [first] of this.store.scan({ project })) if (first) return first.timeMs;
    return Number.MAX_SAFE_INTEGER;
  }
}
