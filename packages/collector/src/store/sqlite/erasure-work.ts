// The store's part of erasures, from the first step to the last. Events are looked through in a thread of their
// own, which tells the writer those that concern it. How far that is, is written down with each step.

import { LOOKED_AT_ONCE } from '../../limits.ts';
import type { Forgotten } from '../erasures.ts';
import { Unavailable } from '../errors.ts';
import type { Closed } from './closed.ts';
import type { Erasing } from './erasing.ts';
import type { ErasureTable, Written, WrittenId } from './erasure-table.ts';
import type { Forgetting, Looked } from './forgetting.ts';
import type { Reader } from './reading/reader.ts';
import type { ReceiptTable } from './receipts.ts';
import type { Steps } from './steps.ts';
import type { Writer } from './writer.ts';

export interface WorkParts {
  readonly steps: Steps;
  readonly table: ErasureTable;
  readonly receipts: ReceiptTable;
  readonly closed: Closed;
  readonly erasing: Erasing;
  readonly forgetting: Forgetting;
  readonly writer: Pick<Writer, 'lastSeq'>;
  /** Looks through events. */
  readonly reader: Pick<Reader, 'ask'>;
  readonly clock: () => number;
}

const NOTHING: Forgotten = { events: 0, installs: 0, deadLetters: 0 };

export class ErasureWork {
  private isStopped = false;

  constructor(private readonly parts: WorkParts) {}

  /** From the next step on everything rejects. */
  stop(): void {
    this.isStopped = true;
  }

  /** Forgets ids. What was interrupted goes on where it was. */
  async forget(ids: readonly WrittenId[]): Promise<void> {
    const { forgetting } = this.parts;
    for (const id of ids) {
      while (await this.take((rows) => forgetting.visits(id, rows)));
    }
    await this.look(ids);
    for (const id of ids) {
      while (await this.take((rows) => forgetting.activeMonths(id, rows)));
      await this.leaveInstalls(id);
      await this.leaveLetters(id);
    }
  }

  /** Erases what is no id. */
  async erase(erasure: Written): Promise<void> {
    if (erasure.what === 'project') await this.eraseProject(erasure, erasure.project);
    if (erasure.what === 'events') await this.eraseEvents(erasure, erasure.seqs);
  }

  /** Looks through the events that were there when the ids were written down. */
  private async look(ids: readonly WrittenId[]): Promise<void> {
    const lastSeq = Math.max(...ids.map((id) => id.lastSeq));
    let afterSeq = Math.min(...ids.map((id) => id.lookedSeq));
    while (afterSeq < lastSeq) {
      const toSeq = Math.min(lastSeq, afterSeq + LOOKED_AT_ONCE);
      const seqs = await this.parts.reader.ask('concerning', { ids, afterSeq, toSeq });
      await this.events(ids, seqs, toSeq);
      afterSeq = toSeq;
    }
  }

  /** Erases or cleans these events, the only ones up to `toSeq` that concern the ids. */
  private async events(
    ids: readonly WrittenId[],
    seqs: readonly number[],
    toSeq: number,
  ): Promise<void> {
    const { forgetting, table, clock } = this.parts;
    const numbers = ids.map(({ number }) => number);
    let at = 0;
    do {
      let next = at;
      await this.take((rows) => {
        const some = seqs.slice(at, at + rows);
        next = at + some.length;
        this.note(forgetting.events(some, clock()));
        table.lookedAt(numbers, next < seqs.length ? some.at(-1)! : toSeq);
        return some.length;
      });
      at = next;
    } while (at < seqs.length);
  }

  private note({ gone, replaced }: Looked): void {
    const { receipts, table } = this.parts;
    for (const [receipt, events] of gone) receipts.add(receipt, { ...NOTHING, events });
    for (const [{ receipt, project }, seqs] of replaced) table.replaced(receipt, project, seqs);
  }

  /** Takes an id out of the installations of others. */
  private async leaveInstalls(id: WrittenId): Promise<void> {
    let after: string | undefined = '';
    while (after !== undefined) {
      const from: string = after;
      await this.take((rows) => {
        after = this.parts.forgetting.installs(id, from, rows);
        return rows;
      });
    }
  }

  /** Takes an id out of the dead letters, and with the last of them itself out of everything. */
  private async leaveLetters(id: WrittenId): Promise<void> {
    const { forgetting, receipts } = this.parts;
    let after: number | undefined = 0;
    while (after !== undefined) {
      const from: number = after;
      await this.take((rows) => {
        const { deleted, next, isLast } = forgetting.deadLetters(id, from, rows);
        after = isLast ? undefined : next;
        const installs = isLast ? forgetting.end(id) : 0;
        receipts.add(id.receipt, { events: 0, installs, deadLetters: deleted });
        if (isLast) this.close(id);
        return rows;
      });
    }
  }

  private async eraseProject(erasure: Written, project: number): Promise<void> {
    for (let isLast = false; !isLast; ) {
      await this.take((rows) => {
        const step = this.parts.erasing.project(project, rows);
        isLast = step.isLast;
        this.parts.receipts.add(erasure.receipt, step);
        if (isLast) this.close(erasure);
        return step.rows;
      });
    }
  }

  private async eraseEvents(erasure: Written, seqs: readonly number[]): Promise<void> {
    const { erasing, receipts, reader } = this.parts;
    const { project, receipt } = erasure;
    for (const seq of seqs) {
      for (let isDone = false; !isDone; ) {
        const seen = await reader.ask('anotherOfDay', { project, seq });
        await this.take(() => {
          const step = erasing.event(project, seq, seen);
          isDone = step.isLast;
          receipts.add(receipt, step);
          if (isDone && seq === seqs.at(-1)) this.close(erasure);
          return step.rows;
        });
      }
    }
  }

  /** The store has done its part. Inside its last step. */
  private close({ number, receipt }: Written): void {
    const { table, receipts, closed, writer, clock } = this.parts;
    table.stored(number, writer.lastSeq);
    receipts.close(receipt, clock());
    closed.reload();
  }

  private take(work: (rows: number) => number): Promise<boolean> {
    if (this.isStopped) return Promise.reject(new Unavailable('the collector is stopping'));
    return this.parts.steps.take(work);
  }
}
