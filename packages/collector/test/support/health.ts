// Asks a collector how it is, all the time, from a process of its own: the test is busy meanwhile.
//
// On a machine that is busy with other things everything is late. So a server that does nothing is asked
// as well, and what it takes longer than a moment is not the collector's fault.

import { spawn } from 'node:child_process';

const IDLE = `
require('node:http').createServer((_, response) => response.end('{}'))
  .listen(0, '127.0.0.1', function () { process.send(this.address().port); });
process.on('disconnect', () => process.exit(0));
`;

const WATCH = `
const { Agent, get } = require('node:http');
const { spawn } = require('node:child_process');
const idle = spawn(process.execPath, ['-e', process.argv[2]], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
let isDone = false;
process.stdin.on('end', () => { isDone = true; }).resume();
const watch = (url, first) => new Promise((done) => {
  const agent = new Agent({ keepAlive: true });
  const seen = { count: 0, failed: 0 };
  const all = [];
  const ask = () => {
    const began = performance.now();
    const next = () => {
      all.push(performance.now() - began);
      if (!isDone) return void setTimeout(ask, 5);
      agent.destroy();
      all.sort((a, b) => a - b);
      done({ ...seen, worstMs: all.at(-1), p99Ms: all[Math.floor(0.99 * all.length)] });
    };
    get(url, { agent }, (answer) => {
      if (answer.statusCode === 200) seen.count++; else seen.failed++;
      answer.resume().on('end', next);
      if (seen.count === 1) first?.();
    }).on('error', () => { seen.failed++; next(); });
  };
  ask();
});
idle.once('message', async (port) => {
  const [collector, other] = await Promise.all([
    watch(process.argv[1] + '/api/v1/health', () => console.log('watching')),
    watch('http://127.0.0.1:' + port),
  ]);
  idle.disconnect();
  console.log(JSON.stringify({ ...collector, idleMs: other.worstMs }));
});
`;

/** The slowest answer, how many there were, how many were none, and the slowest of the idle server. */
export interface Health {
  readonly worstMs: number;
  readonly p99Ms: number;
  readonly count: number;
  readonly failed: number;
  readonly idleMs: number;
}

/** How long an answer may take, of which an idle server's own is taken off. */
export const heldUpMs = ({ worstMs, idleMs }: Health): number => worstMs - idleMs;

/** Watches from now on; `end` says what was seen. */
export async function watchHealth(url: string): Promise<{ end: () => Promise<Health> }> {
  const child = spawn(process.execPath, ['-e', WATCH, url, IDLE], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  const ended = new Promise((done) => child.on('close', done));
  await new Promise((done) => child.stdout.once('data', done));
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(output.trim().split('\n').at(-1)!) as Health;
    },
  };
}
