// What became of a recorded event.

import { DROPPED } from '../delivery/dropped';
import type { EventRecord, OutcomeRecord } from '../journal/records';

/**
 * local: recorded in local mode, never sent. waiting: still to be sent. delivered and dropped: when,
 * and why. unknown: delivery is past it, and the line that said what became of it is lost or damaged.
 */
export type DeliveryStatus =
  | { readonly outcome: 'local' | 'waiting' | 'unknown' }
  | { readonly outcome: 'delivered'; readonly at: string }
  | { readonly outcome: 'dropped'; readonly at: string; readonly why: string };

const LOCAL: DeliveryStatus = { outcome: 'local' };
const WAITING: DeliveryStatus = { outcome: 'waiting' };
const UNKNOWN: DeliveryStatus = { outcome: 'unknown' };

function statusOf({ outcome, at, why }: OutcomeRecord): DeliveryStatus {
  return outcome === 'delivered'
    ? { outcome, at }
    : { outcome: 'dropped', at, why: typeof why === 'string' ? why : '' };
}

/** The outcomes that the journal holds, by uuid. */
export class Outcomes {
  private readonly statuses = new Map<string, DeliveryStatus>();
  private readonly pending: DeliveryStatus;

  /** `discardedAt`: since when what waits is only still to be written down as dropped (discarded.ts). */
  constructor(discardedAt: string | undefined) {
    this.pending =
      discardedAt === undefined
        ? WAITING
        : { outcome: 'dropped', at: discardedAt, why: DROPPED.disabled };
  }

  add(record: OutcomeRecord): void {
    const status = statusOf(record);
    for (const uuid of record.uuids) this.statuses.set(uuid, status);
  }

  /** What became of an event that ends at byte `end`, when delivery stands at byte `cursor`. */
  of(record: EventRecord, end: number, cursor: number): DeliveryStatus {
    if (record.local) return LOCAL;
    return this.statuses.get(record.uuid) ?? (end > cursor ? this.pending : UNKNOWN);
  }
}
