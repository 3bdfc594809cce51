// Clears the record: every event, waiting or not, and everything that was made from it.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DROPPED } from '../delivery/dropped';
import { readDeliveryState, removeDeliveryState } from '../delivery/state';
import { reason, UserError } from '../errors';
import { acquire, type Lease } from '../files/lease';
import { removeBeyondLimits } from '../journal/beyond-limits';
import { linesFrom } from '../journal/lines';
import { DEADLINE_MS, LEASE } from '../limits';
import type { Project } from '../project/project';
import { discardPending } from './discard';
import { adviceFor, checkClearable } from './problem';

/** What was cleared. */
export interface Cleared {
  readonly events: number;
  /** Those among them that waited to be sent, and are not sent any more. */
  readonly waited: number;
}

/** Where `report --html` writes, unless told otherwise. */
export const reportFile = (project: Project): string => join(project.record, 'report.html');

async function hold(project: Project, name: string, waitMs: number): Promise<Lease> {
  const held = await acquire(project.leases, name, { holdMs: LEASE.journal.holdMs, waitMs });
  if (held) return held;
  throw new UserError(
    'Another process is using the record. Nothing was cleared; run the command again.',
  );
}

/** Counts the events, and those that came in to be sent after everything waiting was dropped. */
function count(project: Project): Cleared {
  const { cursor } = readDeliveryState(project);
  let events = 0;
  let waited = 0;
  for (const { line, end } of linesFrom(project, 0)) {
    if (line.kind !== 'event') continue;
    events += 1;
    if (end > cursor && !line.record.local) waited += 1;
  }
  return { events, waited };
}

/**
 * Clears it. What waits is dropped first, and written down as dropped, so that a crash in between
 * leaves a record that tells the truth. When it returns, nothing that was recorded before is sent.
 * @throws UserError when the record cannot be had or written.
 */
export async function clearRecord(project: Project): Promise<Cleared> {
  checkClearable(project);
  if (!existsSync(project.record)) return { events: 0, waited: 0 };
  const leases: Lease[] = [];
  try {
    const waited = await discardPending(project, DROPPED.cleared);
    // In the order in which delivery takes them.
    leases.push(await hold(project, 'delivery', DEADLINE_MS.max + 2_000));
    leases.push(await hold(project, 'journal', LEASE.journal.holdMs + 1_000));
    const late = count(project);
    // A cursor must not outlive the journal that it points into.
    removeDeliveryState(project);
    removeBeyondLimits(project);
    rmSync(project.journal, { force: true });
    rmSync(reportFile(project), { force: true });
    return { events: late.events, waited: waited + late.waited };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${project.record} cannot be written: ${reason(error)}. ${adviceFor(project, error)}`,
    );
  } finally {
    for (const each of leases.reverse()) each.release();
  }
}
