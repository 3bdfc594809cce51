// Records what waits in the spool: make commands that are over, what their recipes reported, and
// records that found the journal busy. Each is removed from the spool once it is in the journal.

import { sanitize } from '../catalogue/validate';
import { readRegularText } from '../files/regular';
import type { Declared } from '../host/declared';
import { declaredOnly, eventsOf } from '../host/goals';
import { record } from '../journal/journal';
import { type Moment, mint } from '../journal/mint';
import type { EventRecord } from '../journal/records';
import type { Project } from '../project/project';
import { readOverflow } from '../spool/overflow';
import { takeReports } from '../spool/reports';
import { readRuns } from '../spool/runs';

/** What the records of one collector share. */
export type Shared = Pick<Moment, 'id' | 'local' | 'ci'>;

function saltOf(project: Project): string {
  try {
    return readRegularText(project.salt, { follows: false });
  } catch {
    return '';
  }
}

/** How many notes were dealt with, and whether this process can go on dealing with others. */
interface Progress {
  notes: number;
  isStuck: boolean;
}

/** Puts records into the journal, then forgets where they came from. @returns whether both succeeded. */
async function settle(
  project: Project,
  records: readonly EventRecord[],
  progress: Progress,
  forget: () => boolean,
): Promise<boolean> {
  const written = await record(project, records);
  if (written === undefined || !forget()) progress.isStuck = true;
  else progress.notes += 1;
  return !progress.isStuck;
}

async function recordRuns(
  project: Project,
  declared: Declared,
  shared: Shared,
  progress: Progress,
): Promise<void> {
  const salt = saltOf(project);
  for (const run of readRuns(project, Date.now()).over) {
    const origin = { identity: run.identity, salt };
    const local = shared.local || run.local;
    const moment = { ...shared, local, ci: run.ci, atMs: run.endMs, origin };
    const records = mint(eventsOf(run.command, declared), moment);
    if (!(await settle(project, records, progress, run.forget))) return;
  }
}

async function recordReports(
  project: Project,
  declared: Declared,
  shared: Shared,
  progress: Progress,
): Promise<void> {
  const salt = saltOf(project);
  let again: { identity: string; first: number } | undefined;
  for (;;) {
    const taken = takeReports(project);
    if (!taken) return;
    // Once more the same: a recipe may have appended after the rename.
    const from = taken.identity === again?.identity ? again.first : 0;
    const records = taken.reports.slice(from).flatMap((report, index) => {
      const local = shared.local || report.local;
      const origin = { identity: taken.identity, salt, first: from + index };
      const properties = declaredOnly(report.event.properties, declared);
      const moment = { ...shared, local, atMs: taken.atMs, origin };
      return mint([{ ...report.event, properties }], moment);
    });
    let isGone = false;
    const forget = () => {
      isGone = taken.forget();
      return isGone || taken.reports.length > from; // Else it cannot be removed.
    };
    if (!(await settle(project, records, progress, forget))) return;
    again = isGone ? undefined : { identity: taken.identity, first: taken.reports.length };
  }
}

async function recordOverflow(
  project: Project,
  declared: Declared,
  progress: Progress,
): Promise<void> {
  for (const overflow of readOverflow(project)) {
    const records = overflow.records.flatMap((each) => {
      const known = sanitize(each.event, each.properties);
      return known ? [{ ...each, properties: declaredOnly(known, declared) }] : [];
    });
    if (!(await settle(project, records, progress, overflow.forget))) return;
  }
}

/**
 * Records everything in the spool that is finished. Call it with the lease `collect` held.
 * @returns how many notes it dealt with; undefined when something is left that this process cannot
 * deal with: the journal is busy, or the spool cannot be written.
 * @throws the system's error when the journal cannot be written.
 */
export async function recordFinished(
  project: Project,
  declared: Declared,
  shared: Shared,
): Promise<number | undefined> {
  const progress: Progress = { notes: 0, isStuck: false };
  await recordRuns(project, declared, shared, progress);
  if (!progress.isStuck) await recordReports(project, declared, shared, progress);
  if (!progress.isStuck) await recordOverflow(project, declared, progress);
  return progress.isStuck ? undefined : progress.notes;
}
