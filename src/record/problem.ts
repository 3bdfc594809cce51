// Why nothing can be recorded here, in words: recording itself is silent.

import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { reason } from '../errors';
import { NOWHERE } from '../project/location';
import type { Project } from '../project/project';

const sentence = (problem: string) => `Nothing can be recorded: ${problem}.`;

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** What is wrong with a folder that is to be written into; the nearest one that exists decides. */
function problemOfFolder(path: string): string | undefined {
  try {
    const stat = statOf(path);
    if (!stat) {
      const around = dirname(path);
      return around === path ? undefined : problemOfFolder(around);
    }
    if (!stat.isDirectory()) return `${path} is not a folder`;
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${reason(error)}`;
  }
}

function problemOfFile(path: string): string | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (!stat.isFile()) return `${path} is not a regular file`;
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${reason(error)}`;
  }
}

/**
 * Why nothing can be recorded in this project, as a sentence; undefined when nothing is in the way. Writes nothing. Never throws.
 */
export function recordProblem(project: Project): string | undefined {
  if (project.record === NOWHERE) {
    return sentence(
      'the project is not in git, and there is no anonymous id yet, or no home folder',
    );
  }
  const { record, spool, leases, journal, delivery } = project;
  for (const folder of [record, spool, leases]) {
    const problem = problemOfFolder(folder);
    if (problem) return sentence(problem);
  }
  const problem = problemOfFile(journal) ?? problemOfFile(delivery);
  return problem && sentence(problem);
}
