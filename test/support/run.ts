// Runs programs as a user would: real processes, their output and status collected.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const BUNDLE = resolve(ROOT, 'bin/onramp-analytics');

/** The home of every test in this process: nothing is written into that of the person who runs them. */
export const HOME = mkdtempSync(join(tmpdir(), 'onramp-home-'));
process.on('exit', () => rmSync(HOME, { recursive: true, force: true }));

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
  /** The whole environment, but for PATH, which is this process's, and HOME, unless given. */
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
  /** Run it as this user (and group): for tests that run as root and mean somebody who is not. */
  readonly uid?: number;
}

/** PATH; the `node` in it is the one that the tests are about. */
function searchPath(): string {
  const node = process.env.TEST_NODE ?? process.execPath;
  const path = process.env.PATH ?? '';
  return basename(node) === 'node' ? `${dirname(node)}:${path}` : path;
}

/** What a test's environment starts from: nothing of this machine's CI or analytics settings. */
export function cleanEnv(extra: Record<string, string | undefined> = {}): Record<string, string> {
  const env = { PATH: searchPath(), HOME, LC_ALL: 'C', ...extra };
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
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
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
