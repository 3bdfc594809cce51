// What is looked at, and from when on it is a problem: each with its meaning and what to do.

import { aheadWords } from '../jobs.ts';
import {
  ARCHIVE_LATE_MS,
  BACKUP_OLD_MS,
  DAY_MS,
  FAILURE_MS,
  FREE_BYTES_FEW,
  FREE_BYTES_NONE,
  LETTER_NEW_MS,
  QUEUE_EVENTS,
  WAREHOUSE_LATE_MS,
} from '../limits.ts';
import { Unavailable } from '../store/errors.ts';
import type { LetterCounts } from '../store/records.ts';
import type { ClockState } from '../store/store.ts';
import type { Copy } from '../warehouse/keeper.ts';
import type { Check } from './health.ts';

const MIB = 1024 * 1024;
const mib = (bytes: number): string => `${Math.round(bytes / MIB).toLocaleString('en')} MiB`;
const isoOf = (ms: number): string => new Date(ms).toISOString();

/** Notes how writing to the store goes; for the hooks of the store. */
export class Writes {
  private failure: { words: string; sinceMs: number; lastMs: number } | undefined;

  constructor(private readonly clock: () => number) {}

  done(): void {
    this.failure = undefined;
  }

  /** Only `Unavailable` is the store's fault; anything else is of what was to be written. */
  undone(error: unknown): void {
    if (!(error instanceof Unavailable)) return;
    const lastMs = this.clock();
    const sinceMs = this.failure?.sinceMs ?? lastMs;
    this.failure = { words: error.reason ?? error.message, sinceMs, lastMs };
  }

  readonly check: Check = () => {
    // Whoever is not well is not asked by load balancers: nothing new may fail, or succeed.
    if (this.failure && this.clock() - this.failure.lastMs > FAILURE_MS) this.failure = undefined;
    if (!this.failure) return { value: { failing_since: null } };
    const { words, sinceMs } = this.failure;
    return {
      value: { failing_since: isoOf(sinceMs) },
      isFailing: true,
      problem: `events cannot be written: ${words}. Clients get 503 and send them again. The log and the disk of COLLECTOR_DATA say more`,
    };
  };
}

/** `freeBytes` on the disk of the data. */
export const disk =
  (size: () => Promise<{ bytes: number; freeBytes: number }>): Check =>
  async () => {
    const { bytes, freeBytes } = await size();
    const value = { data_bytes: bytes, free_bytes: freeBytes };
    if (freeBytes >= FREE_BYTES_FEW) return { value };
    const isFailing = freeBytes < FREE_BYTES_NONE;
    return {
      value,
      isFailing,
      problem: `only ${mib(freeBytes)} are free where the data is: ${isFailing ? 'events are about to be refused' : 'it will fill up'}. Make room, or shorten the retention of projects`,
    };
  };

/** Events that wait for a transaction. */
export const queue =
  (depth: () => number): Check =>
  () => ({
    value: { waiting_events: depth() },
    problem:
      depth() > QUEUE_EVENTS / 2
        ? `${depth()} events wait to be written: more arrive than the disk takes, and soon clients get 503. Look at the disk's load`
        : undefined,
  });

/** Events that were not taken, and kept as dead letters: their clients think that they arrived. */
export const deadLetters =
  (counts: () => LetterCounts, clock: () => number): Check =>
  () => {
    const { kept, newest } = counts();
    const value = { kept, newest_at: newest && isoOf(newest.receivedMs) };
    if (!newest || clock() - newest.receivedMs > LETTER_NEW_MS) return { value };
    return {
      value,
      problem: `events of a project were not taken, the last at ${value.newest_at} (${newest.reason}): whoever sent them does not know. Look at GET /api/v1/dead-letters, mend what sends them, and replay or delete them`,
    };
  };

/** What the last integrity check found. */
export const integrity =
  (
    last: () => { isWhole: boolean; damage: readonly string[]; checkedMs: number } | undefined,
  ): Check =>
  () => {
    const found = last();
    if (!found) return { value: { checked_at: null } };
    const value = { checked_at: isoOf(found.checkedMs), whole: found.isWhole };
    if (found.isWhole) return { value };
    return {
      value: { ...value, damage: found.damage.slice(0, 10) },
      isFailing: true,
      problem: `the database is damaged (${found.damage[0]}): what is in the damaged part cannot be read. Stop the collector, keep the file, and restore the last backup: collector restore FILE`,
    };
  };

/** Whether the clock is believed; see store/steady.ts. */
export const clockIs =
  (state: () => Promise<ClockState>): Check =>
  async () => {
    const { steadyMs, aheadMs, isStrange } = await state();
    // A new store has not looked at its clock yet.
    const value = { retention_goes_by: steadyMs === 0 ? null : isoOf(steadyMs), ahead_ms: aheadMs };
    return { value, problem: aheadMs !== null && isStrange ? aheadWords(aheadMs) : undefined };
  };

/** When everything was last copied. */
export const backups =
  (lastMs: () => Promise<number | undefined>, sinceMs: number, clock: () => number): Check =>
  async () => {
    const ms = await lastMs();
    const ageMs = clock() - (ms ?? sinceMs);
    const days = Math.floor(ageMs / DAY_MS);
    return {
      value: { last_backup: ms === undefined ? null : isoOf(ms) },
      problem:
        ageMs > BACKUP_OLD_MS
          ? `${ms === undefined ? 'no backup was made yet' : `the last backup is ${days} days old`}: what this disk loses is lost. Run: collector backup FILE`
          : undefined,
    };
  };

/** How far the warehouse is behind the store; `status` undefined: there is none. */
export const warehouseIs =
  (status: () => Promise<Copy | undefined>, clock: () => number): Check =>
  async () => {
    const at = await status();
    if (!at) return { value: { on: false } };
    const { state, reason, waiting, isFilling, failingSinceMs } = at;
    const since = failingSinceMs === null ? null : isoOf(failingSinceMs);
    const value = {
      on: true,
      state,
      behind_events: waiting,
      filling: isFilling,
      failing_since: since,
    };
    if (failingSinceMs !== null && clock() - failingSinceMs > WAREHOUSE_LATE_MS) {
      return {
        value,
        problem: `the warehouse cannot be written since ${since} and is ${waiting} events behind${reason ? `: ${reason}` : ''}. Filtered questions are not answered, or lack these events; nothing is lost. Look at the log; make it anew: collector rebuild`,
      };
    }
    if (!isFilling) return { value };
    return {
      value,
      problem: `the warehouse is being filled anew, with ${waiting} events to go: answers lack them until then. Wait`,
    };
  };

/** Whether the archive follows, hour by hour; `status` undefined: there is none. */
export const archiveIs =
  (
    status: () => { doneMs: number | null; error: string | null } | undefined,
    sinceMs: number,
    clock: () => number,
  ): Check =>
  () => {
    const at = status();
    if (!at) return { value: { on: false } };
    const lateMs = clock() - (at.doneMs ?? sinceMs);
    const value = { on: true, up_to_date_at: at.doneMs === null ? null : isoOf(at.doneMs) };
    if (lateMs <= ARCHIVE_LATE_MS && at.error === null) return { value };
    return {
      value,
      problem: `the archive was not brought up to date for ${Math.round(lateMs / 60_000)} minutes: ${at.error ?? 'it takes longer than an hour for an hour'}. Events are safe in the database until their retention ends; look at the folder COLLECTOR_ARCHIVE and at the log`,
    };
  };
