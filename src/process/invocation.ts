// What the commands have in common: the project they are run in, and its environment.

import { findProject, type Project } from '../project/project';
import type { Environment } from '../settings';

/** The project of the current folder, or the one this bundle is installed in. */
export function here(): Project {
  return findProject(process.cwd(), process.argv[1]);
}

/** The process's environment. */
export function environment(): Environment {
  return process.env;
}
