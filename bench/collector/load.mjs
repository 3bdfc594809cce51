// The load generator. It runs on the same cores as the collector: what it takes is missing there.

import http from 'node:http';
import { envelope } from './events.mjs';
import { post, residentMiB } from './server.mjs';

/**
 * Sends what `next` gives over `connections`, for some seconds or until it gives no more. What is
 * made before the clock starts is not measured.
 */
export async function load(server, { connections, next, headers, seconds }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  let failed = 0;
  let peakMiB = 0;
  const memory = setInterval(() => {
    peakMiB = Math.max(peakMiB, residentMiB(server.child.pid));
  }, 200);
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < endMs) {
        const body = next();
        if (body === undefined) return;
        const sentMs = performance.now();
        if ((await post(server.url, '/batch/', body, agent, headers)) !== 200) failed++;
        latencies.push(performance.now() - sentMs);
      }
    }),
  );
  const tookS = (performance.now() - startMs) / 1000;
  clearInterval(memory);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  return {
    requests: latencies.length,
    perSecond: latencies.length / tookS,
    p50: at(0.5),
    p99: at(0.99),
    failed,
    peakMiB,
  };
}

/** Sends `total` events as fast as they are taken. @throws when one is refused. */
export async function fill(server, total, make) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  let left = total;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (left > 0) {
        const count = Math.min(1000, left);
        left -= count;
        const status = await post(
          server.url,
          '/batch/',
          envelope(Array.from({ length: count }, make)),
          agent,
        );
        if (status !== 200) throw new Error(`status ${status}`);
      }
    }),
  );
  agent.destroy();
}
