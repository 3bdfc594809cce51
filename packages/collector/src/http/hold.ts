// What requests hold in memory: counted for all of them together, from the first byte of a body until
// its answer. Beyond the limit the answer is 503, which SDKs send again.
//
// Large requests leave a part of the memory to small ones, and take turns in lanes (lanes.ts).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { HELD_BYTES, HELD_FOR_SMALL_BYTES, SMALL_BYTES } from '../limits.ts';
import { clientOf } from './client.ts';
import { type Client, isLargeLane, type Lane, laneOf } from './lanes.ts';
import { busy, left } from './refused.ts';

let total = 0;

const NOBODY: Client = { address: '', isGone: () => false };

/** What one request holds. */
export class Hold {
  private bytes = 0;
  private lane: Lane | undefined;

  constructor(private readonly client: Client = NOBODY) {}

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

  /**
   * Waits until this request, of so many bytes and events as far as is known, may be one of the few in its lane that
   * are worked on. One that turns out to be larger changes the lane. @throws Refused (503, 499)
   */
  async slot(bytes: number, events = 0): Promise<void> {
    const lane = laneOf(bytes, events);
    if (this.lane && (this.lane === lane || isLargeLane(this.lane))) return;
    this.lane?.leave();
    this.lane = undefined;
    await lane.enter(this.client, bytes);
    this.lane = lane;
    // Many may have arrived in one turn of the loop; each is worked on in one of its own.
    await turn();
    this.check();
  }

  /** To be asked between the parts of a large request. @throws Refused (499): nobody waits for the rest */
  check(): void {
    // A small one is done before anybody could leave.
    if (this.lane && this.client.isGone()) throw left();
  }

  release(): void {
    this.give(this.bytes);
    this.lane?.leave();
    this.lane = undefined;
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply, hold: Hold) => Promise<unknown>;

/** A handler whose request holds memory until it is answered. */
export const holding =
  (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { socket } = request.raw;
    const hold = new Hold({ address: clientOf(request), isGone: () => socket.destroyed });
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
