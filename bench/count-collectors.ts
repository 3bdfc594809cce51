// How many processes collected while something ran.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../test/support/run';

export interface Collectors {
  /** How many there were altogether, and how many at the same time at most. */
  readonly processes: number;
  readonly atOnce: number;
  /** How often it was looked. */
  readonly looks: number;
}

/** Counts the collecting processes of a project while `work` runs. Undefined without /proc. */
export async function countCollectors(
  root: string,
  work: () => Promise<void>,
): Promise<Collectors | undefined> {
  if (process.platform !== 'linux') {
    await work();
    return undefined;
  }
  const child = fork(join(ROOT, 'bench/collectors.mjs'), [root]);
  await once(child, 'message');
  await work();
  const answer = once(child, 'message');
  child.send('enough');
  return ((await answer) as [Collectors])[0];
}
