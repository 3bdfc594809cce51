// A batch that comes in parts: while one is written the next is on its way.

import { WarehouseUnavailable } from '../warehouse.ts';
import type { PackedRows, Part } from './protocol.ts';

/** Writes all parts of a batch, or nothing of it when they end with an error. */
type Write = (number: number, parts: AsyncIterable<PackedRows>) => Promise<boolean>;

interface Waiting {
  readonly rows: PackedRows;
  readonly isWritten: () => void;
}

class OpenBatch {
  /** The part that comes next. */
  next = 0;
  readonly result: Promise<boolean>;
  private readonly waiting: Waiting[] = [];
  private isComplete = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(
    readonly number: number,
    write: Write,
  ) {
    this.result = write(number, this.parts());
    // Whoever sent a part hears of it.
    this.result.catch(() => undefined);
  }

  async add({ rows, isLast }: Part): Promise<boolean | null> {
    this.next++;
    const written = new Promise<null>((done) => {
      this.waiting.push({ rows, isWritten: () => done(null) });
    });
    this.isComplete = isLast;
    this.wake?.();
    // Written before, it needs no part; and it may fail at any.
    return isLast ? this.result : Promise.race([this.result, written]);
  }

  fail(error: Error): void {
    this.failure = error;
    this.wake?.();
  }

  private async *parts(): AsyncGenerator<PackedRows> {
    for (;;) {
      const part = this.waiting.shift();
      if (part) {
        yield part.rows;
        part.isWritten();
      } else if (this.failure) throw this.failure;
      else if (this.isComplete) return;
      else {
        await new Promise<void>((wake) => {
          this.wake = wake;
        });
      }
    }
  }
}

/** Puts parts together. One batch is open at a time. */
export class Incoming {
  private open: OpenBatch | undefined;

  constructor(private readonly write: Write) {}

  /** Resolves when the part is written, the last one when the batch is: true when it was new. */
  async take(part: Part): Promise<boolean | null> {
    if (part.part === 0) {
      this.open?.fail(new WarehouseUnavailable('another batch was begun before this was complete'));
      this.open = new OpenBatch(part.number, this.write);
    }
    const { open } = this;
    if (open?.number !== part.number || open.next !== part.part) {
      throw new WarehouseUnavailable('the parts before this one were lost: begin the batch again');
    }
    if (part.isLast) this.open = undefined;
    return open.add(part);
  }

  /** Nothing of it is written, unless its last part has come. Resolves when that is so. */
  async abandon(number: number): Promise<void> {
    const { open } = this;
    if (open?.number !== number) return;
    this.open = undefined;
    open.fail(new WarehouseUnavailable('the batch was abandoned'));
    await open.result.catch(() => undefined);
  }
}
