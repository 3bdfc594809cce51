// What is published is made once, by a warehouse that has everything, and goes with its project.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Question } from '../../../schema/src/question.ts';
import { PUBLIC_AGAIN_MS } from '../../src/limits.ts';
import { PublishJob } from '../../src/published/job.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { WarehouseUnavailable } from '../../src/warehouse/warehouse.ts';
import { makeFolder } from '../support/collector';

const NOW = Date.parse('2026-11-20T12:00:00Z');
let folder: ReturnType<typeof makeFolder>;
let store: Store;
let asked: Question[];
/** What the warehouse answers: ids of a month, by its name. */
let ids: Record<string, number>;
let isCurrent: boolean;
let errors: string[];

beforeEach(async () => {
  folder = makeFolder();
  store = await openStore({ dataFolder: folder.path });
  await store.retain(NOW);
  await store.projects.create({ name: 'one', retentionDays: 100 }, NOW);
  asked = [];
  errors = [];
  ids = { '2026-09': 39, '2026-10': 45 };
  isCurrent = true;
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Answers as a warehouse does, with what the test says. */
async function query(question: Question): Promise<{ answer: Answer; waiting: number }> {
  asked.push(question);
  const counts = { events: 1, failures: 0, judged: 0, failure_rate: null, median: null, p95: null };
  const all = ids[new Date(question.from).toISOString().slice(0, 7)] ?? 0;
  const rows = [
    { ...counts, value: 'linux', ids: all - 4 },
    { ...counts, value: 'haiku', ids: 4 },
    { ...counts, value: null, ids: all },
  ];
  const answer: Answer =
    question.kind === 'totals'
      ? { kind: 'totals', cut: null, ms: 1, data: { now: { ...counts, ids: all }, before: null } }
      : { kind: 'breakdown', cut: null, ms: 1, data: { rows, values: 2, events: 3 } };
  return { answer, waiting: 0 };
}

const job = (clock: () => number) =>
  new PublishJob({
    store,
    keeper: { query, isCurrent: () => isCurrent },
    clock,
    onError: (message) => errors.push(message),
  });
const look = (nowMs = NOW) => job(() => nowMs).look();
const months = () =>
  store.published.months(1).map(({ month, ids: published }) => [month, published]);

describe('publishing', () => {
  it('asks nothing about projects that are not published', async () => {
    await look();
    expect([asked, months()]).toEqual([[], []]);
  });

  it('makes each whole month from its first event on, rounded, and asks about no other range', async () => {
    await store.published.set(1, true);
    await look();
    expect(months()).toEqual([
      ['2026-09', 30],
      ['2026-10', 40],
    ]);
    expect(store.published.months(1)[0]!.lists.os).toEqual([{ name: 'linux', ids: 30 }]);
    expect(JSON.stringify(store.published.months(1))).not.toMatch(/haiku|39|35/);
    for (const { from, to } of asked) {
      expect(new Date(from).toISOString()).toMatch(/-01T00:00:00\.000Z$/);
      expect(new Date(to).toISOString()).toMatch(/-01T00:00:00\.000Z$/);
    }
  });

  it('has no month before the first of which something can be said, however often it looks', async () => {
    ids = { '2026-09': 9, '2026-10': 45 };
    await store.published.set(1, true);
    for (let n = 0; n < 3; n++) await look();
    expect(months()).toEqual([['2026-10', 40]]);
  });

  it('counts months of which nothing can be said again after an hour, or when it is published anew', async () => {
    ids = {};
    let nowMs = NOW;
    const made = job(() => nowMs);
    /** How many questions a look takes. */
    const questions = async (): Promise<number> => {
      asked = [];
      await made.look();
      return asked.length;
    };
    await store.published.set(1, true);
    expect(await questions()).toBeGreaterThan(0);
    expect(await questions()).toBe(0);
    nowMs += PUBLIC_AGAIN_MS;
    expect(await questions()).toBeGreaterThan(0);
    await store.published.set(1, false);
    expect(await questions()).toBe(0);
    await store.published.set(1, true);
    ids = { '2026-10': 45 };
    expect(await questions()).toBeGreaterThan(0);
    expect(months()).toEqual([['2026-10', 40]]);
  });

  it('has a month that few had, after one that many had', async () => {
    ids = { '2026-09': 45, '2026-10': 9 };
    await store.published.set(1, true);
    await look();
    expect(months()).toEqual([
      ['2026-09', 40],
      ['2026-10', null],
    ]);
  });

  it('has months of UTC, whatever the time zone of the project', async () => {
    await store.projects.update(1, { timeZone: 'Pacific/Kiritimati' });
    await store.published.set(1, true);
    await look();
    expect(months()).toHaveLength(2);
    for (const question of asked) {
      expect(question.zone ?? 'UTC').toBe('UTC');
      for (const ms of [question.from, question.to]) {
        expect(new Date(ms).toISOString()).toMatch(/-01T00:00:00\.000Z$/);
      }
    }
  });

  it('looks at the values with the most ids, not at those with the most events', async () => {
    await store.published.set(1, true);
    await look();
    const breakdowns = asked.filter((question) => question.kind === 'breakdown');
    expect(breakdowns.length).toBeGreaterThan(0);
    for (const question of breakdowns) expect(question).toMatchObject({ order: 'ids' });
  });

  it('never changes a month: not for what comes late, not for an erasure, not after a restart', async () => {
    await store.published.set(1, true);
    await look();
    const before = JSON.stringify(store.published.months(1));
    ids = { '2026-09': 19, '2026-10': 99 };
    await look();
    await store.published.set(1, false);
    await store.published.set(1, true);
    await store.published.freeze(1, { month: '2026-09', ids: 0, lists: {} });
    await store.close();
    store = await openStore({ dataFolder: folder.path });
    await look(NOW + 86_400_000);
    expect(JSON.stringify(store.published.months(1))).toBe(before);
  });

  it('publishes no month that goes on, when the clock is wrong', async () => {
    await store.published.set(1, true);
    ids['2026-11'] = 77;
    await look(NOW + 30 * 86_400_000);
    expect(months().map(([month]) => month)).toEqual(['2026-09', '2026-10']);
  });

  it('waits for a warehouse that has everything', async () => {
    await store.published.set(1, true);
    isCurrent = false;
    await look();
    expect([asked, months(), errors]).toEqual([[], [], []]);
    isCurrent = true;
    await look();
    expect(months()).toHaveLength(2);
  });

  it('publishes nothing of a month whose counts were not complete', async () => {
    await store.published.set(1, true);
    const job = (answer: () => Promise<never>) =>
      new PublishJob({
        store,
        keeper: { query: answer, isCurrent: () => true },
        clock: () => NOW,
        onError: (message) => errors.push(message),
      }).look();
    await job(
      async () => ({ answer: { kind: 'totals', cut: 'time', data: null, ms: 1 } }) as never,
    );
    expect(errors).toEqual([expect.stringContaining('was cut: time')]);
    await job(() => Promise.reject(new WarehouseUnavailable('down')));
    expect([months(), errors.length]).toEqual([[], 1]);
  });

  it('goes with its project', async () => {
    await store.published.set(1, true);
    await look();
    await store.projects.remove(1);
    await store.close();
    store = await openStore({ dataFolder: folder.path });
    expect([store.published.has(1), months()]).toEqual([false, []]);
  });
});
