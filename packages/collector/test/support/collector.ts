// A real collector: a process, a port of loopback, a folder of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const MAIN = resolve(import.meta.dirname, '../../collector.js');
export const TOKEN = 'phc_test_token';
export const ADMIN = 'test-admin-token-1234';

type Env = Record<string, string | undefined>;

function environment(folder: string, env: Env): Record<string, string> {
  const all: Env = {
    PATH: process.env.PATH,
    COLLECTOR_DATA: folder,
    COLLECTOR_PORT: '0',
    COLLECTOR_PROJECT_TOKEN: TOKEN,
    COLLECTOR_ADMIN_TOKEN: ADMIN,
    // A process more for each of hundreds of collectors: tests that ask questions switch it on.
    COLLECTOR_WAREHOUSE: 'none',
    ...env,
  };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary folder. Remove it in the end. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'collector-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a command of the collector to its end. */
export function command(args: string[], folder: string, env: Env = {}): Promise<Ended> {
  // No port of its own: another program may use that one.
  const all = environment(folder, { COLLECTOR_PORT: '0', ...env });
  return watch(spawn(process.execPath, [MAIN, ...args], { env: all })).ended;
}

const running = new Set<ChildProcess>();
// A test that fails before its end must not leave a collector behind.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

function watch(child: ChildProcess) {
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr?.on('data', (piece) => {
    stderr += piece;
  });
  const ended = new Promise<Ended>((done) => {
    child.on('close', (status, signal) => {
      running.delete(child);
      done({ status, signal, stdout, stderr });
    });
  });
  return { ended, output: () => stdout + stderr };
}

export interface Collector {
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything it has printed. */
  output(): string;
  /** Sends a request; `body` that is no text or buffer is sent as JSON. */
  request(method: string, path: string, body?: unknown, headers?: object): Promise<Response>;
  post(path: string, body: unknown, headers?: object): Promise<Response>;
  /** Asks as an admin. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** Every event stored, in the order of time. */
  events(): Promise<StoredEvent[]>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  summary(query?: string): Promise<any>;
  /** Ends it, and removes its folder unless it was given one. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface StoredEvent {
  readonly uuid: string;
  readonly event: string;
  readonly distinct_id: string;
  readonly timestamp: string;
  readonly properties: Record<string, unknown>;
}

/** Starts a collector. `launch` may put another program before node. */
export async function startCollector(
  env: Env = {},
  {
    folder,
    launch = [],
    args: more = [],
  }: { folder?: string; launch?: string[]; args?: string[] } = {},
): Promise<Collector> {
  const own = folder === undefined ? makeFolder() : undefined;
  const path = folder ?? own!.path;
  const [program, ...args] = [...launch, process.execPath, MAIN, 'serve', ...more];
  const child = spawn(program!, args, { env: environment(path, env) });
  const { ended, output } = watch(child);
  const url = await new Promise<string>((done, fail) => {
    child.stdout.on('data', () => {
      const match = /listening on (\S+)/.exec(output());
      if (match) done(match[1]!);
    });
    ended.then((result) => {
      own?.remove();
      fail(
        new Error(`the collector ended with ${result.status}: ${result.stdout}${result.stderr}`),
      );
    });
  });
  const request: Collector['request'] = (method, at, body, headers = {}) => {
    const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    return fetch(url + at, {
      method,
      headers: { ...(isRaw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
  };
  const collector: Collector = {
    url,
    folder: path,
    pid: child.pid!,
    child,
    ended,
    output,
    request,
    post: (at, body, headers) => request('POST', at, body, headers),
    admin: (method, at, body) => request(method, at, body, { authorization: `Bearer ${ADMIN}` }),
    events: async () => {
      const answer = await collector.admin('GET', '/api/v1/export');
      const text = await answer.text();
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as StoredEvent);
    },
    summary: async (query = '') => (await collector.admin('GET', `/api/v1/summary${query}`)).json(),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const result = await ended;
      own?.remove();
      return result;
    },
  };
  return collector;
}

let count = 0;
/** An event that passes; its uuid is new each time. */
export function event(extra: object = {}) {
  count++;
  return {
    event: 'command_executed',
    distinct_id: 'id-1',
    uuid: `00000000-0000-7000-8000-${count.toString(16).padStart(12, '0')}`,
    timestamp: new Date().toISOString(),
    properties: { command: 'up', success: true, duration_ms: 120 },
    ...extra,
  };
}

/** A batch as SDKs send it. */
export const batchOf = (...batch: unknown[]) => ({ api_key: TOKEN, batch });
