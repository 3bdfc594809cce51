// What requests hold in memory: counted for all of them together, from the first byte of a body until
// its answer. Beyond the limit the answer is 503, which SDKs send again.
//
// Large requests leave a part of the memory to small ones, and are worked on by few at once: whoever
// sends bombs waits for his own bombs, and the rest go on.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { HELD_BYTES, HELD_FOR_SMALL_BYTES, LARGE_AT_ONCE, SMALL_BYTES } from '../limits.ts';
import { busy } from './refused.ts';

let total = 0;
let slotsTaken = 0;
const waiting: (() => void)[] = [];

/** What one request holds. */
export class Hold {
  private bytes = 0;
  private hasSlot = false;

  /** Counts bytes before they are allocated. @throws Refused (503) */
  take(bytes: number): void {
    const isLarge = this.bytes + bytes > SMALL_BYTES;
    const limit = isLarge ? HELD_BYTES - HELD_FOR_SMALL_BYTES : HELD_BYTES;
    if (total + bytes > limit) throw busy();
    this.bytes += bytes;
    total += bytes;
  }

  give(bytes: number): void {
    this.bytes -= bytes;
    total -= bytes;
  }

  /** Waits until this request may be one of the few large ones that are worked on. */
  async slot(): Promise<void> {
    if (this.hasSlot) return;
    this.hasSlot = true;
    if (slotsTaken < LARGE_AT_ONCE) slotsTaken++;
    else await new Promise<void>((go) => waiting.push(go)); // the slot is handed on
    // Many may have arrived in one turn of the loop; each is worked on in one of its own.
    await turn();
  }

  release(): void {
    this.give(this.bytes);
    if (!this.hasSlot) return;
    this.hasSlot = false;
    const next = waiting.shift();
    if (!next) slotsTaken--;
    else next();
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply, hold: Hold) => Promise<unknown>;

/** A handler whose request holds memory until it is answered. */
export const holding =
  (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    const hold = new Hold();
    try {
      return await handler(request, reply, hold);
    } finally {
      hold.release();
    }
  };

const queue: (() => void)[] = [];

/** A turn of the event loop for each who asks, one after another: no burst of work holds it up. */
export function turn(): Promise<void> {
  return new Promise((go) => {
    queue.push(go);
    if (queue.length === 1) setImmediate(nextTurn);
  });
}

function nextTurn(): void {
  const go = queue.shift();
  if (queue.length > 0) setImmediate(nextTurn);
  go?.();
}
