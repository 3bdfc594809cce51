// Why nothing can be recorded here, in words: recording itself is silent.

import { accessSync, constants, lstatSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { reason, systemCode } from '../errors';
import { DISK_FULL_BYTES } from '../limits';
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

/** The nearest folder that is there. */
function nearest(path: string): string {
  const around = dirname(path);
  return around === path || statOf(path) ? path : nearest(around);
}

/** Whether the disk has no room for a note. Where the system cannot say it, it has. */
function problemOfSpace(path: string): string | undefined {
  try {
    const { bavail, bfree, bsize, files, ffree } = statfsSync(nearest(path));
    const free = process.geteuid?.() === 0 ? bfree : bavail; // The last blocks are root's.
    const isFull = free * bsize < DISK_FULL_BYTES || (files > 0 && ffree === 0);
    return isFull ? `the disk of ${path} is full` : undefined;
  } catch {
    return undefined;
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
  const problem = problemOfFile(journal) ?? problemOfFile(delivery) ?? problemOfSpace(record);
  return problem && sentence(problem);
}

/** What a person can do about an error of the system in the record, as a sentence. */
export function adviceFor(project: Project, error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'Make room, and run the command again.';
  const strange = [project.journal, project.delivery].find(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === false,
  );
  if (strange === undefined) return 'Make it writable for you, and run the command again.';
  return `${strange} is no file, and not of this tool. Move it away, and run the command again.`;
}
