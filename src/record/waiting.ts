// How many events wait to be recorded or sent, and whether the record can be written at all.

import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countWaiting, type DeliveryState } from '../delivery/state';
import { reason } from '../errors';
import { NOWHERE } from '../project/location';
import type { Project } from '../project/project';

/** What waits, by where it is. */
export interface Waiting {
  /** Events that are recorded, and not sent. */
  readonly journal: number;
  /** Commands, reports of recipes and overflow records that nobody has recorded yet. */
  readonly spool: number;
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean).length;

/** Counts notes, not events: what a note comes to is known when it is recorded. Never throws. */
function inSpool(project: Project): number {
  let names: string[];
  try {
    names = readdirSync(project.spool);
  } catch {
    return 0;
  }
  let count = 0;
  for (const name of names) {
    try {
      if (name.endsWith('.start')) count += 1;
      else if (/^reports(\..+)?$|\.records$/.test(name))
        count += linesOf(join(project.spool, name));
    } catch {
      // Recorded meanwhile, or not ours to read.
    }
  }
  return count;
}

/** Counts what waits. */
export function waitingIn(project: Project, state: DeliveryState): Waiting {
  return { journal: countWaiting(project, state), spool: inSpool(project) };
}

/** The nearest folder above that is there. */
function existing(path: string): string {
  let at = path;
  while (!statSync(at, { throwIfNoEntry: false }) && dirname(at) !== at) at = dirname(at);
  return at;
}

/** Why the record cannot be written, as a sentence; undefined when it can, as far as can be seen. */
export function recordProblem(project: Project): string | undefined {
  if (project.record === NOWHERE) {
    return 'Nothing can be recorded: the project is not in git, and there is no home folder.';
  }
  for (const path of [project.record, project.leases, project.spool]) {
    try {
      const place = existing(path);
      if (!statSync(place).isDirectory())
        return `Nothing can be recorded: ${place} is not a folder.`;
      accessSync(place, constants.W_OK | constants.X_OK);
    } catch (error) {
      return `Nothing can be recorded: ${path}: ${reason(error)}.`;
    }
  }
  return undefined;
}
