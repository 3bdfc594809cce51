// Selects the next batch of pending events, and records the outcome of each.

import { setImmediate as breathe } from 'node:timers/promises';
import { sanitize } from '../catalogue/validate';
import { acquire } from '../files/lease';
import { appendLines } from '../journal/journal';
import { linesBeginning, linesFrom } from '../journal/lines';
import {
  type EventRecord,
  formatOutcome,
  OUTCOME_LINE,
  type OutcomeRecord,
  parseLine,
} from '../journal/records';
import { BATCH, LEASE } from '../limits';
import type { Project } from '../project/project';
import { DROPPED } from './dropped';
import { type DeliveryState, readDeliveryState, writeDeliveryState } from './state';

/** The next request's events, and what is dropped on the way to them. */
export interface Batch {
  readonly records: EventRecord[];
  readonly drops: Map<string, string[]>;
  /** Behind the last line that was looked at. */
  readonly end: number;
  readonly more: boolean;
}

/** The uuids in the outcomes of the journal, a portion at a time. */
function* settledPortions(project: Project, { cursor, checkTo }: DeliveryState) {
  if (cursor >= checkTo) return;
  for (const texts of linesBeginning(project, 0, OUTCOME_LINE)) {
    const uuids: string[] = [];
    for (const text of texts) {
      const line = parseLine(text);
      if (line.kind === 'outcome') for (const uuid of line.record.uuids) uuids.push(uuid);
    }
    yield uuids;
  }
}

/** Uuids that the journal already calls settled, when the delivery state was lost; else none. */
export function settledBefore(project: Project, state: DeliveryState): Set<string> {
  const settled = new Set<string>();
  for (const uuids of settledPortions(project, state)) for (const uuid of uuids) settled.add(uuid);
  return settled;
}

/** The same, with room for the deadline's timer between the portions. */
export async function settledInTime(project: Project, state: DeliveryState): Promise<Set<string>> {
  const settled = new Set<string>();
  for (const uuids of settledPortions(project, state)) {
    for (const uuid of uuids) settled.add(uuid);
    await breathe();
  }
  return settled;
}

/**
 * The next batch from the cursor on, and what is dropped on the way to it. `more` says that the end
 * was not reached: the batch is full, or enough lines were looked at for once.
 */
export function nextBatch(
  project: Project,
  state: DeliveryState,
  id: string,
  settled: ReadonlySet<string>,
): Batch {
  const records: EventRecord[] = [];
  const drops = new Map<string, string[]>();
  const drop = (why: string, uuid: string) => {
    const uuids = drops.get(why);
    if (uuids) uuids.push(uuid);
    else drops.set(why, [uuid]);
  };
  let end = state.cursor;
  let lines = 0;
  for (const { line, end: behind } of linesFrom(project, state.cursor)) {
    if (lines >= BATCH.lines) return { records, drops, end, more: true };
    lines += 1;
    if (line.kind === 'event' && !line.record.local && !settled.has(line.record.uuid)) {
      const full = records.length >= state.batch || behind - state.cursor > BATCH.bytes;
      if (full && records.length > 0) return { records, drops, end, more: true };
      const { uuid, event, timestamp, distinct_id } = line.record;
      const properties = sanitize(event, line.record.properties);
      if (distinct_id !== id) drop(DROPPED.id, uuid);
      else if (!properties) drop(DROPPED.catalogue, uuid);
      else records.push({ uuid, event, timestamp, distinct_id, properties });
    }
    end = behind;
  }
  return { records, drops, end, more: false };
}

/** Writes down what became of events. @throws the system's error. */
export async function writeOutcomes(
  project: Project,
  outcomes: readonly OutcomeRecord[],
): Promise<void> {
  if (outcomes.length === 0) return;
  const held = await acquire(project.leases, 'journal', LEASE.journal);
  try {
    appendLines(project, outcomes.map(formatOutcome));
  } finally {
    held?.release();
  }
}

/** So many uuids, at most, in one line of outcomes; so many lines at once without a pause. */
const AT_ONCE = { uuids: 1_000, lines: 2_000 } as const;

/** The uuids of everything that waits, and where the journal ended then. */
async function pendingOf(project: Project, state: DeliveryState) {
  const settled = await settledInTime(project, state);
  const uuids: string[] = [];
  let end = state.cursor;
  let lines = 0;
  for (const { line, end: behind } of linesFrom(project, state.cursor)) {
    lines += 1;
    if (lines % AT_ONCE.lines === 0) await breathe();
    end = behind;
    if (line.kind !== 'event' || line.record.local || settled.has(line.record.uuid)) continue;
    uuids.push(line.record.uuid);
  }
  return { uuids, end };
}

/**
 * Drops everything that still waits, with the reason `why`, after any delivery under way has ended.
 * @returns how many events; undefined when a delivery did not end within `waitMs`: nothing is done.
 * @throws the system's error when the record folder cannot be written.
 */
export async function dropPending(
  project: Project,
  why: string,
  waitMs: number,
): Promise<number | undefined> {
  const held = await acquire(project.leases, 'delivery', { ...LEASE.delivery, waitMs });
  if (!held) return undefined;
  try {
    const state = readDeliveryState(project);
    const { uuids, end } = await pendingOf(project, state);
    const at = new Date().toISOString();
    const outcomes: OutcomeRecord[] = [];
    for (let from = 0; from < uuids.length; from += AT_ONCE.uuids) {
      const some = uuids.slice(from, from + AT_ONCE.uuids);
      outcomes.push({ outcome: 'dropped', why, at, uuids: some });
    }
    await writeOutcomes(project, outcomes);
    if (end !== state.cursor || state.failures > 0) {
      writeDeliveryState(project, { ...state, cursor: end, failures: 0, retryAtMs: 0 });
    }
    return uuids.length;
  } finally {
    held.release();
  }
}
