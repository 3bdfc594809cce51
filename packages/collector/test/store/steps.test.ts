// Long work beside ingestion goes in short transactions, however much of it falls on one id, one day, one month.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DAY_MS, STEP_ROWS } from '../../src/limits.ts';
import { openStore } from '../../src/store/open.ts';
import type { openDatabase } from '../../src/store/sqlite/database.ts';
import { Reader } from '../../src/store/sqlite/reading/reader.ts';
import type { Store } from '../../src/store/store.ts';
import { collect } from '../support/collect.ts';
import { makeFolder } from '../support/collector.ts';
import { eventOf, Model, NOW } from './support/model.ts';

const EVENTS = 6_000;
/** Rows that a step may change: each event goes and comes back under a new number, in each table and its counts. */
const CHANGES = 3 * STEP_ROWS;

let folder: ReturnType<typeof makeFolder>;
let store: Store;
let project: number;
let most = 0;

/** Opens it, and watches from now on how many rows its transactions change. */
async function open(consumers: string[] = []): Promise<void> {
  let before: number | undefined;
  const changes = () =>
    Number(
      (store as unknown as { db: ReturnType<typeof openDatabase> }).db
        .prepare('SELECT total_changes() AS n')
        .get()?.n,
    );
  store = await openStore(
    { dataFolder: folder.path },
    {
      consumers,
      onCommit: (_requests, events) => {
        const now = changes();
        // What is sent in one request is no step.
        if (before !== undefined && events < 500) most = Math.max(most, now - before);
        before = now;
      },
    },
  );
}

beforeEach(async () => {
  folder = makeFolder();
  most = 0;
  await open();
  ({ id: project } = await store.projects.create(
    { name: 'one', token: 'phc_one', retentionDays: 36_500 },
    NOW,
  ));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

async function fill(count: number, extra: (n: number) => Parameters<typeof eventOf>[0]) {
  const all = [];
  for (let at = 0; at < count; at += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - at) }, (_, n) =>
      eventOf(extra(at + n)),
    );
    await store.append(project, events, [], NOW);
    all.push(...events);
  }
  most = 0;
  return all;
}
const stored = async () => (await collect(store.scan({ project }))).flat();
/** Every count is what a recount of the events says. */
async function expectCounted(): Promise<void> {
  const model = new Model();
  model.events = await stored();
  const range = { project, fromDay: 0, toDay: Math.floor(NOW / DAY_MS) + 400 };
  const { totals, active } = await store.numbers.summary(range);
  expect({ totals, active }).toMatchObject({
    totals: model.count(range).totals,
    active: model.count(range).active,
  });
}

it('forgetting an id with many events on one day, and two at once', async () => {
  await fill(EVENTS, (n) => ({ distinctId: n % 3 ? 'ann' : 'bob', command: 'up' }));
  await fill(500, () => ({ distinctId: 'eve', command: 'down' }));
  const receipts = await Promise.all([
    store.erasures.forget('ann', project),
    store.erasures.forget('bob', project),
  ]);
  expect(receipts.map(({ forgotten }) => forgotten.events)).toEqual([4_000, 2_000]);
  expect(await stored()).toHaveLength(500);
  expect(most).toBeLessThan(CHANGES);
  await expectCounted();
});

it('taking an id out of many events of others: copies are told in lists', async () => {
  await store.close();
  await open(['warehouse']);
  const rest = JSON.stringify({ $device_id: 'gone', n: 1 });
  await fill(EVENTS, (n) => ({ distinctId: `id-${n % 7}`, rest }));
  const { id } = await store.erasures.forget('gone', project);
  expect(most).toBeLessThan(CHANGES);
  const left = await stored();
  expect(left).toHaveLength(EVENTS);
  expect(new Set(left.map((event) => event.rest))).toEqual(new Set(['{"n":1}']));
  await expectCounted();
  const seqs = new Set<number>();
  let rows = 0;
  for (;;) {
    const pending = await store.erasures.pending('warehouse');
    if (pending.length === 0) break;
    for (const erasure of pending) {
      rows++;
      if (erasure.what === 'events') for (const seq of erasure.seqs) seqs.add(seq);
      await store.erasures.done('warehouse', erasure.number);
    }
  }
  expect(seqs.size).toBe(EVENTS);
  expect(rows).toBeLessThan(EVENTS / 10);
  expect(await store.erasures.receipt(id)).toMatchObject({ doneMs: expect.any(Number) });
});

it('deleting a project', async () => {
  await fill(EVENTS, (n) => ({ distinctId: `id-${n}`, command: `c-${n % 50}` }));
  await store.projects.remove(project);
  expect(most).toBeLessThan(CHANGES);
  // What was on its way to it does not stay.
  const late = await store.append(project, [eventOf()], [], NOW);
  expect(late).toEqual({ inserted: 0, isNew: [false] });
});

it('retention, of many ids whose month is half over', async () => {
  const days = [NOW - 31 * DAY_MS, NOW - 29 * DAY_MS];
  await store.projects.update(project, { retentionDays: 30 });
  await fill(EVENTS, (n) => ({ distinctId: `id-${n >> 1}`, timeMs: days[n % 2]! }));
  for (let n = 0; n < 100; n++) {
    await store.installs.put(project, `id-${n}`, null, days[0]!);
  }
  most = 0;
  expect((await store.retain(NOW)).events).toBe(EVENTS / 2);
  expect(most).toBeLessThan(CHANGES);
  expect(await stored()).toHaveLength(EVENTS / 2);
  expect(await store.installs.list(project, '', 10)).toEqual([]);
  expect(await store.numbers.stats(project)).toMatchObject({ ids: EVENTS / 2 });
});

it('ids that are forgotten together are looked for together', async () => {
  await fill(100, () => ({}));
  const asked = vi.spyOn(Reader.prototype, 'ask');
  const ids = Array.from({ length: 20 }, (_, n) => `id-${n}`);
  await Promise.all(ids.map((id) => store.erasures.forget(id)));
  const looks = asked.mock.calls.filter(([name]) => name === 'concerning');
  asked.mockRestore();
  // Those that came while the first was looked for.
  expect(looks.length).toBeLessThanOrEqual(2);
});
