// Lanes of large requests: a few of each are worked on at once, the rest wait in front of them.
//
// Whoever sends bombs waits for his own bombs: smaller bodies have a lane of their own, in each the smaller
// go first, an address has so many places, and who waited too long or left is not worked on.

import {
  LARGE_AT_ONCE,
  LARGE_PLACES,
  LARGE_WAIT_MS,
  MEDIUM_AT_ONCE,
  MEDIUM_BYTES,
  MEDIUM_EVENTS,
  SECOND_MS,
} from '../limits.ts';
import { busy, left } from './refused.ts';

/** Who a request comes from, and whether they still wait for its answer. */
export interface Client {
  readonly address: string;
  isGone(): boolean;
}

interface Waiter {
  readonly client: Client;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
  readonly go: () => void;
  readonly refuse: (error: Error) => void;
}

export class Lane {
  private taken = 0;
  private waiting: Waiter[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly placesOfAddress: number,
  ) {}

  /** Waits until a request may be worked on. @throws Refused (503): too many, or too long; (499): the client left */
  async enter(client: Client, bytes: number): Promise<void> {
    if (this.taken < this.atOnce) {
      this.taken++;
      return;
    }
    this.dropGone();
    const { address } = client;
    const isFull =
      this.waiting.filter((each) => each.client.address === address).length >= this.placesOfAddress;
    if (isFull) throw busy();
    await new Promise<void>((go, refuse) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((each) => each !== waiter);
        refuse(client.isGone() ? left() : busy());
      }, LARGE_WAIT_MS);
      const waiter = { client, bytes, sinceMs: performance.now(), timer, go, refuse };
      this.waiting.push(waiter);
    });
  }

  /** Gives the place of a request that entered to the next. */
  leave(): void {
    this.dropGone();
    const nowMs = performance.now();
    // What waits becomes smaller with every second: large ones get their turn, too.
    const weight = ({ bytes, sinceMs }: Waiter) => bytes / (1 + (nowMs - sinceMs) / SECOND_MS);
    let next: Waiter | undefined;
    for (const each of this.waiting) if (!next || weight(each) < weight(next)) next = each;
    if (!next) {
      this.taken--;
      return;
    }
    this.waiting.splice(this.waiting.indexOf(next), 1);
    clearTimeout(next.timer);
    next.go(); // the place is handed on
  }

  private dropGone(): void {
    this.waiting = this.waiting.filter(({ client, timer, refuse }) => {
      if (!client.isGone()) return true;
      clearTimeout(timer);
      refuse(left());
      return false;
    });
  }
}

const large = new Lane(LARGE_AT_ONCE, LARGE_PLACES);
/** Batches of a few hundred events are these: a busy project may well send many at once. */
const medium = new Lane(MEDIUM_AT_ONCE, Number.POSITIVE_INFINITY);

/** The lane of a body of so many bytes, unpacked as far as it is known, and events. */
export const laneOf = (bytes: number, events: number): Lane =>
  bytes > MEDIUM_BYTES || events > MEDIUM_EVENTS ? large : medium;

export const isLargeLane = (lane: Lane): boolean => lane === large;
