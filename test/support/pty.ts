// Runs a program on a terminal of its own, with util-linux's `script`.

import { spawnSync } from 'node:child_process';
import { BUNDLE, cleanEnv, type Options, type Result, run } from './run';

/** Whether there is a `script` that takes a command. */
export const hasPty = (): boolean =>
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;

const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs the bundle on a terminal with so many columns; what it prints, on both streams, is stdout. */
export function onTerminal(
  args: readonly string[],
  { columns = 80, ...options }: Options & { columns?: number },
): Promise<Result> {
  const node = process.env.TEST_NODE ?? process.execPath;
  const command = [node, BUNDLE, ...args].map(quote).join(' ');
  const words = ['-qec', `stty cols ${columns} -echo; ${command}`, '/dev/null'];
  return run('script', words, { ...options, env: cleanEnv({ TERM: 'xterm', ...options.env }) });
}
