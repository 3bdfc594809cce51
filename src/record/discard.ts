// Throws away whatever waits, in every place where something can wait.
//
// The marker `discard` says that it is still to be done: make's part puts it there, which may have no
// Node to do it with, and `disable` does, which may be killed half-way.

import { existsSync, rmSync, statSync } from 'node:fs';
import { DROPPED } from '../delivery/dropped';
import { dropPending } from '../delivery/pending';
import { reason, UserError } from '../errors';
import { acquire, type Lease } from '../files/lease';
import { giveToOwnerOf } from '../files/owner';
import { writeRegular } from '../files/regular';
import { DEADLINE_MS, LEASE } from '../limits';
import type { Project } from '../project/project';
import { emptySpool } from '../spool/spool';
import { adviceFor } from './problem';

/**
 * A delivery under way ends at its own deadline, which another process may have set to the longest
 * there is. Waiting costs nothing unless there is such a delivery.
 */
const WAIT_MS = DEADLINE_MS.max + 2 * LEASE.marginMs;

/**
 * Forgets what is in the spool, or was at `untilMs`, and drops, with the reason `why`, what was recorded and not sent.
 * @returns how many recorded events were dropped; undefined when another process kept the leases.
 * @throws the system's error.
 */
async function discardWithin(
  project: Project,
  why: string,
  waitMs: number,
  untilMs?: number,
): Promise<number | undefined> {
  if (!existsSync(project.record)) return 0;
  // With the lease, nobody records in between what is being forgotten.
  const collecting = { holdMs: waitMs + LEASE.marginMs, waitMs };
  let held: Lease | undefined;
  try {
    held = await acquire(project.leases, 'collect', collecting);
    if (!held) return undefined;
    emptySpool(project, untilMs);
    return await dropPending(project, why, waitMs);
  } finally {
    held?.release();
  }
}

/**
 * Forgets what make noted and nobody recorded yet, and drops, with the reason `why`, what was recorded
 * and not sent. When it returns, no delivery that began before is under way.
 * @returns how many recorded events were dropped.
 * @throws UserError when the record cannot be had or written.
 */
export async function discardPending(project: Project, why: string): Promise<number> {
  let dropped: number | undefined;
  try {
    dropped = await discardWithin(project, why, WAIT_MS);
  } catch (error) {
    throw new UserError(
      `${project.record} cannot be written: ${reason(error)}. What waits there was not thrown away. ` +
        adviceFor(project, error),
    );
  }
  if (dropped !== undefined) return dropped;
  throw new UserError(
    'Another process is using the record. What waits was not thrown away; run the command again.',
  );
}

/** Says that everything that waits is to be dropped. Never throws: without a record nothing waits. */
export function markDiscard({ record, discard }: Project): void {
  if (!existsSync(record)) return;
  try {
    writeRegular(discard, '');
    giveToOwnerOf(record, discard);
  } catch {
    // What can be done is done at once, by `discardPending`.
  }
}

/** Takes the marker away. Call it when everything is dropped. Never throws. */
export function unmarkDiscard({ discard }: Project): void {
  try {
    rmSync(discard, { force: true });
  } catch {
    // The next process will drop what there is then.
  }
}

/**
 * Does what the marker asks for, if it is there, before anything else is done with the record.
 * @returns false when it could not be done in time: then nothing may be recorded or sent.
 * @throws the system's error.
 */
export async function honourDiscard(project: Project, waitMs = WAIT_MS): Promise<boolean> {
  if (!existsSync(project.discard)) return true;
  const mark = statSync(project.discard, { throwIfNoEntry: false });
  if (!mark) return true;
  // What make noted afterwards was noted when it was on again.
  const dropped = await discardWithin(project, DROPPED.disabled, waitMs, mark.mtimeMs);
  if (dropped === undefined) return false;
  unmarkDiscard(project);
  return true;
}
