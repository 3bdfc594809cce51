// Delivers what is pending: batch after batch, one process at a time, within one deadline.
//
// An event is settled when it was delivered, dropped with a reason, or was never meant to be sent.
// The order of the writes is what makes it safe: first the outcome goes into the journal, then the
// cursor moves. A crash in between sends the same uuids once more, and the server counts them once.

import { nowMs, untilMs } from '../clock';
import type { Mode } from '../consent/consent';
import { acquire, tryAcquire } from '../files/lease';
import { bytesToCut, cutFront } from '../journal/compact';
import type { OutcomeRecord } from '../journal/records';
import { BATCH, LEASE, LEAVE_MS } from '../limits';
import type { Project } from '../project/project';
import { DROPPED } from './dropped';
import { type Batch, nextBatch, settledInTime, writeOutcomes } from './pending';
import type { Route } from './route';
import type { Outcome } from './sender';
import {
  type DeliveryState,
  isPaused,
  pauseMs,
  readDeliveryState,
  removeDeliveryState,
  writeDeliveryState,
} from './state';

/** Asked again before every request, so that `disable` and `reset-id` take effect at once. */
export type Permission = () => { mode: Mode; id: string | undefined };

/** What was dropped on the way to a batch, as the journal says it. */
function dropsOf(batch: Batch): OutcomeRecord[] {
  const at = new Date().toISOString();
  return [...batch.drops].map(([why, uuids]) => ({ outcome: 'dropped', why, at, uuids }));
}

/** The state after an attempt at `batch`: settled, to be tried smaller, or to be tried later. */
function judge(
  state: DeliveryState,
  batch: Batch,
  result: Outcome,
): { next: DeliveryState; outcomes: OutcomeRecord[]; goOn: boolean } {
  const at = new Date().toISOString();
  const uuids = batch.records.map((record) => record.uuid);
  const outcomes = dropsOf(batch);
  const attempt = { at, events: uuids.length, detail: result.detail };
  if (result.kind === 'accepted') {
    outcomes.push({ outcome: 'delivered', at, uuids });
    const last = { ...attempt, outcome: 'delivered' as const };
    const done = { cursor: batch.end, batch: BATCH.events, failures: 0, retryAtMs: 0, last };
    return { next: { ...state, ...done }, outcomes, goOn: batch.more };
  }
  if (result.kind === 'printed') {
    outcomes.push({ outcome: 'dropped', why: result.detail, at, uuids });
    const last = { ...attempt, outcome: 'printed' as const };
    return { next: { ...state, cursor: batch.end, last }, outcomes, goOn: batch.more };
  }
  if (result.kind === 'rejected') {
    const last = { ...attempt, outcome: 'rejected' as const };
    if (uuids.length > 1) {
      const batch = Math.floor(uuids.length / 2);
      return { next: { ...state, batch, last }, outcomes: [], goOn: true };
    }
    const why = `${DROPPED.rejected} (${result.detail})`;
    outcomes.push({ outcome: 'dropped', why, at, uuids });
    return { next: { ...state, cursor: batch.end, last }, outcomes, goOn: batch.more };
  }
  const failures = state.failures + 1;
  const pause = pauseMs(failures, result.retryAfterMs);
  const retryAtMs = pause > 0 ? Date.now() + pause : 0;
  const last = { ...attempt, outcome: 'failed' as const };
  return { next: { ...state, failures, retryAtMs, last }, outcomes: [], goOn: false };
}

/**
 * Delivers what is pending until it is done, the server fails, enough was sent for once, or `endMs`
 * (in ms of process uptime) is near. `evenIfPaused` is for a person who asks: it ignores the pause after failures.
 * @throws the system's error when the record folder cannot be written.
 */
export async function deliver(
  project: Project,
  route: Route,
  permission: Permission,
  endMs: number,
  evenIfPaused = false,
): Promise<void> {
  const lastMs = endMs - LEAVE_MS;
  const leftMs = () => Math.max(0, lastMs - nowMs());
  // The margin is for a machine that was asleep: a holder ends itself at its deadline.
  const limits = { holdMs: leftMs() + LEASE.marginMs, waitMs: leftMs() };
  const held = await acquire(project.leases, 'delivery', limits);
  if (!held) return;
  try {
    let state = readDeliveryState(project);
    if (!evenIfPaused && isPaused(state, Date.now())) return;
    state = await keepSmall(project, state, endMs);
    const settled = await settledInTime(project, state);
    for (let requests = 0; requests < BATCH.perDelivery && leftMs() > 0; ) {
      const { mode, id } = permission();
      if (mode !== 'on' || !id) return;
      const batch = nextBatch(project, state, id, settled);
      if (batch.records.length === 0) {
        // No server was asked: what is known about it stays.
        await writeOutcomes(project, dropsOf(batch));
        if (batch.end !== state.cursor) {
          state = { ...state, cursor: batch.end };
          writeDeliveryState(project, state);
        }
        if (!batch.more) return;
        continue;
      }
      requests += 1;
      const result = await route.sender.send(batch.records, route.transport, lastMs);
      const { next, outcomes, goOn } = judge(state, batch, result);
      await writeOutcomes(project, outcomes);
      writeDeliveryState(project, next);
      state = next;
      if (!goOn) return;
    }
  } finally {
    held.release();
  }
}

/** Keeps the journal within its limits where nothing is delivered: local mode, no key, no sender. */
export async function keepJournalSmall(project: Project, endMs: number): Promise<void> {
  const state = readDeliveryState(project);
  if ((await bytesToCut(project, state.cursor, Date.now())) === 0) return;
  const held = tryAcquire(project.leases, 'delivery', untilMs(endMs) + LEASE.marginMs);
  if (!held) return; // Whoever delivers now does it.
  try {
    await keepSmall(project, readDeliveryState(project), endMs);
  } finally {
    held.release();
  }
}

/** Cuts off the journal what is beyond its limits, and moves the cursor along. */
async function keepSmall(
  project: Project,
  state: DeliveryState,
  endMs: number,
): Promise<DeliveryState> {
  if ((await bytesToCut(project, state.cursor, Date.now())) === 0) return state;
  // To the end of this process: an append in the middle of it would be lost.
  const held = tryAcquire(project.leases, 'journal', untilMs(endMs) + LEASE.marginMs);
  if (!held) return state;
  try {
    const cut = await bytesToCut(project, state.cursor, Date.now());
    // A cursor into the old journal must not outlive it: see the order of writes above.
    removeDeliveryState(project);
    await cutFront(project, cut);
    const moved = (byte: number) => Math.max(0, byte - cut);
    const next = { ...state, cursor: moved(state.cursor), checkTo: moved(state.checkTo) };
    writeDeliveryState(project, next);
    return next;
  } finally {
    held.release();
  }
}
