// Measures the collector: a load generator on the same cores, as its users' machines have them.
//
//   node bench/collector.mjs [--seconds 10] [--rows 5000000] [--only batch,single,disk,summary,start]
//
// Every figure comes from a real collector process on loopback, with its defaults; what it answers
// with 200 is on disk.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rows: { type: 'string', default: '5000000' },
    only: { type: 'string', default: 'start,batch,single,disk,summary' },
  },
});
const SECONDS = Number(options.seconds);
const ROWS = Number(options.rows);
const ONLY = new Set(options.only.split(','));
const MAIN = resolve(import.meta.dirname, '../collector/dist/main.js');
// As `npm run collector` starts it: on a machine with much memory V8 would take it.
const NODE_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=1024'];
const TOKEN = 'phc_benchmark_token';
const ADMIN = 'benchmark-admin-token';
const DAY_MS = 86_400_000;

const COMMANDS = Array.from({ length: 20 }, (_, n) => `command-${n}`);
const SERVICES = Array.from({ length: 60 }, (_, n) => `service-${n}`);
const OSES = ['linux', 'darwin', 'win32'];
const pick = (list) => list[Math.floor(Math.random() ** 2 * list.length)];

/** A command event, as the shim sends it. */
function commandEvent(ids, timeMs) {
  return {
    event: 'command_executed',
    uuid: randomUUID(),
    distinct_id: ids[Math.floor(Math.random() * ids.length)],
    timestamp: new Date(timeMs).toISOString(),
    properties: {
      command: pick(COMMANDS),
      success: Math.random() > 0.05,
      duration_ms: Math.round(Math.exp(4 + 4 * Math.random())),
      shim_version: '1.0.0',
      ci: false,
      $geoip_disable: true,
      $process_person_profile: false,
      $ip: null,
      $lib: 'posthog-node',
      $lib_version: '5.70.0',
    },
  };
}

/** A mix of events, as a year of a project has them. */
function anyEvent(ids, timeMs) {
  const event = commandEvent(ids, timeMs);
  const dice = Math.random();
  if (dice < 0.3) {
    event.event = pick(['service_enabled', 'service_started', 'service_stopped']);
    event.properties.service_name = pick(SERVICES);
  } else if (dice < 0.35) {
    event.event = 'error_occurred';
    event.properties.error_type = pick(['exit_1', 'exit_2', 'exit_other']);
  }
  if (event.event !== 'command_executed') {
    delete event.properties.success;
    delete event.properties.duration_ms;
    if (event.event !== 'error_occurred') delete event.properties.command;
  }
  if (Math.random() < 0.3) event.properties.os = pick(OSES);
  return event;
}

const ids = (count) => Array.from({ length: count }, () => randomUUID());

async function start(folder) {
  const startMs = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
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

function post(url, path, body, agent, headers = {}) {
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

const residentMiB = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

/** Sends bodies over `connections` for some seconds. Bodies are made before the clock starts. */
async function load(server, { connections, bodies, headers, seconds }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  let next = 0;
  let failed = 0;
  let peakMiB = 0;
  const memory = setInterval(() => {
    peakMiB = Math.max(peakMiB, residentMiB(server.child.pid));
  }, 200);
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < endMs && next < bodies.length) {
        const body = bodies[next++];
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

const envelope = (batch) => Buffer.from(JSON.stringify({ api_key: TOKEN, batch }));
const rows = [];
const row = (measured, reached, must, ok) => {
  rows.push([measured, reached, must, ok ? 'yes' : 'NO']);
  console.error(`${measured}: ${reached} (${must})`);
};

async function withServer(work) {
  const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'));
  const server = await start(folder);
  try {
    return await work(server, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

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

async function benchBatch() {
  const known = ids(500);
  // A body a client keeps sending would be de-duplicated: each is sent once.
  const count = Math.ceil(SECONDS * 450);
  const bodies = Array.from({ length: count }, () =>
    gzipSync(envelope(Array.from({ length: 100 }, () => commandEvent(known, Date.now()))), {
      level: 1,
    }),
  );
  await withServer(async (server) => {
    const headers = { 'content-encoding': 'gzip' };
    const result = await load(server, { connections: 16, bodies, headers, seconds: SECONDS });
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
    const result = await load(server, { connections: 32, bodies, seconds: SECONDS });
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

const sizeOf = (folder) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

async function fill(server, total, make) {
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

async function benchDisk() {
  const total = 200_000;
  const known = ids(500);
  const nowMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'));
  const server = await start(folder);
  await fill(server, total, () => commandEvent(known, nowMs - Math.random() * 30 * DAY_MS));
  await server.stop();
  const each = sizeOf(folder) / total;
  rmSync(folder, { recursive: true, force: true });
  row(
    `disk per command event, rollups included (${total} events, 30 days)`,
    `${each.toFixed(0)} bytes`,
    '<= 400 bytes',
    each <= 400,
  );
}

/** A year of events, in the order of their time, straight into the store: only reading is measured. */
async function yearOfEvents(folder, known, nowMs) {
  const { openStore } = await import('../collector/dist/collector.js');
  const { examine } = await import('../collector/dist/gate/gate.js');
  const store = openStore(folder);
  store.db.exec('PRAGMA synchronous = OFF');
  const project = store.projects.create('default', nowMs, TOKEN, 400);
  for (let done = 0; done < ROWS; done += 4000) {
    const candidates = Array.from({ length: Math.min(4000, ROWS - done) }, (_, n) => {
      const timeMs = nowMs - 364 * DAY_MS + ((done + n) / ROWS) * 364 * DAY_MS;
      const { event, uuid, distinct_id: distinctId, properties } = anyEvent(known, timeMs);
      return { event, uuid, distinctId, properties, timeMs, sentTimestamp: undefined };
    });
    const { events } = examine(project, 'bench', candidates, nowMs);
    await store.write(project.id, events, [], nowMs);
  }
  store.close();
}

async function benchSummary() {
  const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'));
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
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!existsSync(MAIN)) throw new Error('build the collector first: npm run build -w collector');
if (ONLY.has('start')) await benchStart();
if (ONLY.has('batch')) await benchBatch();
if (ONLY.has('single')) await benchSingle();
if (ONLY.has('disk')) await benchDisk();
if (ONLY.has('summary')) await benchSummary();

console.log(
  `\nCollector, load generator on the same ${cpus().length} cores, Node ${process.version}\n`,
);
console.log('| measured | reached | must reach | holds |\n| --- | --- | --- | --- |');
for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
process.exitCode = rows.every(([, , , ok]) => ok === 'yes') ? 0 : 1;
