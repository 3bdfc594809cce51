// What is counted, not timed: the processes that a command starts, and the memory that one takes.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../test/support/host';
import { BUNDLE, cleanEnv, ROOT } from '../test/support/run';

/** Processes that a command starts, itself included, counted by strace; undefined without strace. */
export function processes(command: readonly string[], cwd: string): number | undefined {
  const trace = join(cwd, '..', 'trace');
  const { error } = spawnSync(
    'strace',
    ['-f', '-qq', '-e', 'trace=execve', '-e', 'status=successful', '-o', trace, ...command],
    { cwd, env: cleanEnv(), stdio: 'ignore' },
  );
  if (error) return undefined;
  return readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes('execve(')).length;
}

/** The peak of a shim's resident memory, in MiB. */
export function peakMiB(host: Host, args: readonly string[], env: Record<string, string>): number {
  const file = join(host.root, '..', 'peak');
  execFileSync(process.execPath, ['--require', join(ROOT, 'bench/rss.cjs'), BUNDLE, ...args], {
    cwd: host.root,
    env: cleanEnv({ ...env, PEAK_FILE: file }),
    stdio: 'ignore',
  });
  return Math.round(Number(readFileSync(file, 'utf8')) / 102.4) / 10;
}
