// Where delivery stands: how far the journal is settled, how often it failed, when to try again.

import { readFileSync, unlinkSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { countLines, isLineStart, size } from '../journal/lines';
import { SENDABLE_LINE } from '../journal/records';
import { BACKOFF, BATCH } from '../limits';
import type { Project } from '../project/project';

/** The last attempt, for `status`. `detail` is made by the shim, never by a server. */
export interface LastAttempt {
  readonly at: string;
  readonly outcome: 'delivered' | 'failed' | 'rejected' | 'printed';
  readonly events: number;
  readonly detail: string;
}

/** The content of delivery.json. */
export interface DeliveryState {
  /** Everything before this byte of the journal is delivered, dropped, or was local. */
  readonly cursor: number;
  /** Events in the next request. Halved when a server finds a request wrong or too large. */
  readonly batch: number;
  readonly failures: number;
  /** Not before this time, in milliseconds since 1970; 0 for at once. */
  readonly retryAtMs: number;
  readonly last: LastAttempt | null;
  /**
   * This file was lost: what lies before this byte may be settled already, and the journal's own
   * outcomes say so. 0 when it was not.
   */
  readonly checkTo: number;
  /** A long backlog, counted: so many events wait between the cursor and byte `to`. */
  readonly counted?: { readonly waiting: number; readonly to: number };
}

/** A backlog shorter than this is counted by whoever asks. */
const COUNTED_FROM_BYTES = 64 * 1024;

const FRESH = { batch: BATCH.events, failures: 0, retryAtMs: 0, last: null } as const;

/**
 * Reads it. Where it is missing, damaged, or does not fit the journal (somebody removed that, or it
 * lost its tail in a power cut), the cursor starts again: the journal still says what was settled.
 */
export function readDeliveryState(project: Project): DeliveryState {
  let value: Partial<DeliveryState> = {};
  try {
    value = JSON.parse(readFileSync(project.delivery, 'utf8'));
    const { cursor = -1 } = value;
    if (Number.isSafeInteger(cursor) && cursor >= 0 && isLineStart(project, cursor)) {
      return { ...FRESH, checkTo: 0, ...value, cursor };
    }
  } catch {
    // As if it were not there.
  }
  const { counted: _, ...kept } = value;
  return { ...FRESH, ...kept, cursor: 0, checkTo: size(project.journal) };
}

/**
 * Writes it, atomically. Call it with the acquire `delivery` held. After a power cut it may be an older
 * one; then events are sent again, with the same uuids. @throws the system's error.
 */
export function writeDeliveryState(project: Project, state: DeliveryState): void {
  const { cursor, checkTo, batch, failures, retryAtMs, last } = state;
  const to = size(project.journal);
  const counted =
    to - cursor > COUNTED_FROM_BYTES
      ? { waiting: countLines(project, cursor, SENDABLE_LINE, to), to }
      : undefined;
  const text = JSON.stringify({ cursor, checkTo, batch, failures, retryAtMs, last, counted });
  writeAtomically(project.delivery, `${text}\n`, false);
}

/** How many events wait. Reads only what a delivery has not counted already. */
export function countWaiting(project: Project, { cursor, counted }: DeliveryState): number {
  if (counted && counted.to === size(project.journal)) return counted.waiting;
  if (counted && counted.to >= cursor && isLineStart(project, counted.to)) {
    return counted.waiting + countLines(project, counted.to, SENDABLE_LINE);
  }
  return countLines(project, cursor, SENDABLE_LINE);
}

/** Removes it, so that a crash before the next write leads to a fresh start. */
export function removeDeliveryState(project: Project): void {
  try {
    unlinkSync(project.delivery);
  } catch {
    // There is none.
  }
}

/** Whether delivery pauses now. A pause longer than there is means that the clock was set back. */
export function isPaused({ retryAtMs }: DeliveryState, nowMs: number): boolean {
  return retryAtMs > nowMs && retryAtMs - nowMs <= BACKOFF.longestMs;
}

/**
 * When to try again after `failures` failures in a row: at once for the first few, then after a
 * pause that doubles. A server's own wish (`Retry-After`) counts when it is longer; the longest
 * pause bounds both.
 */
export function pauseMs(failures: number, wishMs = 0): number {
  const over = failures - BACKOFF.afterFailures;
  const own = over < 0 ? 0 : BACKOFF.firstMs * 2 ** Math.min(over, 20);
  return Math.min(BACKOFF.longestMs, Math.max(own, wishMs));
}
