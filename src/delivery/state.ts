// The delivery state: cursor into the journal, failures in a row, when to try again.

import { unlinkSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { readRegularText } from '../files/regular';
import { countLines, isLineStart, readBytes } from '../journal/lines';
import { journalSize } from '../journal/open';
import { SENDABLE_LINE } from '../journal/records';
import { BACKOFF, BATCH } from '../limits';
import type { Project } from '../project/project';

/** How an attempt can end. */
const OUTCOMES = ['delivered', 'failed', 'rejected', 'printed'] as const;

/** The last attempt, for `status`. `detail` is made by the shim, never by a server. */
export interface LastAttempt {
  readonly at: string;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly events: number;
  readonly detail: string;
}

/** What delivery.json says. */
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
}

const FRESH = { batch: BATCH.events, failures: 0, retryAtMs: 0, last: null } as const;

/** So many bytes before the cursor tell whether it is the same journal still. */
const MARK_BYTES = 256;

/** FNV-1a: nobody attacks it, and node:crypto would cost every command 1.5 ms. */
function hashOf(bytes: Buffer): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16);
}

/** A short text for what stands before the cursor. */
const markAt = (project: Project, cursor: number) =>
  hashOf(readBytes(project, Math.max(0, cursor - MARK_BYTES), cursor));

/** A whole number from `least` to `most`, or else `otherwise`. */
function whole(value: unknown, least: number, most: number, otherwise: number): number {
  const isOne = Number.isSafeInteger(value) && (value as number) >= least;
  return isOne && (value as number) <= most ? (value as number) : otherwise;
}

/** No text of ours has other letters, and a terminal is where this one ends. */
const PLAIN = /^[\x20-\x7e]{0,200}$/;

function lastAttempt(value: unknown): LastAttempt | null {
  if (value === null || typeof value !== 'object') return null;
  const { at, outcome, events, detail } = value as Partial<Record<keyof LastAttempt, unknown>>;
  const known = OUTCOMES.find((each) => each === outcome);
  const isPlain = (text: unknown): text is string => typeof text === 'string' && PLAIN.test(text);
  if (!known || !isPlain(at) || Number.isNaN(Date.parse(at)) || !isPlain(detail)) return null;
  return { at, outcome: known, events: whole(events, 0, Number.MAX_SAFE_INTEGER, 0), detail };
}

/** The content of delivery.json, whatever it is. */
function readFields(project: Project): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readRegularText(project.delivery, { follows: false }));
    return value !== null && typeof value === 'object' ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Reads it. Where it is missing, damaged, or does not fit the journal (somebody removed that, or it
 * lost its tail in a power cut and grew again), the cursor starts again: the journal still says what
 * was settled.
 */
export function readDeliveryState(project: Project): DeliveryState {
  const fields = readFields(project);
  const kept = {
    batch: whole(fields.batch, 1, BATCH.events, FRESH.batch),
    failures: whole(fields.failures, 0, Number.MAX_SAFE_INTEGER, 0),
    retryAtMs: whole(fields.retryAtMs, 0, Number.MAX_SAFE_INTEGER, 0),
    last: lastAttempt(fields.last),
  };
  const cursor = whole(fields.cursor, 0, Number.MAX_SAFE_INTEGER, -1);
  // 1.0.0 wrote no mark.
  const fits = () => fields.mark === undefined || fields.mark === markAt(project, cursor);
  if (cursor >= 0 && isLineStart(project, cursor) && fits()) {
    return { ...kept, cursor, checkTo: whole(fields.checkTo, 0, Number.MAX_SAFE_INTEGER, 0) };
  }
  return { ...kept, cursor: 0, checkTo: journalSize(project) };
}

/**
 * Writes it, atomically. Call it with the lease `delivery` held. After a power cut it may be an older
 * one; then events are sent again, with the same uuids. @throws the system's error.
 */
export function writeDeliveryState(project: Project, state: DeliveryState): void {
  const { cursor, checkTo, batch, failures, retryAtMs, last } = state;
  const mark = markAt(project, cursor);
  const text = JSON.stringify({ cursor, mark, checkTo, batch, failures, retryAtMs, last });
  writeAtomically(project.delivery, `${text}\n`, { durably: false, follows: false });
}

/** How many events wait. */
export function countWaiting(project: Project, { cursor }: DeliveryState): number {
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
