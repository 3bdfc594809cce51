// The load generator: a process of its own. It is told what to send, makes what it can before the
// clock starts, and tells what came of it.

import { gzipSync } from 'node:zlib';
import { commandEvent, envelope, ids } from './events.mjs';
import { connect, requestOf } from './wire.mjs';

const PATH = '/batch/';

/** The share of sorted numbers. */
const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Requests that differ in every event: what is sent twice is de-duplicated. */
function maker({ events, gzip, known }) {
  const ofUsers = ids(known);
  return () => {
    const nowMs = Date.now();
    const body = envelope(Array.from({ length: events }, () => commandEvent(ofUsers, nowMs)));
    return gzip
      ? requestOf(PATH, gzipSync(body, { level: 1 }), { 'content-encoding': 'gzip' })
      : requestOf(PATH, body);
  };
}

/** As fast as it is taken, over so many connections. */
async function flood({ connections, next, endMs, tell }) {
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < endMs) {
        const request = next();
        const sentMs = performance.now();
        tell(await connection.send(request), performance.now() - sentMs);
      }
    }),
  );
}

/** So many requests a second, whatever becomes of those before: latency is counted from when one was due. */
async function steady({ connections, next, endMs, perSecond, tell }) {
  const idle = [...connections];
  const due = [];
  let left = 0;
  const serve = async (connection) => {
    for (let dueMs = due.shift(); dueMs !== undefined; dueMs = due.shift()) {
      tell(await connection.send(next()), performance.now() - dueMs);
      left--;
    }
    idle.push(connection);
  };
  const stepMs = 1000 / perSecond;
  for (let dueMs = performance.now(); dueMs < endMs; dueMs += stepMs) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0.5) await new Promise((wake) => setTimeout(wake, waitMs));
    due.push(dueMs);
    left++;
    const connection = idle.pop();
    if (connection) serve(connection);
  }
  while (left > 0) await new Promise((wake) => setTimeout(wake, 5));
}

process.once('message', async (job) => {
  const { port, seconds, perSecond, prepared = 0 } = job;
  const make = maker(job);
  const ready = Array.from({ length: prepared }, make);
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => connect(port)),
  );
  let made = 0;
  const next = () => {
    const request = ready.pop();
    if (request) return request;
    made++;
    return make();
  };
  const latencies = [];
  let failed = 0;
  const tell = (status, ms) => {
    latencies.push(ms);
    if (status !== 200) failed++;
  };
  process.send('ready');
  await new Promise((go) => process.once('message', go));
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const endMs = startMs + seconds * 1000;
  if (perSecond) await steady({ connections, next, endMs, perSecond, tell });
  else await flood({ connections, next, endMs, tell });
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  latencies.sort((a, b) => a - b);
  process.send({
    requests: latencies.length,
    failed,
    perSecond: (latencies.length / tookMs) * 1000,
    p50Ms: at(latencies, 0.5),
    p99Ms: at(latencies, 0.99),
    cpuShare: (user + system) / 1000 / tookMs,
    // More than a few: the generator was the bound.
    madeOnTheWay: made,
  });
  process.disconnect();
});
