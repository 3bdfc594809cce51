// Throws away whatever waits, in every place where something can wait.

import { dropPending } from '../delivery/pending';
import { acquire } from '../files/lease';
import { DEADLINE_MS, LEASE } from '../limits';
import type { Project } from '../project/project';
import { removeReports } from '../spool/reports';
import { removeRuns } from '../spool/runs';

/**
 * A delivery under way ends at its own deadline, which another process may have set to the longest
 * there is. Waiting costs nothing unless there is such a delivery.
 */
const WAIT_FOR_DELIVERY_MS = DEADLINE_MS.max + 2_000;
const COLLECT = { holdMs: LEASE.journal.holdMs, waitMs: LEASE.journal.holdMs + 1_000 } as const;

/**
 * Forgets what make noted and nobody recorded yet, and drops, with the reason `why`, what was
 * recorded and not sent. When it returns, no delivery that began before is under way.
 * @returns how many recorded events were dropped.
 * @throws the system's error when the record folder cannot be written.
 */
export async function discardPending(project: Project, why: string): Promise<number> {
  // With the acquire, nobody records in between what is being forgotten.
  const held = await acquire(project.leases, 'collect', COLLECT);
  try {
    removeRuns(project);
    removeReports(project);
    return await dropPending(project, why, WAIT_FOR_DELIVERY_MS);
  } finally {
    held?.release();
  }
}
