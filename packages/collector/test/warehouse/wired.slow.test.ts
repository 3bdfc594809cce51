// Whatever is killed, and when: every event that was acknowledged is in the answers once, and who sends
// events notices nothing of the warehouse.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  batchOf,
  type Collector,
  event,
  makeFolder,
  startCollector,
} from '../support/collector.ts';
import { answerWhen, ask } from './support/asking.ts';

const WAREHOUSE = { COLLECTOR_WAREHOUSE: 'duckdb' };
const RANGE = 'from=2020-01-01&to=2099-01-01';
const SEED = Number(process.env.WAREHOUSE_SEED ?? 9);

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});
function newFolder() {
  const folder = makeFolder();
  undo.push(folder.remove);
  return folder.path;
}

/** The process of the warehouse: the one child of the collector. */
const childOf = ({ pid }: Collector): number | undefined => {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]) || undefined;
  } catch {
    return undefined; // it is gone
  }
};
const kill = (pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL') => {
  try {
    if (pid) process.kill(pid, signal);
  } catch {
    // It was gone already.
  }
};
const wait = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

/** A batch, until it is acknowledged. Resolves with how often it was refused. */
async function deliver(url: () => string, body: string): Promise<number> {
  for (let refused = 0; ; refused++) {
    try {
      const { status } = await fetch(`${url()}/batch`, { method: 'POST', body });
      if (status === 200) return refused;
    } catch {
      // The collector was killed.
    }
    await wait(50);
  }
}

/** Events of each id, as the warehouse and the store have them. */
async function compare(collector: Collector, total: number) {
  await answerWhen(
    collector,
    `kind=totals&${RANGE}`,
    ({ behind, data }) => behind === 0 && data.now.events >= total,
    60_000,
  );
  const { body } = await ask(collector, `kind=breakdown&by=distinct_id&limit=1000&${RANGE}`);
  const answered = new Map(
    body.data.rows.map((row: { value: string; events: number }) => [row.value, row.events]),
  );
  const stored = new Map<string, number>();
  for (const { distinct_id } of await collector.events()) {
    stored.set(distinct_id, (stored.get(distinct_id) ?? 0) + 1);
  }
  expect(new Map([...answered].sort())).toEqual(new Map([...stored].sort()));
  expect([...stored.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
}

describe('killed at random moments, while events come in', () => {
  const steps = fc.sample(
    fc.record({
      who: fc.constantFrom('warehouse', 'warehouse', 'collector', 'both'),
      afterMs: fc.integer({ min: 0, max: 1_500 }),
    }),
    { seed: SEED, numRuns: 14 },
  );

  it('every event is there once, in the store and in the answers', async () => {
    const folder = newFolder();
    let collector = await startCollector(WAREHOUSE, { folder });
    let isOver = false;
    let sent = 0;
    const sending = (async () => {
      for (let round = 0; !isOver; round++) {
        const events = Array.from({ length: 300 }, (_, index) =>
          event({ distinct_id: `id-${(round * 7 + index) % 50}` }),
        );
        await deliver(() => collector.url, JSON.stringify(batchOf(...events)));
        sent += events.length;
      }
    })();
    for (const { who, afterMs } of steps) {
      await wait(afterMs);
      if (who !== 'collector') kill(childOf(collector));
      if (who === 'warehouse') continue;
      kill(collector.pid);
      await collector.ended;
      collector = await startCollector(WAREHOUSE, { folder });
    }
    isOver = true;
    await sending;
    await compare(collector, sent);
    await collector.stop();
  }, 240_000);
});

describe('who sends events', () => {
  it('notices nothing of a warehouse that is killed, stopped, or asked by many', async () => {
    const collector = await startCollector(WAREHOUSE);
    undo.push(() => collector.stop());
    await answerWhen(collector, `kind=totals&${RANGE}`, () => true);
    const body = () => JSON.stringify(batchOf(...Array.from({ length: 20 }, () => event())));
    let sent = 0;
    const send = async (times: number) => {
      let longestMs = 0;
      for (let left = times; left > 0; left--) {
        const startMs = performance.now();
        expect(await deliver(() => collector.url, body())).toBe(0);
        longestMs = Math.max(longestMs, performance.now() - startMs);
        sent += 20;
      }
      return longestMs;
    };
    await send(20);
    for (let round = 0; round < 5; round++) {
      kill(childOf(collector));
      expect(await send(30)).toBeLessThan(2_000);
    }
    await answerWhen(collector, `kind=totals&${RANGE}`, ({ behind }) => behind === 0);
    // Nothing answers, and nothing is said: a process that hangs.
    const pid = childOf(collector);
    kill(pid, 'SIGSTOP');
    expect(await send(30)).toBeLessThan(2_000);
    const { status, body: told } = await ask(collector, `kind=totals&${RANGE}`);
    expect(status).toBe(503);
    expect(told.detail).toMatch(/did not answer in time.* \d+ events wait for it and are not lost/);
    kill(pid, 'SIGCONT');
    await answerWhen(collector, `kind=totals&${RANGE}`, ({ behind }) => behind === 0);
    const questions = Array.from({ length: 60 }, (_, index) =>
      ask(collector, `kind=breakdown&by=prop.p${index}&${RANGE}`),
    );
    expect(await send(30)).toBeLessThan(2_000);
    for (const each of await Promise.all(questions)) expect(each.status).toBe(200);
    await compare(collector, sent);
  }, 120_000);

  it('and a rebuild while they send ends with everything', async () => {
    const collector = await startCollector(WAREHOUSE);
    undo.push(() => collector.stop());
    const body = () => JSON.stringify(batchOf(...Array.from({ length: 500 }, () => event())));
    let sent = 0;
    for (let round = 0; round < 60; round++) {
      await deliver(() => collector.url, body());
      sent += 500;
      if (round % 20 === 10) await collector.admin('POST', '/api/v1/warehouse/rebuild');
    }
    await compare(collector, sent);
  }, 120_000);
});
