// What the journal owes: which events wait, in which order, and writing down what became of them.

import { sanitize } from '../catalogue/validate';
import { acquire } from '../files/lease';
import { appendLines } from '../journal/journal';
import { linesFrom, textLinesFrom } from '../journal/lines';
import {
  type EventRecord,
  formatOutcome,
  OUTCOME_LINE,
  type OutcomeRecord,
  parseLine,
} from '../journal/records';
import { BATCH, LEASE } from '../limits';
import type { Project } from '../project/project';
import { type DeliveryState, readDeliveryState, writeDeliveryState } from './state';

/** Why an event was dropped. What `log` shows. */
export const DROPPED = {
  disabled: 'analytics was turned off',
  id: 'the anonymous id was reset',
  cleared: 'the record was cleared',
  catalogue: 'not in the catalogue',
  rejected: 'the server rejected it',
} as const;

/** The next request's events, and what is dropped on the way to them. */
export interface Batch {
  readonly records: EventRecord[];
  readonly drops: Map<string, string[]>;
  /** Behind the last line that was looked at. */
  readonly end: number;
  readonly more: boolean;
}

/** Uuids that the journal already calls settled: what says where delivery stands was lost. */
export function settledBefore(project: Project, { cursor, checkTo }: DeliveryState): Set<string> {
  const settled = new Set<string>();
  if (cursor >= checkTo) return settled;
  for (const { text } of textLinesFrom(project, 0)) {
    if (!text.startsWith(OUTCOME_LINE)) continue;
    const line = parseLine(text);
    if (line.kind === 'outcome') for (const uuid of line.record.uuids) settled.add(uuid);
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

/**
 * Drops everything that still waits, with the reason `why`, after any delivery under way has ended.
 * @throws the system's error when the record folder cannot be written.
 */
export async function dropPending(project: Project, why: string, waitMs: number): Promise<number> {
  const held = await acquire(project.leases, 'delivery', { holdMs: 5_000, waitMs });
  try {
    const state = readDeliveryState(project);
    const settled = settledBefore(project, state);
    const uuids: string[] = [];
    let end = state.cursor;
    for (const { line, end: behind } of linesFrom(project, state.cursor)) {
      end = behind;
      if (line.kind !== 'event' || line.record.local || settled.has(line.record.uuid)) continue;
      uuids.push(line.record.uuid);
    }
    if (uuids.length > 0) {
      const at = new Date().toISOString();
      await writeOutcomes(project, [{ outcome: 'dropped', why, at, uuids }]);
    }
    if (end !== state.cursor || state.failures > 0) {
      writeDeliveryState(project, { ...state, cursor: end, failures: 0, retryAtMs: 0 });
    }
    return uuids.length;
  } finally {
    held?.release();
  }
}
