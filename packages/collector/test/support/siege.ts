// A siege: many requests at once, while somebody asks the collector how it is, and looks at its memory.

import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { Collector } from './collector';
import { heldUpMs, watchHealth } from './health';

export const REQUESTS = 64;
const MAX_MIB = 512;
/** Of a process that it has started, such as the warehouse's: its own limit is of what its engine counts. */
const MAX_CHILD_MIB = 450;
/** A machine that is busy with other things may be given more. */
const MAX_HELD_UP_MS = Number(process.env.TEST_HELD_UP_MS ?? 250);
const TRIES = 3;

/** A request: POST, unless the headers' `:method` says something else. */
export type Sent = [
  path: string,
  body?: Buffer | string | undefined,
  headers?: Record<string, string>,
];

const peakMiB = (pid: number | string) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** The processes that a process has started. */
const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );

export class Siege {
  private readonly report: string[] = [];
  /** Some requests never end, all the while. */
  private readonly slow: Socket[];

  constructor(private readonly collector: Collector) {
    const { port } = new URL(collector.url);
    this.slow = Array.from({ length: 32 }, (_, n) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      const start = 'POST /batch/ HTTP/1.1\r\nhost: x\r\n';
      socket.write(n % 2 ? `${start}content-length: 20000000\r\n\r\n{` : `${start}x-slow: `);
      return socket;
    });
  }

  /** Sends requests of these kinds, all at once, and expects the collector to stand it. Resolves with the statuses. */
  async endure(name: string, kinds: readonly Sent[]): Promise<number[]> {
    const { pid, child } = this.collector;
    let held = Number.POSITIVE_INFINITY;
    let seen: number[] = [];
    // A stall of the collector's own is there every time; one of a machine that is busy otherwise is not.
    for (let tries = 0; tries < TRIES && held >= MAX_HELD_UP_MS; tries++) {
      const { statuses, ms, health } = await this.storm(kinds);
      held = heldUpMs(health);
      seen = statuses;
      const peak = peakMiB(pid);
      const children = childrenOf(pid).map(peakMiB);
      this.report.push(
        `${name}: ${[...new Set(statuses)].join(' ')}, ${Math.round(ms)} ms, health ${Math.round(health.worstMs)} ms (idle ${Math.round(health.idleMs)} ms), peak ${[peak, ...children].map(Math.round).join(' + ')} MiB`,
      );
      expect(child.exitCode, name).toBeNull();
      expect(
        statuses.filter((status) => status === 500),
        name,
      ).toEqual([]);
      expect(health.failed, name).toBe(0);
      expect(peak, `${name}: memory`).toBeLessThan(MAX_MIB);
      for (const each of children) {
        expect(each, `${name}: memory of another process`).toBeLessThan(MAX_CHILD_MIB);
      }
    }
    expect(held, `${name}: /health was held up`).toBeLessThan(MAX_HELD_UP_MS);
    return seen;
  }

  end(): void {
    if (process.env.TEST_REPORT) console.log(this.report.join('\n'));
    for (const socket of this.slow) socket.destroy();
  }

  private async storm(kinds: readonly Sent[]) {
    const health = await watchHealth(this.collector.url);
    const beganMs = performance.now();
    const statuses = await Promise.all(
      Array.from({ length: REQUESTS }, (_, n) => this.send(kinds[n % kinds.length]!)),
    );
    return { statuses, ms: performance.now() - beganMs, health: await health.end() };
  }

  private async send([path, body, { ':method': method = 'POST', ...headers } = {}]: Sent) {
    try {
      const answer = await this.collector.request(method, path, body, headers);
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0; // it closes the connection on what it will not read
    }
  }
}
