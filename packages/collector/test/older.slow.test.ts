// A data folder of 1.0.0 with many events: opened, the collector takes events at once; killed while its warehouse
// is filled, it goes on; every answer is about the older events too, and an id in them is forgotten.
//
// `SLOW_TESTS=1 TEST_EVENTS=5000000 npx vitest run …` is the long form.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { batchOf, event, makeFolder, startCollector } from './support/collector';
import { copyAsFolderOf100 } from './support/folder-1.0.0';
import { fill } from './support/many';
import { answerWhen, ask } from './warehouse/support/asking';

const EVENTS = Number(process.env.TEST_EVENTS ?? 200_000);
const TIMEOUT_MS = 120_000 + EVENTS;
/** A start that looked through all events would take longer than this with many of them. */
const START_MS = 15_000;
const OWNERS = ['ann', 'bob', 'eve', 'dan'];
const EACH = EVENTS / OWNERS.length;
const NAMED = 'device-to-forget';
const RANGE = 'from=2020-01-01&to=2099-01-01';

let folder: ReturnType<typeof makeFolder>;
let data: string;
beforeEach(async () => {
  folder = makeFolder();
  data = join(folder.path, 'data');
  const made = join(folder.path, 'made');
  for (const path of [data, made]) mkdirSync(path);
  await fill(made, { owners: OWNERS, count: EVENTS, names: { eve: NAMED } });
  copyAsFolderOf100(made, data);
}, TIMEOUT_MS);
afterEach(() => folder.remove());

it(
  `of ${EVENTS} events`,
  async () => {
    const start = async () => {
      const startMs = performance.now();
      const collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' }, { folder: data });
      const taken = await collector.post('/batch/', batchOf(event({ distinct_id: 'new' })));
      expect(taken.status).toBe(200);
      expect(performance.now() - startMs).toBeLessThan(START_MS);
      return collector;
    };
    const killed = await start();
    // Counted when they arrived: nothing is to be waited for.
    expect((await killed.summary()).totals).toMatchObject({ events: EVENTS + 1, active_ids: 5 });
    await answerWhen(killed, `kind=totals&${RANGE}`, ({ data }) => data.now.events > 0, TIMEOUT_MS);
    await killed.stop('SIGKILL');

    const collector = await start();
    const { totals } = await collector.summary();
    expect(totals).toMatchObject({ events: EVENTS + 2, failures: EVENTS / 2, active_ids: 5 });
    const hasAll = ({ behind }: { behind: number }) => behind === 0;
    const answer = await answerWhen(collector, `kind=totals&${RANGE}`, hasAll, TIMEOUT_MS);
    expect(answer.data.now).toMatchObject({ events: EVENTS + 2, ids: 5, failures: EVENTS / 2 });
    const { body } = await ask(collector, `kind=breakdown&by=distinct_id&${RANGE}`);
    const byId = (rows: { value: string; events: number }[]) =>
      Object.fromEntries(rows.map(({ value, events }) => [value, events]));
    const others = { bob: EACH, eve: EACH, dan: EACH, new: 2 };
    expect(byId(body.data.rows)).toEqual({ ann: EACH, ...others });

    const ids = ['ann', NAMED];
    for (const distinct_id of ids) {
      const asked = await collector.admin('POST', '/api/v1/forget', { distinct_id });
      expect([200, 202]).toContain(asked.status);
    }
    await vi.waitFor(
      async () => {
        const list = await (await collector.admin('GET', '/api/v1/forget')).json();
        const { receipts } = list as { receipts: { done_at: string | null }[] };
        expect(receipts.map(({ done_at }) => done_at !== null)).toEqual([true, true]);
      },
      { timeout: TIMEOUT_MS, interval: 100 },
    );
    const left = await collector.events();
    const counts: Record<string, number> = {};
    for (const { distinct_id } of left) counts[distinct_id] = (counts[distinct_id] ?? 0) + 1;
    expect(counts).toEqual(others);
    expect((await collector.summary()).totals).toMatchObject({
      events: left.length,
      failures: left.filter(({ properties }) => properties.success === false).length,
      active_ids: 4,
    });
    const holding = () =>
      readdirSync(data)
        .filter((name) => name.startsWith('collector.db'))
        .filter((name) => readFileSync(join(data, name)).includes(NAMED));
    await vi.waitFor(() => expect(holding()).toEqual([]), { timeout: 30_000, interval: 500 });
    expect((await collector.stop()).status).toBe(0);
  },
  4 * TIMEOUT_MS,
);
