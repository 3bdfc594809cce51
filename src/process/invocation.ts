// What the commands have in common: the project they are run in, and its environment.

import type { Environment } from '../environment';
import { UserError } from '../errors';
import { findProject, type Project } from '../project/project';
import { takeOverOldRecord } from '../project/takeover';
import { workingFolder } from './folder';

/** The same as `here`, for commands that nobody looks at: undefined where there is no project. */
export function hereQuietly(): Project | undefined {
  const folder = workingFolder();
  if (folder === undefined) return undefined;
  const project = findProject(folder, process.argv[1]);
  takeOverOldRecord(project);
  return project;
}

/**
 * The project of the current folder, or the one this bundle is installed in.
 * @throws UserError when the current folder was deleted.
 */
export function here(): Project {
  const project = hereQuietly();
  if (project) return project;
  throw new UserError(
    'The current folder was deleted. Go to a folder that is there, and run the command again.',
  );
}

/** The process's environment. */
export function environment(): Environment {
  return process.env;
}
