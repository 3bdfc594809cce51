// The spool: what sh noted, or a shim could not record, and nobody recorded yet.

import type { Project } from '../project/project';
import { noteStat, removeNotes, spoolNames } from './notes';
import { countOverflow, hasOverflow } from './overflow';
import { countReports, hasReports } from './reports';
import { readRuns } from './runs';

/** What waits in the spool, counted. */
export interface Spooled {
  /** make commands that are over. */
  readonly commands: number;
  /** make commands that still run, as far as can be seen from here. */
  readonly running: number;
  /** Lines that recipes reported. */
  readonly reports: number;
  /** Records that found the journal busy. */
  readonly records: number;
}

/** Counts what waits. Never throws. */
export function spooled(project: Project): Spooled {
  const { over, running } = readRuns(project, Date.now());
  return {
    commands: over.length,
    running,
    reports: countReports(project),
    records: countOverflow(project),
  };
}

/** Whether there is something to be recorded now. */
export function hasFinished(project: Project): boolean {
  const { over } = readRuns(project, Date.now());
  return over.length > 0 || hasReports(project) || hasOverflow(project);
}

const OURS =
  /^(collector|unusable|reports(\.\d+-[0-9a-f]+)?|[A-Za-z0-9-]+\.(start|end)|[0-9a-f-]+\.records(\.tmp)?)$/;

/** Forgets everything in it that was there at `untilMs`, also of a command that still runs. Never throws. */
export function emptySpool(project: Project, untilMs = Number.POSITIVE_INFINITY): void {
  removeNotes(
    project,
    spoolNames(project).filter(
      (name) => OURS.test(name) && (noteStat(project, name)?.mtimeMs ?? 0) <= untilMs,
    ),
  );
}
