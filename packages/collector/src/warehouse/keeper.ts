// Keeps the warehouse a copy of the store: brings events over, has it follow what is erased and what is
// too old, and fills it anew when its file is missing or damaged, or when it is a copy of another store.
// Ingestion knows nothing of it: whatever is the matter here, events wait in the store.

import type { Answer, Question } from '../../../schema/src/question.ts';
import {
  QUESTION_WAIT_MS,
  WAREHOUSE_BATCH,
  WAREHOUSE_IDLE_MS,
  WAREHOUSE_PART,
  WAREHOUSE_RETRY_MS,
} from '../limits.ts';
import type { CopiedEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { Following } from './following.ts';
import { rowOf } from './rows.ts';
import { Shipper } from './shipper.ts';
import { type Status, type Warehouse, WarehouseUnavailable } from './warehouse.ts';

/** The store's name for its copy in the warehouse. */
export const CONSUMER = 'warehouse';

/** How the warehouse is, and how far behind the store. */
export interface Copy extends Status {
  /** Events that are in the store and not in the warehouse. */
  readonly waiting: number;
  /** It is being filled anew: what is behind is missing in its answers. */
  readonly isFilling: boolean;
  /** Since when it could not be written, in ms since 1970; null: all is well. */
  readonly failingSinceMs: number | null;
}

const NEVER = -1;

export class Keeper {
  private readonly shipper: Shipper;
  private readonly outbox;
  private readonly following;
  /** `starts` of the warehouse when it was last seen to be a copy of this store. */
  private seen = NEVER;
  private isFillDue = false;
  private isFilling = false;

  constructor(
    private readonly store: Pick<Store, 'identity' | 'outbox' | 'erasures' | 'projects' | 'scan'>,
    readonly warehouse: Warehouse,
    onError: (error: unknown) => void,
  ) {
    this.outbox = store.outbox(CONSUMER);
    this.following = new Following(store, warehouse, CONSUMER);
    const outbox = {
      cut: async (limit: number) => {
        const cut = await this.outbox.cutPages(limit, WAREHOUSE_PART);
        if (!cut) return undefined;
        const later = rowsOf(cut.pages);
        const first = await later.next();
        const { number, waiting } = cut;
        return { number, waiting, rows: first.done ? [] : first.value, later };
      },
      done: (number: number) => this.outbox.done(number),
    };
    this.shipper = new Shipper(outbox, warehouse, {
      limit: WAREHOUSE_BATCH,
      idleMs: WAREHOUSE_IDLE_MS,
      maxRetryMs: WAREHOUSE_RETRY_MS,
      before: () => this.look(),
      between: () => {
        if ((this.shipper.progress().waiting ?? 1) === 0) this.isFilling = false;
        return this.following.follow();
      },
      onError,
    });
  }

  start(): void {
    this.shipper.start();
  }

  /** Ships nothing more after the batch that is under way; it still answers. */
  stopShipping(): Promise<void> {
    return this.shipper.stop();
  }

  async stop(): Promise<void> {
    await this.stopShipping();
    await this.warehouse.close();
  }

  /** The store has deleted what is too old: so will the warehouse. */
  retain(): void {
    this.following.retain();
    this.shipper.nudge();
  }

  /** Something was erased in the store: it is followed now. */
  nudge(): void {
    this.shipper.nudge();
  }

  /** Fills the warehouse anew, from the first event on. */
  rebuild(): void {
    this.isFillDue = true;
    this.shipper.nudge();
  }

  /** Whether its answers have everything that the store had a moment ago. */
  isCurrent(): boolean {
    const { waiting, failingSinceMs } = this.shipper.progress();
    return (
      this.warehouse.starts === this.seen &&
      !this.isFillDue &&
      !this.isFilling &&
      failingSinceMs === null &&
      waiting === 0
    );
  }

  /** Events that are in the store and not in the warehouse. */
  waiting(): Promise<number> {
    return this.outbox.waiting();
  }

  /**
   * Answers, and says how many events were not in the answer yet.
   * @throws QuestionError, WarehouseUnavailable
   */
  async query(question: Question): Promise<{ answer: Answer; waiting: number }> {
    const starts = this.checkSeen();
    const waiting = await this.waiting();
    const answer = await inTime(this.warehouse.query(question));
    if (this.checkSeen() !== starts) throw new WarehouseUnavailable('the warehouse was restarted');
    return { answer, waiting };
  }

  async status(): Promise<Copy> {
    // First: when it is over, what is read next is all of it.
    const isFilling = this.isFillDue || this.isFilling;
    const [status, waiting] = await Promise.all([this.warehouse.status(), this.waiting()]);
    return {
      ...status,
      waiting,
      isFilling,
      failingSinceMs: this.shipper.progress().failingSinceMs,
    };
  }

  /** Between a start and the first look nobody knows whether it has everything. */
  private checkSeen(): number {
    if (this.warehouse.starts === this.seen) return this.seen;
    throw new WarehouseUnavailable('the warehouse is starting, or is emptied to be filled anew');
  }

  /** Sees to it that it is a copy of this store. */
  private async look(): Promise<void> {
    const { starts } = this.warehouse;
    if (starts === this.seen && !this.isFillDue) return;
    const { state, source, reason, hasErasedBytes } = await this.warehouse.status();
    if (state === 'down') throw new WarehouseUnavailable(reason ?? 'the warehouse is down');
    if (source !== this.store.identity || this.isFillDue) await this.fill();
    this.isFillDue = false;
    this.following.retain();
    if (hasErasedBytes) this.following.compactSoon();
    this.seen = starts;
  }

  /** Whenever this is interrupted, the source is missing, and it is begun again. */
  private async fill(): Promise<void> {
    this.isFilling = true;
    // Until it is emptied and everything waits, nobody knows what an answer lacks.
    this.seen = NEVER;
    await this.warehouse.reset();
    await this.outbox.restart();
    await this.warehouse.adopt(this.store.identity);
  }
}

async function* rowsOf(pages: AsyncIterable<readonly CopiedEvent[]>) {
  for await (const page of pages) yield page.map(rowOf);
}

/** Whoever asks is told when it takes too long, whatever hangs. @throws WarehouseUnavailable */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new WarehouseUnavailable(
      'the warehouse did not answer in time: it is busy with other questions',
    );
    timer = setTimeout(() => reject(error), QUESTION_WAIT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
