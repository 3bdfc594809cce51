// Delivers what the journal owes: batch after batch, one process at a time, within one deadline.
//
// An event is settled when it was delivered, dropped with a reason, or was never meant to be sent.
// The order of the writes is what makes it safe: first the outcome goes into the journal, then the
// cursor moves. A crash in between sends the same uuids once more, and the server counts them once.

import { nowMs } from '../clock';
import type { Mode } from '../consent/consent';
import { claim, tryClaim } from '../files/claim';
import { compact, isTooLarge } from '../journal/journal';
import type { OutcomeRecord } from '../journal/records';
import { BATCH, CLAIM, LEAVE_MS } from '../limits';
import type { Project } from '../project';
import type { Route } from './choose';
import { DROPPED, nextBatch, type Owed, settledBefore, writeOutcomes } from './owed';
import type { Outcome } from './sender';
import {
  forgetStanding,
  isPaused,
  pauseMs,
  readStanding,
  type Standing,
  writeStanding,
} from './standing';

/** Asked again before every request, so that `disable` and `reset-id` take effect at once. */
export type Permission = () => { mode: Mode; id: string | undefined };

/** What was dropped on the way to a batch, as the journal says it. */
function dropsOf(owed: Owed): OutcomeRecord[] {
  const at = new Date().toISOString();
  return [...owed.drops].map(([why, uuids]) => ({ outcome: 'dropped', why, at, uuids }));
}

/** The standing after an attempt at `owed`: settled, to be tried smaller, or to be tried later. */
function judge(
  standing: Standing,
  owed: Owed,
  result: Outcome,
): { next: Standing; outcomes: OutcomeRecord[]; goOn: boolean } {
  const at = new Date().toISOString();
  const uuids = owed.records.map((record) => record.uuid);
  const outcomes = dropsOf(owed);
  const attempt = { at, events: uuids.length, detail: result.detail };
  if (result.kind === 'accepted') {
    outcomes.push({ outcome: 'delivered', at, uuids });
    const last = { ...attempt, outcome: 'delivered' as const };
    const done = { cursor: owed.end, batch: BATCH.events, failures: 0, retryAtMs: 0, last };
    return { next: { ...standing, ...done }, outcomes, goOn: owed.more };
  }
  if (result.kind === 'rejected') {
    const last = { ...attempt, outcome: 'rejected' as const };
    if (uuids.length > 1) {
      const batch = Math.floor(uuids.length / 2);
      return { next: { ...standing, batch, last }, outcomes: [], goOn: true };
    }
    const why = `${DROPPED.rejected} (${result.detail})`;
    outcomes.push({ outcome: 'dropped', why, at, uuids });
    return { next: { ...standing, cursor: owed.end, last }, outcomes, goOn: owed.more };
  }
  const failures = standing.failures + 1;
  const pause = pauseMs(failures, result.retryAfterMs);
  const retryAtMs = pause > 0 ? Date.now() + pause : 0;
  const last = { ...attempt, outcome: 'failed' as const };
  return { next: { ...standing, failures, retryAtMs, last }, outcomes: [], goOn: false };
}

/**
 * Delivers what is owed until it is done, the server fails, enough was sent for once, or `endMs` (of
 * clock.ts) is near. `evenIfPaused` is for a person who asks: it ignores the pause after failures.
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
  const limits = { holdMs: leftMs() + 1_000, waitMs: leftMs() };
  const held = await claim(project.claims, 'delivery', limits);
  if (!held) return;
  try {
    let standing = readStanding(project);
    if (!evenIfPaused && isPaused(standing, Date.now())) return;
    standing = keepSmall(project, standing);
    const settled = settledBefore(project, standing);
    for (let requests = 0; requests < BATCH.perDelivery && leftMs() > 0; ) {
      const { mode, id } = permission();
      if (mode !== 'on' || !id) return;
      const owed = nextBatch(project, standing, id, settled);
      if (owed.records.length === 0) {
        // No server was asked: what is known about it stays.
        await writeOutcomes(project, dropsOf(owed));
        if (owed.end !== standing.cursor) {
          standing = { ...standing, cursor: owed.end };
          writeStanding(project, standing);
        }
        if (!owed.more) return;
        continue;
      }
      requests += 1;
      const result = await route.sender.send(owed.records, route.transport, lastMs);
      const { next, outcomes, goOn } = judge(standing, owed, result);
      await writeOutcomes(project, outcomes);
      writeStanding(project, next);
      standing = next;
      if (!goOn) return;
    }
  } finally {
    held.release();
  }
}

/** Keeps the journal within its limits where nothing is delivered: local mode, no key, no sender. */
export function keepJournalSmall(project: Project): void {
  if (!isTooLarge(project, Date.now())) return;
  const held = tryClaim(project.claims, 'delivery', CLAIM.journal.holdMs);
  if (!held) return; // Whoever delivers now does it.
  try {
    keepSmall(project, readStanding(project));
  } finally {
    held.release();
  }
}

/** Lets the journal forget what is beyond its limits, and moves the cursor along. */
function keepSmall(project: Project, standing: Standing): Standing {
  if (!isTooLarge(project, Date.now())) return standing;
  const held = tryClaim(project.claims, 'journal', CLAIM.journal.holdMs);
  if (!held) return standing;
  try {
    // A cursor into the old journal must not outlive it: see the order of writes above.
    forgetStanding(project);
    const cut = compact(project, Date.now());
    const moved = (byte: number) => Math.max(0, byte - cut);
    const next = { ...standing, cursor: moved(standing.cursor), checkTo: moved(standing.checkTo) };
    writeStanding(project, next);
    return next;
  } finally {
    held.release();
  }
}
