// A real collector process on loopback, with its defaults, and ways to talk to it.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const MAIN = resolve(import.meta.dirname, '../../packages/collector/collector.js');
// As `npm run collector` starts it: on a machine with much memory V8 would take it.
const NODE_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=1024'];
export const TOKEN = 'phc_benchmark_token';
export const ADMIN = 'benchmark-admin-token';

/** A folder for a collector's data, gone when `work` is done. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a collector on a folder. */
export async function start(folder) {
  const startMs = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      MALLOC_ARENA_MAX: '2',
      COLLECTOR_DATA: folder,
      COLLECTOR_PORT: '0',
      COLLECTOR_PROJECT_TOKEN: TOKEN,
      COLLECTOR_ADMIN_TOKEN: ADMIN,
      COLLECTOR_RATE_ADDRESS: '0',
      COLLECTOR_RATE_PROJECT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
      const match = /listening on (\S+)/.exec(text);
      if (match) done(new URL(match[1]));
    });
    child.on('exit', (code) => fail(new Error(`the collector ended with ${code}`)));
  });
  const stop = () =>
    new Promise((done) => {
      child.on('exit', done);
      child.kill('SIGTERM');
    });
  return { child, url, stop, startMs };
}

/** A collector on a folder of its own. */
export const withServer = (work) =>
  withFolder(async (folder) => {
    const server = await start(folder);
    try {
      return await work(server, folder);
    } finally {
      await server.stop();
    }
  });

/** Sends a body. Answers with the status. */
export function post(url, path, body, agent, headers = {}) {
  return new Promise((done, fail) => {
    const request = http.request(
      {
        host: url.hostname,
        port: url.port,
        path,
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode));
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

/** Asks as an admin. @throws where the answer is not 200 */
export async function ask({ url }, path) {
  const answer = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${ADMIN}` } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** Waits until the warehouse has everything that is stored. */
export async function caughtUp(server) {
  for (;;) {
    const { behind, rebuilding } = await ask(server, '/api/v1/warehouse');
    if (behind === 0 && !rebuilding) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** The warehouse's process. */
export const warehouseOf = ({ child: { pid } }) =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

/** What a process has in memory now, in MiB. */
export const residentMiB = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

/** The bytes of the files in a folder, by name. */
export const filesOf = (folder) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
