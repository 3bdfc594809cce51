// Throws away whatever waits, in every place where something can wait.

import { dropWaiting } from '../delivery/owed';
import { claim } from '../files/claim';
import { forgetInbox } from '../host/inbox';
import { forgetRuns } from '../host/runs';
import { CLAIM, DEADLINE_MS } from '../limits';
import type { Project } from '../project';

/**
 * A delivery under way ends at its own deadline, which another process may have set to the longest
 * there is. Waiting costs nothing unless there is such a delivery.
 */
const WAIT_FOR_DELIVERY_MS = DEADLINE_MS.max + 2_000;
const COLLECT = { holdMs: CLAIM.journal.holdMs, waitMs: CLAIM.journal.holdMs + 1_000 } as const;

/**
 * Forgets what make noted and nobody recorded yet, and drops, with the reason `why`, what was
 * recorded and not sent. When it returns, no delivery that began before is under way.
 * @returns how many recorded events were dropped.
 * @throws the system's error when the record folder cannot be written.
 */
export async function throwAway(project: Project, why: string): Promise<number> {
  // With the claim, nobody records in between what is being forgotten.
  const held = await claim(project.claims, 'collect', COLLECT);
  try {
    forgetRuns(project);
    forgetInbox(project);
    return await dropWaiting(project, why, WAIT_FOR_DELIVERY_MS);
  } finally {
    held?.release();
  }
}
