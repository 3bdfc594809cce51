// A data folder of 1.0.0 with many events: the collector takes events at once, says how far it is with the
// older ones, and goes on where a kill interrupted it.
//
// `TEST_EVENTS=5000000 npx vitest run …` is the long form.

import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase } from '../src/store/sqlite/database';
import { batchOf, event, makeFolder, startCollector } from './support/collector';
import { makeFolderOf100 } from './support/folder-1.0.0';

const EVENTS = Number(process.env.TEST_EVENTS ?? 300_000);
const TIMEOUT_MS = 120_000 + EVENTS / 2;

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
  makeFolderOf100(folder.path);
  const db = openDatabase(join(folder.path, 'collector.db'));
  const nowMs = Date.now();
  db.prepare(
    `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)
     INSERT INTO events (project_id, uuid, time_ms, id, event, rest)
     SELECT 1, randomblob(16), ? - x % 80000000, 1, 'x', '{"$device_id":"before"}' FROM n`,
  ).run(EVENTS - 1, nowMs);
  // Who was active: in this month and the one before.
  const month = new Date(nowMs).getUTCFullYear() * 12 + new Date(nowMs).getUTCMonth();
  for (const each of [month - 1, month]) {
    db.prepare(
      'INSERT OR REPLACE INTO active (project_id, month, id, days) VALUES (1, ?, 1, ?)',
    ).run(each, 2 ** 31 - 1);
  }
  db.close();
}, TIMEOUT_MS);
afterEach(() => folder.remove());

it(
  `with ${EVENTS} events`,
  async () => {
    const start = async () => {
      const collector = await startCollector({}, { folder: folder.path });
      const left = async () => {
        const report = (await (await collector.admin('GET', '/health')).json()) as {
          checks: { migration: { events_left: number } };
        };
        return report.checks.migration.events_left;
      };
      const taken = await collector.post('/batch/', batchOf(event()));
      expect(taken.status).toBe(200);
      return { collector, left };
    };
    const waiting = { timeout: TIMEOUT_MS, interval: 20 };

    const first = await start();
    expect(await first.left()).toBe(EVENTS);
    let seen = EVENTS;
    await vi.waitFor(async () => {
      seen = await first.left();
      expect(seen).toBeLessThan(EVENTS);
    }, waiting);
    expect(first.collector.output()).toContain(`of ${EVENTS} events of an older collector`);
    await first.collector.stop('SIGKILL');

    const second = await start();
    const after = await second.left();
    expect(after).toBeLessThanOrEqual(seen);
    expect(after, 'it was killed in the middle').toBeGreaterThan(0);
    await vi.waitFor(async () => expect(await second.left()).toBe(0), waiting);
    await vi.waitFor(() => expect(second.collector.output()).toContain('it is done'), waiting);
    // What was looked for is found: an id that is named in others' events.
    const forgot = await second.collector.admin('POST', '/api/v1/forget', {
      distinct_id: 'before',
    });
    expect([200, 202]).toContain(forgot.status);
    const { stdout } = await vi.waitFor(async () => {
      const text = await (await second.collector.admin('GET', '/api/v1/export?format=csv')).text();
      return { stdout: text };
    }, waiting);
    expect(stdout.split('\n').filter(Boolean).length).toBeGreaterThanOrEqual(EVENTS + 2);
    expect(stdout).not.toContain('before');
    await second.collector.stop();
  },
  4 * TIMEOUT_MS,
);
