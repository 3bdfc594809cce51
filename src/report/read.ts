// Makes a summary of the journal, in one pass.

import type { LocalSummary, RecordSummary } from '../../packages/schema/src/summary';
import { DROPPED } from '../delivery/dropped';
import { readDeliveryState } from '../delivery/state';
import { linesFrom } from '../journal/lines';
import type { OutcomeRecord } from '../journal/records';
import type { Project } from '../project/project';
import { discardedAt } from '../record/discarded';
import { hasTornTail, isWanted, type Wanted } from '../record/read';
import { Counter } from './count';

/** What is known of an event's status while the pass goes on: an outcome stands behind its event. */
const STATE = { behind: 1, waiting: 2, local: 3, settled: 4 } as const;

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** Takes note of what became of the events that were seen. */
class Ledger {
  private readonly states = new Map<string, number>();
  private readonly reasons = new Map<string, number>();
  readonly counts: Mutable<RecordSummary> = {
    local: 0,
    waiting: 0,
    delivered: 0,
    dropped: 0,
    unknown: 0,
    reasons: [],
    damaged: 0,
  };

  /** Whether the event was not seen before. */
  open(uuid: string, state: (typeof STATE)['behind' | 'waiting' | 'local']): boolean {
    if (this.states.has(uuid)) return false;
    this.states.set(uuid, state);
    if (state === STATE.local) this.counts.local += 1;
    else if (state === STATE.waiting) this.counts.waiting += 1;
    else this.counts.unknown += 1;
    return true;
  }

  settle({ outcome, why, uuids }: OutcomeRecord): void {
    let settled = 0;
    for (const uuid of uuids) {
      const state = this.states.get(uuid);
      if (state !== STATE.behind && state !== STATE.waiting) continue;
      this.counts[state === STATE.waiting ? 'waiting' : 'unknown'] -= 1;
      this.states.set(uuid, STATE.settled);
      settled += 1;
    }
    if (outcome === 'delivered') this.counts.delivered += settled;
    else {
      this.counts.dropped += settled;
      const reason = typeof why === 'string' ? why : '';
      if (settled > 0) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + settled);
    }
  }

  /** What waits is only still to be written down as dropped: discarded.ts. */
  dropWaiting(): void {
    const { waiting } = this.counts;
    if (waiting === 0) return;
    this.counts.waiting = 0;
    this.counts.dropped += waiting;
    this.reasons.set(DROPPED.disabled, (this.reasons.get(DROPPED.disabled) ?? 0) + waiting);
  }

  close(): RecordSummary {
    const reasons = [...this.reasons].map(([why, count]) => ({ why, count }));
    return { ...this.counts, reasons: reasons.sort((a, b) => b.count - a.count) };
  }
}

/** The summary of the events that are asked for. */
export function summarize(project: Project, wanted: Wanted, nowMs: number): LocalSummary {
  const { cursor } = readDeliveryState(project);
  const counter = new Counter();
  const ledger = new Ledger();
  for (const { line, end } of linesFrom(project, 0)) {
    if (line.kind === 'damaged') ledger.counts.damaged += 1;
    else if (line.kind === 'outcome') ledger.settle(line.record);
    else if (isWanted(line.record, wanted)) {
      const { record } = line;
      const state = record.local ? 'local' : end > cursor ? 'waiting' : 'behind';
      if (ledger.open(record.uuid, STATE[state])) counter.add(record);
    }
  }
  if (hasTornTail(project)) ledger.counts.damaged += 1;
  if (discardedAt(project) !== undefined) ledger.dropWaiting();
  return counter.summary(ledger.close(), nowMs);
}
