// Load on a collector, from a process of its own (sender.mjs). It runs on the same cores: what it takes is
// missing there, so it is made to take little.

import { fork } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { envelope } from './events.mjs';
import { post, residentMiB, warehouseOf } from './server.mjs';

const next = (child) =>
  new Promise((done, fail) => {
    child.once('message', done);
    child.once('exit', (code) => fail(new Error(`the sender ended with ${code}`)));
  });

/**
 * Sends: `events` a request (`gzip`: compressed) of `known` ids over `connections`, for `seconds`, as fast
 * as they are taken or so many requests `perSecond`; `prepared` of them are made before the clock starts.
 * `beside` runs meanwhile. Adds the peaks of both processes' memory to what the sender tells.
 */
export async function load(server, { beside, ...job }) {
  const child = fork(join(import.meta.dirname, 'sender.mjs'));
  const first = next(child);
  child.send({ port: Number(server.url.port), ...job });
  await first;
  const warehouse = warehouseOf(server);
  let peakMiB = 0;
  let warehousePeakMiB = 0;
  const memory = setInterval(() => {
    peakMiB = Math.max(peakMiB, residentMiB(server.child.pid));
    warehousePeakMiB = Math.max(warehousePeakMiB, residentMiB(warehouse));
  }, 200);
  try {
    const sent = next(child);
    child.send('go');
    const [result, besides] = await Promise.all([sent, beside?.()]);
    return { ...result, besides, peakMiB, warehousePeakMiB };
  } finally {
    clearInterval(memory);
    child.kill();
  }
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
        const body = envelope(Array.from({ length: count }, make));
        const status = await post(server.url, '/batch/', body, agent);
        if (status !== 200) throw new Error(`status ${status}`);
      }
    }),
  );
  agent.destroy();
}
