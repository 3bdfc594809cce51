// Rows about the copy that answers: how far it is behind, what asking does to those who send, and what
// everything takes on the disk.

import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { anyEvent, commandEvent, envelope, ids } from './events.mjs';
import { fill, load } from './load.mjs';
import { row } from './report.mjs';
import { ask, caughtUp, filesOf, post, start, withFolder, withServer } from './server.mjs';

const DAY_MS = 86_400_000;
const ms = (value) => `${value.toFixed(1)} ms`;
const sleep = (duration) => new Promise((wake) => setTimeout(wake, duration));
const range = (days) => `from=${Date.now() - days * DAY_MS}&to=${Date.now() + DAY_MS}`;
const query = (text, days = 2) => `/api/v1/query?project=default&${range(days)}&${text}`;

/** How long after it was sent an event is in an answer, while 5,000 events a second come in. */
export const lag = (seconds) =>
  withServer(async (server) => {
    const lags = [];
    const agent = new http.Agent({ keepAlive: true });
    const beside = async () => {
      const sent = [];
      const endMs = performance.now() + seconds * 1000;
      const send = async () => {
        while (performance.now() < endMs) {
          const event = { ...commandEvent([randomUUID()], Date.now()), event: 'probe' };
          sent.push(performance.now());
          await post(server.url, '/batch/', envelope([event]), agent);
          await sleep(250);
        }
      };
      const look = async () => {
        while (performance.now() < endMs || lags.length < sent.length) {
          const { data } = await ask(server, query('kind=totals&where=event:is:probe'));
          const nowMs = performance.now();
          // In the order in which they were sent: one that is seen was the next.
          while (lags.length < data.now.events) lags.push(nowMs - sent[lags.length]);
          await sleep(50);
        }
      };
      await Promise.all([send(), look()]);
    };
    const job = { connections: 16, events: 100, gzip: true, known: 5_000, perSecond: 50 };
    const result = await load(server, { ...job, seconds, prepared: 50 * seconds, beside });
    agent.destroy();
    lags.sort((a, b) => a - b);
    const p95Ms = lags[Math.ceil(0.95 * lags.length) - 1];
    row(
      'an event appears in answers, at 5,000 events/s',
      '≤ 2 s p95',
      `p95 ${ms(p95Ms)}, median ${ms(lags[lags.length >> 1])}, of ${lags.length}; ${Math.round(result.perSecond * 100)} events/s, ${result.failed} failed`,
      p95Ms <= 2000 && result.failed === 0,
    );
  });

/** A kind of question each, over a year. */
const QUESTIONS = [
  'kind=totals&before=1',
  'kind=series&interval=day',
  'kind=series&interval=day&where=os:is:linux&where=command:is:command-1',
  'kind=breakdown&by=command&order=ids',
  'kind=breakdown&by=service&where=os:is:linux&where=event:is:service_enabled',
  'kind=breakdown&by=prop.%24lib',
  'kind=breakdown&by=command&measure=duration_ms&where=event:is:command_executed',
  'kind=new_ids&interval=week',
  'kind=retention&interval=week',
  'kind=funnel&step=event:is:command_executed&step=event:is:service_enabled&step=event:is:error_occurred',
  'kind=paths&by=event&value=command_executed&direction=from&within=id',
  'kind=events&where=os:is:linux',
];

/** A year of events, straight into the store: the warehouse is filled while that goes on. */
async function year(folder, rows, known, nowMs) {
  const { openStore } = await import('../../packages/collector/dist/collector/src/store/open.js');
  const { examine } = await import('../../packages/collector/dist/collector/src/gate/gate.js');
  const { TOKEN } = await import('./server.mjs');
  const store = await openStore({ dataFolder: folder });
  const project = await store.projects.create(
    { name: 'default', token: TOKEN, retentionDays: 400 },
    nowMs,
  );
  for (let done = 0; done < rows; done += 4000) {
    const candidates = Array.from({ length: Math.min(4000, rows - done) }, (_, n) => {
      const timeMs = Math.floor(nowMs - 364 * DAY_MS + ((done + n) / rows) * 364 * DAY_MS);
      const { event, uuid, distinct_id: distinctId, properties } = anyEvent(known, timeMs);
      return { event, uuid, distinctId, properties, timeMs, sentTimestamp: undefined };
    });
    const { events } = examine(project, 'bench', candidates, nowMs);
    await store.append(project.id, events, [], nowMs);
  }
  await store.close();
}

/** What twenty questions at once do to those who send 1,000 events a second. */
export const questions = (seconds, rows) =>
  withFolder(async (folder) => {
    await year(folder, rows, ids(50_000), Date.now());
    const server = await start(folder);
    try {
      await caughtUp(server);
      for (const question of QUESTIONS) await ask(server, query(question, 364));
      const job = { connections: 8, events: 10, known: 5_000, perSecond: 100, seconds };
      const without = await load(server, { ...job, prepared: 100 * seconds });
      let asked = 0;
      let failed = 0;
      const beside = async () => {
        const endMs = performance.now() + seconds * 1000;
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            while (performance.now() < endMs) {
              const question = QUESTIONS[asked++ % QUESTIONS.length];
              await ask(server, query(question, 364)).catch((error) => {
                failed++;
                console.error(error.message);
              });
            }
          }),
        );
      };
      const during = await load(server, { ...job, prepared: 100 * seconds, beside });
      const times = during.p99Ms / without.p99Ms;
      row(
        `the same twelve, 20 at once, over ${rows.toLocaleString('en')} events`,
        'none fails; ingest p99 ≤ 2 × of without',
        `${failed} of ${asked} failed; ingest p99 ${ms(during.p99Ms)} against ${ms(without.p99Ms)}, ${times.toFixed(1)} ×; p50 ${ms(during.p50Ms)} against ${ms(without.p50Ms)}`,
        failed === 0 && during.failed === 0 && times <= 2,
      );
    } finally {
      await server.stop();
    }
  });

/** Bytes of a command event, in every file there is. */
export const disk = (rows) =>
  withFolder(async (folder) => {
    const known = ids(500);
    const nowMs = Date.now();
    const server = await start(folder);
    // In the order of their time, as they come.
    let n = 0;
    await fill(server, rows, () =>
      commandEvent(known, Math.floor(nowMs - 30 * DAY_MS * (1 - n++ / rows))),
    );
    await caughtUp(server);
    await server.stop();
    const files = filesOf(folder);
    const of = (name) => (files[name] ?? 0) / rows;
    const each = Object.values(files).reduce((sum, bytes) => sum + bytes, 0) / rows;
    row(
      `disk a command event, all copies and indexes (${rows.toLocaleString('en')} events of 30 days)`,
      '≤ 300 bytes',
      `${each.toFixed(0)} bytes: ${of('collector.db').toFixed(0)} in the store, ${of('warehouse.duckdb').toFixed(0)} in the warehouse`,
      each <= 300,
    );
  });
