// What the commands have in common: the project they are run in, and how they speak.

import { findProject, type Project } from '../project';
import type { Environment } from '../settings';

/** The project of the current folder. */
export function here(): Project {
  return findProject(process.cwd());
}

/** The process's environment. */
export function environment(): Environment {
  return process.env;
}

/** Prints a line on stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value as JSON on stdout. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}
