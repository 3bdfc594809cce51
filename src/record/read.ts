// Reads the record as people ask for it: events with what became of each.

import { readDeliveryState } from '../delivery/state';
import { isLineStart, linesBackwards, linesBeginning, linesFrom } from '../journal/lines';
import { journalSize } from '../journal/open';
import { type EventRecord, OUTCOME_LINE, parseLine } from '../journal/records';
import type { Project } from '../project/project';
import { discardedAt } from './discarded';
import { type DeliveryStatus, Outcomes } from './status';

/** An event with what became of it. */
export interface Entry {
  readonly record: EventRecord;
  readonly status: DeliveryStatus;
}

/** Which events are asked for. */
export interface Wanted {
  /** Not before this moment, in milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  readonly event?: string | undefined;
}

/** What the reading found besides; complete once it is over. */
export interface Found {
  damaged: number;
}

/** Whether the journal's last line was cut off: readers that go forward leave it out. */
export function hasTornTail(project: Project): boolean {
  const end = journalSize(project);
  return end > 0 && !isLineStart(project, end);
}

/** Whether an event is asked for. */
export function isWanted({ timestamp, event }: EventRecord, wanted: Wanted): boolean {
  if (wanted.event !== undefined && wanted.event !== event) return false;
  return wanted.sinceMs === undefined || Date.parse(timestamp) >= wanted.sinceMs;
}

/** The outcomes; only their own lines are parsed. */
function readOutcomes(project: Project): Outcomes {
  const outcomes = new Outcomes(discardedAt(project));
  for (const texts of linesBeginning(project, 0, OUTCOME_LINE)) {
    for (const text of texts) {
      const line = parseLine(text);
      if (line.kind === 'outcome') outcomes.add(line.record);
    }
  }
  return outcomes;
}

/** The events that are asked for, oldest first. Reads the journal twice, and keeps uuids only. */
export function* entries(project: Project, wanted: Wanted, found: Found): Generator<Entry> {
  const { cursor } = readDeliveryState(project);
  const outcomes = readOutcomes(project);
  for (const { line, end } of linesFrom(project, 0)) {
    if (line.kind === 'damaged') found.damaged += 1;
    if (line.kind !== 'event' || !isWanted(line.record, wanted)) continue;
    yield { record: line.record, status: outcomes.of(line.record, end, cursor) };
  }
  if (hasTornTail(project)) found.damaged += 1;
}

/**
 * The last `limit` events that are asked for, oldest first, read from the end of the journal: an
 * outcome stands behind its events, so it is seen before them.
 */
export function newest(project: Project, wanted: Wanted, limit: number, found: Found): Entry[] {
  const { cursor } = readDeliveryState(project);
  const outcomes = new Outcomes(discardedAt(project));
  const last: Entry[] = [];
  for (const { line, end } of linesBackwards(project)) {
    if (line.kind === 'damaged') found.damaged += 1;
    else if (line.kind === 'outcome') outcomes.add(line.record);
    else if (isWanted(line.record, wanted)) {
      last.push({ record: line.record, status: outcomes.of(line.record, end, cursor) });
      if (last.length >= limit) break;
    }
  }
  return last.reverse();
}
