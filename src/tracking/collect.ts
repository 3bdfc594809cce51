// The way of make commands: record those that are over and what their recipes reported, then deliver.

import { readFileSync } from 'node:fs';
import { sanitize } from '../catalogue/validate';
import { systemCode } from '../errors';
import { acquire } from '../files/lease';
import type { Declared } from '../host/declared';
import { declaredOnly, eventsOf } from '../host/goals';
import { record } from '../journal/journal';
import { type Moment, mint } from '../journal/mint';
import { LEASE } from '../limits';
import type { Project } from '../project/project';
import { isCi } from '../settings';
import { takeReports } from '../spool/reports';
import { finishedRuns, type Run } from '../spool/runs';
import { makeRecordFolder } from '../state/change';
import { declaredIn, deliverPending, deliverUnwritten, identify, type Session } from './session';

function saltOf(project: Project): string {
  try {
    return readFileSync(project.salt, 'utf8');
  } catch {
    return '';
  }
}

/** Records runs and reports, and forgets each once it is in the journal. Call with the acquire held. */
async function recordFinished(
  project: Project,
  runs: readonly Run[],
  declared: Declared,
  shared: Pick<Moment, 'id' | 'local' | 'ci'>,
): Promise<void> {
  const salt = saltOf(project);
  for (const run of runs) {
    const origin = { identity: run.identity, salt };
    const local = shared.local || run.local;
    const moment = { ...shared, local, ci: run.ci, atMs: run.endMs, origin };
    const written = await record(project, mint(eventsOf(run.command, declared), moment));
    if (written === undefined) return; // The journal was busy: the next one will.
    run.forget();
  }
  let done = '';
  for (let first = 0; ; ) {
    const taken = takeReports(project);
    if (!taken || taken.identity === done) return; // Or it cannot be removed.
    const records = taken.reports.slice(first).flatMap((report, index) => {
      if (report.kind === 'record') {
        const known = sanitize(report.record.event, report.record.properties);
        if (!known) return [];
        return { ...report.record, properties: declaredOnly(known, declared) };
      }
      const local = shared.local || report.local;
      const origin = { identity: taken.identity, salt, first: first + index };
      const properties = declaredOnly(report.event.properties, declared);
      const moment = { ...shared, local, atMs: taken.atMs, origin };
      return mint([{ ...report.event, properties }], moment);
    });
    const written = await record(project, records);
    if (written === undefined) return;
    // Once more: for what came late, or, after what a crashed process had taken, for the reports itself.
    const isGone = taken.forget();
    first = isGone ? 0 : taken.reports.length;
    if (isGone) done = taken.identity;
  }
}

/**
 * Records every make command that is over and everything that recipes reported, then delivers.
 * `own` is the command that this process was started for: where its start could not be written
 * down, it is recorded without a duration. `evenIfPaused` is for a person who asks.
 */
export async function collect(
  session: Session,
  {
    own,
    evenIfPaused,
  }: {
    own?: { goals: readonly string[]; succeeded: boolean } | undefined;
    evenIfPaused?: boolean;
  } = {},
): Promise<void> {
  const { project, env, consent } = session;
  const id = await identify(session);
  const shared = { id, local: consent.mode === 'local', ci: isCi(env) };
  const declared = declaredIn(session);
  let runs: readonly Run[] | undefined;
  try {
    makeRecordFolder(project);
    const held = await acquire(project.leases, 'collect', LEASE.journal);
    if (held) {
      try {
        runs = finishedRuns(project, Date.now());
        await recordFinished(project, runs, declared, shared);
      } finally {
        held.release();
      }
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // A defect, not a disk.
    // A command that was noted is recorded when there is room again: sent now, it would count twice.
    runs ??= finishedRuns(project, Date.now());
    if (!own || runs.length > 0) return;
    const end = own.succeeded ? 'succeeded' : 'failed';
    const events = eventsOf({ goals: own.goals, end, durationMs: undefined }, declared);
    return deliverUnwritten(session, mint(events, { ...shared, atMs: Date.now() }));
  }
  await deliverPending(session, evenIfPaused);
}
