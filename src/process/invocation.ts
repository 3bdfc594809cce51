// What the commands have in common: the project they are run in, and its environment.

import { UserError } from '../errors';
import { findProject, type Project } from '../project/project';
import type { Environment } from '../settings';

/**
 * The project of the current folder, or the one this bundle is installed in.
 * @throws UserError when the current folder was deleted: what is asked for would be done elsewhere.
 */
export function here(): Project {
  const bundle = process.argv[1];
  let folder: string;
  try {
    folder = process.cwd();
  } catch {
    throw new UserError('The current folder was deleted. Change to one that is there.');
  }
  return findProject(folder, bundle);
}

/** The process's environment. */
export function environment(): Environment {
  return process.env;
}
