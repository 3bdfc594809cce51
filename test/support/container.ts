// A pid namespace of its own, as a container has one, with or without a /proc of its own.

import { execFileSync } from 'node:child_process';
import { type Options, type Result, run } from './run';

/** What to put before a command, to run it in a new pid namespace. */
export const NAMESPACES = {
  'with its own /proc': ['unshare', '--pid', '--fork', '--mount-proc'],
  'with the /proc of the host': ['unshare', '--pid', '--fork'],
} as const;

/** Whether pid namespaces can be made here. */
export function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a program in a new namespace; what it leaves behind is killed with it. */
export function contained(
  prefix: readonly string[],
  program: string,
  args: readonly string[],
  options: Options,
): Promise<Result> {
  return run(prefix[0]!, [...prefix.slice(1), program, ...args], options);
}
