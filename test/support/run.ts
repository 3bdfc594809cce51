// Runs programs as a user would: real processes, their output and status collected.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const BUNDLE = resolve(ROOT, 'bin/onramp-analytics');

export interface Result {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time of the whole process, in milliseconds. */
  readonly wallMs: number;
}

export interface Options {
  readonly cwd: string;
  /** The whole environment, but for PATH and HOME, which are this process's unless given. */
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
}

/** What a test's environment starts from: nothing of this machine's CI or analytics settings. */
export function cleanEnv(extra: Record<string, string | undefined> = {}): Record<string, string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C', ...extra };
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** Runs a program to its end. Never throws for what the program does. */
export function run(program: string, args: readonly string[], options: Options): Promise<Result> {
  const startMs = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: cleanEnv(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const pieces: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on('data', (piece: Buffer) => pieces.stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => pieces.stderr.push(piece));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', fail);
    child.on('close', (status, signal) =>
      done({
        status,
        signal,
        stdout: Buffer.concat(pieces.stdout).toString('utf8'),
        stderr: Buffer.concat(pieces.stderr).toString('utf8'),
        wallMs: performance.now() - startMs,
      }),
    );
  });
}

/** Runs the committed bundle with the Node that runs the tests, or with `TEST_NODE`. */
export function shim(args: readonly string[], options: Options): Promise<Result> {
  return run(process.env.TEST_NODE ?? process.execPath, [BUNDLE, ...args], options);
}

/** Runs make, the one in PATH or `TEST_MAKE`. */
export function make(args: readonly string[], options: Options): Promise<Result> {
  return run(process.env.TEST_MAKE ?? 'make', args, options);
}
