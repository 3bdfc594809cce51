// Measures the collector: a load generator on the same cores, as its users' machines have them.
//
//   node bench/collector.mjs [--seconds 10] [--rows 5000000] [--minutes 5]
//                             [--only start,batch,single,soak,disk,summary]
//
// Every figure comes from a real collector process on loopback, with its defaults; what it answers
// with 200 is on disk.

import { existsSync } from 'node:fs';
import http from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { anyEvent, commandEvent, envelope, ids } from './collector/events.mjs';
import { fill, load } from './collector/load.mjs';
import {
  ADMIN,
  MAIN,
  post,
  sizeOf,
  start,
  TOKEN,
  withFolder,
  withServer,
} from './collector/server.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '5' },
    rows: { type: 'string', default: '5000000' },
    only: { type: 'string', default: 'start,batch,single,soak,disk,summary' },
  },
});
const SECONDS = Number(options.seconds);
const MINUTES = Number(options.minutes);
const ROWS = Number(options.rows);
const ONLY = new Set(options.only.split(','));
const DAY_MS = 86_400_000;
const GZIP = { 'content-encoding': 'gzip' };

const rows = [];
const row = (measured, reached, must, ok) => {
  rows.push([measured, reached, must, ok ? 'yes' : 'NO']);
  console.error(`${measured}: ${reached} (${must})`);
};

async function benchStart() {
  const times = [];
  for (let n = 0; n < 5; n++) {
    await withServer(async (server) => {
      const body = envelope([commandEvent(ids(1), Date.now())]);
      const status = await post(server.url, '/batch/', body);
      if (status !== 200) throw new Error(`status ${status}`);
      times.push(performance.now() - server.startMs);
    });
  }
  times.sort((a, b) => a - b);
  row(
    'idle start to first 200 (median of 5)',
    `${times[2].toFixed(0)} ms`,
    '<= 1000 ms',
    times[2] <= 1000,
  );
}

/** A request with 100 events, compressed. */
const hundred = (known) =>
  gzipSync(envelope(Array.from({ length: 100 }, () => commandEvent(known, Date.now()))), {
    level: 1,
  });

async function benchBatch() {
  const known = ids(500);
  // A body a client keeps sending would be de-duplicated: each is sent once.
  const count = Math.ceil(SECONDS * 450);
  const bodies = Array.from({ length: count }, () => hundred(known));
  await withServer(async (server) => {
    const next = () => bodies.pop();
    const result = await load(server, { connections: 16, next, headers: GZIP, seconds: SECONDS });
    const events = result.perSecond * 100;
    row(
      '/batch, 100 events, gzip',
      `${events.toFixed(0)} events/s, p99 ${result.p99.toFixed(0)} ms, ${result.failed} failed`,
      '>= 20000 events/s',
      events >= 20_000 && result.failed === 0,
    );
    row(
      'resident memory under that load (peak)',
      `${result.peakMiB.toFixed(0)} MiB`,
      '<= 200 MiB',
      result.peakMiB <= 200,
    );
  });
}

async function benchSingle() {
  const known = ids(500);
  const bodies = Array.from({ length: Math.ceil(SECONDS * 12_000) }, () =>
    envelope([commandEvent(known, Date.now())]),
  );
  await withServer(async (server) => {
    const result = await load(server, {
      connections: 32,
      next: () => bodies.pop(),
      seconds: SECONDS,
    });
    row(
      '/batch, 1 event, 32 connections',
      `${result.perSecond.toFixed(0)} requests/s, p50 ${result.p50.toFixed(1)} ms, p99 ${result.p99.toFixed(1)} ms, ${result.failed} failed`,
      '>= 3000 requests/s, p99 <= 40 ms',
      result.perSecond >= 3000 && result.p99 <= 40 && result.failed === 0,
    );
    row(
      'resident memory under that load (peak)',
      `${result.peakMiB.toFixed(0)} MiB`,
      '<= 200 MiB',
      result.peakMiB <= 200,
    );
  });
}

/** Minute after minute, with bodies made on the way: half of the cores' time goes into those. */
async function benchSoak() {
  const known = ids(500);
  await withServer(async (server) => {
    const minutes = [];
    let events = 0;
    let failed = 0;
    for (let minute = 0; minute < MINUTES; minute++) {
      const next = () => hundred(known);
      const part = await load(server, { connections: 8, next, headers: GZIP, seconds: 60 });
      events += part.requests * 100;
      failed += part.failed;
      minutes.push(part.peakMiB);
    }
    const isFlat = minutes.at(-1) <= minutes[Math.min(1, MINUTES - 1)] * 1.05;
    row(
      `resident memory over ${MINUTES} minutes (peak of each)`,
      `${minutes.map((peak) => peak.toFixed(0)).join(', ')} MiB; ${events} events, ${failed} requests failed`,
      '<= 200 MiB, flat',
      Math.max(...minutes) <= 200 && isFlat && failed === 0,
    );
  });
}

async function benchDisk() {
  const total = 200_000;
  const known = ids(500);
  const nowMs = Date.now();
  const each = await withFolder(async (folder) => {
    const server = await start(folder);
    await fill(server, total, () => commandEvent(known, nowMs - Math.random() * 30 * DAY_MS));
    await server.stop();
    return sizeOf(folder) / total;
  });
  row(
    `disk per command event, rollups included (${total} events, 30 days)`,
    `${each.toFixed(0)} bytes`,
    '<= 400 bytes',
    each <= 400,
  );
}

/** A year of events, in the order of their time, straight into the store: only reading is measured. */
async function yearOfEvents(folder, known, nowMs) {
  const { openStore } = await import('../packages/collector/dist/collector/src/store/open.js');
  const { examine } = await import('../packages/collector/dist/collector/src/gate/gate.js');
  const store = await openStore({ dataFolder: folder });
  const project = await store.projects.create(
    { name: 'default', token: TOKEN, retentionDays: 400 },
    nowMs,
  );
  for (let done = 0; done < ROWS; done += 4000) {
    const candidates = Array.from({ length: Math.min(4000, ROWS - done) }, (_, n) => {
      const timeMs = nowMs - 364 * DAY_MS + ((done + n) / ROWS) * 364 * DAY_MS;
      const { event, uuid, distinct_id: distinctId, properties } = anyEvent(known, timeMs);
      return { event, uuid, distinctId, properties, timeMs, sentTimestamp: undefined };
    });
    const { events } = examine(project, 'bench', candidates, nowMs);
    await store.append(project.id, events, [], nowMs);
  }
  await store.close();
}

const benchSummary = () => withFolder(summaryIn);

async function summaryIn(folder) {
  const known = ids(5_000);
  const nowMs = Date.now();
  await yearOfEvents(folder, known, nowMs);
  const server = await start(folder);
  try {
    const agent = new http.Agent({ keepAlive: true });
    const from = new Date(nowMs - 364 * DAY_MS).toISOString().slice(0, 10);
    const ask = async () => {
      const startMs = performance.now();
      await new Promise((done, fail) => {
        http
          .get(
            {
              host: server.url.hostname,
              port: server.url.port,
              path: `/api/v1/summary?from=${from}`,
              agent,
              headers: { authorization: `Bearer ${ADMIN}` },
            },
            (answer) => {
              answer.resume();
              answer.on('end', () =>
                answer.statusCode === 200 ? done() : fail(new Error(String(answer.statusCode))),
              );
            },
          )
          .on('error', fail);
      });
      return performance.now() - startMs;
    };
    let ingesting = true;
    const ingestion = (async () => {
      const sender = new http.Agent({ keepAlive: true });
      while (ingesting) {
        await post(
          server.url,
          '/batch/',
          envelope(Array.from({ length: 20 }, () => anyEvent(known, Date.now()))),
          sender,
        );
        await new Promise((wake) => setTimeout(wake, 10));
      }
      sender.destroy();
    })();
    const times = [];
    for (let n = 0; n < 20; n++) times.push(await ask());
    ingesting = false;
    await ingestion;
    agent.destroy();
    const [first] = times;
    times.sort((a, b) => a - b);
    const p95 = times[18];
    row(
      `summary of one year over ${ROWS} events, while ingesting`,
      `median ${times[10].toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, first ${first.toFixed(0)} ms`,
      '<= 150 ms',
      p95 <= 150,
    );
  } finally {
    await server.stop();
  }
}

if (!existsSync(MAIN))
  throw new Error('build the collector first: npm run build -w packages/collector');
if (ONLY.has('start')) await benchStart();
if (ONLY.has('batch')) await benchBatch();
if (ONLY.has('single')) await benchSingle();
if (ONLY.has('soak')) await benchSoak();
if (ONLY.has('disk')) await benchDisk();
if (ONLY.has('summary')) await benchSummary();

console.log(
  `\nCollector, load generator on the same ${cpus().length} cores, Node ${process.version}\n`,
);
console.log('| measured | reached | must reach | holds |\n| --- | --- | --- | --- |');
for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
process.exitCode = rows.every(([, , , ok]) => ok === 'yes') ? 0 : 1;
