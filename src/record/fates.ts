// What became of a recorded event.

import type { EventRecord, OutcomeRecord } from '../journal/records';
import { UuidTable } from './uuids';

/**
 * local: recorded in local mode, never sent. waiting: still to be sent. delivered and dropped: when,
 * and why. unknown: delivery is past it, and the line that said what became of it is lost or damaged.
 */
export type Fate =
  | { readonly outcome: 'local' | 'waiting' | 'unknown' }
  | { readonly outcome: 'delivered'; readonly at: string }
  | { readonly outcome: 'dropped'; readonly at: string; readonly why: string };

/** The kinds, in the order in which summaries name them. */
export const FATES = ['local', 'waiting', 'delivered', 'dropped', 'unknown'] as const;

const LOCAL: Fate = { outcome: 'local' };
const WAITING: Fate = { outcome: 'waiting' };
const UNKNOWN: Fate = { outcome: 'unknown' };

function fateOf({ outcome, at, why }: OutcomeRecord): Fate {
  return outcome === 'delivered'
    ? { outcome, at }
    : { outcome: 'dropped', at, why: typeof why === 'string' ? why : '' };
}

/** The outcomes that the journal holds, by uuid. */
export class Outcomes {
  private readonly table = new UuidTable();
  private readonly fates: Fate[] = [];

  add(record: OutcomeRecord): void {
    this.fates.push(fateOf(record));
    for (const uuid of record.uuids) {
      if (typeof uuid === 'string') this.table.set(uuid, this.fates.length);
    }
  }

  /** What became of an event that ends at byte `end`, when delivery stands at byte `cursor`. */
  of(record: EventRecord, end: number, cursor: number): Fate {
    if (record.local) return LOCAL;
    const known = this.fates[this.table.get(record.uuid) - 1];
    return known ?? (end > cursor ? WAITING : UNKNOWN);
  }
}
