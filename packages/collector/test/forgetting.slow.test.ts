// Many events of two ids on one day, and others that name a third: forgotten at once, while others send, and
// killed in between. Nobody else waits, every count is what a recount says, and no answer and no
// archive has the ids.
//
// `SLOW_TESTS=1 TEST_EVENTS=2000000 TEST_REPORT=1 npx vitest run …` is the long form, and says how long it took.

import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Collector, event, makeFolder, startCollector, TOKEN } from './support/collector';
import { heldUpMs, watchHealth } from './support/health';
import { fill } from './support/many';
import { answerWhen, ask } from './warehouse/support/asking';

const EVENTS = Number(process.env.TEST_EVENTS ?? 100_000);
const TIMEOUT_MS = 120_000 + EVENTS;
/** How long others may wait. A step takes milliseconds; all in one would take seconds. */
const MAX_P99_MS = 250;
const MAX_HELD_UP_MS = 1_000;

/** Of five events three are of ids that are forgotten, one is of another, which names a third, and one of neither. */
const OWNERS = ['ann-to-forget', 'ann-to-forget', 'bob-to-forget', 'eve', 'dan'];
const NAMED = 'device-to-forget';
const FORGOTTEN = ['ann-to-forget', 'bob-to-forget', NAMED];
const EACH = EVENTS / OWNERS.length;
const RANGE = 'from=2020-01-01&to=2099-01-01';

let folder: ReturnType<typeof makeFolder>;
let data: string;
let place: string;
const said: string[] = [];
const note = (text: string) => {
  if (process.env.TEST_REPORT) said.push(text);
};

beforeEach(() => {
  folder = makeFolder();
  data = join(folder.path, 'data');
  place = join(folder.path, 'archive');
  mkdirSync(data);
});
afterEach(() => {
  folder.remove();
  if (said.length > 0) console.log(said.splice(0).join('\n'));
});

const wait = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const until = async (isSo: () => Promise<boolean>) => {
  while (!(await isSo())) await wait(100);
};

/** Sends as another id until it is ended, each batch until it is acknowledged, whatever is killed meanwhile. */
function sending(url: () => string) {
  let isOver = false;
  let sent = 0;
  let took: number[] = [];
  const done = (async () => {
    while (!isOver) {
      const batch = Array.from({ length: 20 }, () => event({ distinct_id: 'other' }));
      const body = JSON.stringify({ api_key: TOKEN, batch });
      for (let isTaken = false; !isTaken; ) {
        const startMs = performance.now();
        const answer = await fetch(`${url()}/batch/`, { method: 'POST', body }).catch(() => null);
        isTaken = answer?.status === 200;
        if (isTaken) took.push(performance.now() - startMs);
        else await wait(20);
      }
      sent += batch.length;
      await wait(20);
    }
  })();
  return {
    /** What it took since the last time. */
    latency: () => {
      const text = spread(took);
      took = [];
      return text;
    },
    end: async () => {
      isOver = true;
      await done;
      return sent;
    },
  };
}

function spread(list: readonly number[]): string {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * sorted.length)] ?? 0);
  return `${list.length} batches, median ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1 - 1e-9)} ms`;
}

/** Watches how the collector is, says it, and that it was never held up. */
async function watching(collector: Collector) {
  const health = await watchHealth(collector.url);
  return async (what: string, latency: string) => {
    const seen = await health.end();
    note(
      `${what}: health p99 ${Math.round(seen.p99Ms)} ms, max ${Math.round(seen.worstMs)} ms ` +
        `(idle ${Math.round(seen.idleMs)} ms) of ${seen.count}; sent ${latency}`,
    );
    expect(seen.p99Ms - seen.idleMs, `${what}: p99`).toBeLessThan(MAX_P99_MS);
    expect(heldUpMs(seen), `${what}: held up`).toBeLessThan(MAX_HELD_UP_MS);
  };
}

interface Receipt {
  readonly receipt: string;
  readonly done_at: string | null;
  readonly waiting_for: string[];
  readonly forgotten: { events: number };
}
/** Files there, those of processes that end meanwhile apart. */
const files = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** Rows of the archive, by id; those whose properties hold one of the forgotten are counted as `names`. */
async function archived(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const path of files(place).filter((name) => name.endsWith('.parquet'))) {
    const columns = ['distinct_id', 'properties'];
    for (const row of await parquetReadObjects({
      file: await asyncBufferFromFile(path),
      columns,
    })) {
      const names = FORGOTTEN.some((id) => String(row.properties).includes(id));
      for (const key of [String(row.distinct_id), ...(names ? ['names'] : [])])
        counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

const archivedRows = () =>
  files(place)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(name, 'utf8')) as { parts?: { rows: number }[] })
    .flatMap(({ parts }) => parts ?? [])
    .reduce((sum, { rows }) => sum + rows, 0);

it(
  `ids of ${EVENTS} events, killed in between, with a warehouse and an archive`,
  async () => {
    let startMs = performance.now();
    const lap = (what: string) => {
      note(`${what}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
      startMs = performance.now();
    };
    await fill(data, { owners: OWNERS, count: EVENTS, names: { eve: NAMED } });
    lap('filled');
    const env = { COLLECTOR_ARCHIVE: place, COLLECTOR_WAREHOUSE: 'duckdb' };
    const start = () => startCollector(env, { folder: data });
    let collector = await start();
    const totals = `kind=totals&${RANGE}&project=default`;
    await answerWhen(
      collector,
      totals,
      ({ behind, data }) => behind === 0 && data.now.events === EVENTS,
      TIMEOUT_MS,
    );
    lap('warehouse');
    await until(async () => archivedRows() === EVENTS);
    expect(await archived()).toEqual({
      'ann-to-forget': 2 * EACH,
      'bob-to-forget': EACH,
      eve: EACH,
      dan: EACH,
      names: EACH,
    });
    lap('archive');

    const others = sending(() => collector.url);
    let unheld = await watching(collector);
    await wait(2_000);
    await unheld('before', others.latency());
    unheld = await watching(collector);
    startMs = performance.now();
    // Each answers after a while, or is killed: nobody waits for the answers.
    for (const distinct_id of FORGOTTEN) {
      const asked = { distinct_id, project: 'default' };
      collector.admin('POST', '/api/v1/forget', asked).catch(() => null);
    }
    const receipts = async () => {
      const answer = await collector.admin('GET', '/api/v1/forget');
      return ((await answer.json()) as { receipts: Receipt[] }).receipts;
    };
    const gone = async () =>
      (await receipts()).reduce((sum, { forgotten }) => sum + forgotten.events, 0);
    await until(async () => (await receipts()).length === FORGOTTEN.length);
    let kills = 0;
    for (const share of [0.25, 0.5, 0.75]) {
      let before = await gone();
      while (before < share * 3 * EACH) {
        await wait(20);
        before = await gone();
      }
      if (before === 3 * EACH) break;
      await unheld(`to ${share}`, others.latency());
      await collector.stop('SIGKILL');
      kills++;
      collector = await start();
      expect(await gone()).toBeGreaterThanOrEqual(before);
      unheld = await watching(collector);
    }
    expect(kills, 'it was over too soon to be killed').toBeGreaterThan(0);
    await until(async () =>
      (await receipts()).every(({ waiting_for }) => !waiting_for.includes('store')),
    );
    lap(`the store, killed ${kills} times`);
    await unheld('to the end', others.latency());
    unheld = await watching(collector);
    await until(async () => (await receipts()).every(({ done_at }) => done_at !== null));
    lap('everywhere');
    await unheld('copies', others.latency());
    const sent = await others.end();

    // What it says that it did, and what is left: as counted, and counted anew.
    const forgotten = (await receipts()).map((each) => each.forgotten.events);
    expect(forgotten.sort((a, b) => a - b)).toEqual([0, EACH, 2 * EACH]);
    const left = { eve: 0, dan: 0, other: 0 };
    let failed = 0;
    const text = await (await collector.admin('GET', '/api/v1/export?project=default')).text();
    expect(FORGOTTEN.filter((id) => text.includes(id))).toEqual([]);
    for (const line of text.split('\n').filter(Boolean)) {
      const { distinct_id, properties } = JSON.parse(line);
      left[distinct_id as 'eve']++;
      if (properties.success === false) failed++;
    }
    expect(left).toEqual({ eve: EACH, dan: EACH, other: sent });
    const summary = await collector.summary('?project=default');
    expect(summary.totals).toMatchObject({
      events: 2 * EACH + sent,
      commands: 2 * EACH + sent,
      failures: failed,
      active_ids: 3,
    });
    const hasAll = ({ behind }: { behind: number }) => behind === 0;
    const { data: counted } = await answerWhen(collector, totals, hasAll, 60_000);
    expect(counted.now).toMatchObject({ events: 2 * EACH + sent, ids: 3, failures: failed });
    const { body } = await ask(collector, `kind=breakdown&by=distinct_id&${RANGE}&project=default`);
    expect(
      Object.fromEntries(body.data.rows.map(({ value, events }: never) => [value, events])),
    ).toEqual(left);
    // What was changed is archived anew, with the hour in which it was.
    expect(await archived()).toEqual({ dan: EACH });
    lap('compared');

    // The warehouse gives its bytes back some minutes later: another test is about that. Pages of the database
    // may keep, in parts that they do not use, pieces of events that were moved while others were deleted.
    const holding = () =>
      files(folder.path)
        .filter((path) => !path.includes('warehouse.duckdb'))
        .flatMap((path) => {
          const bytes = readFileSync(path);
          return FORGOTTEN.filter((id) => bytes.includes(id))
            .filter((id) => id !== NAMED || !path.endsWith('collector.db'))
            .map((id) => `${path}: ${id}`);
        });
    await vi.waitFor(() => expect(holding()).toEqual([]), { timeout: 30_000, interval: 500 });
    expect((await collector.stop()).status).toBe(0);
    expect(holding()).toEqual([]);
    lap('in no file');
  },
  4 * TIMEOUT_MS,
);

it(
  `a project of ${EVENTS} events`,
  async () => {
    await fill(data, { owners: ['eve'], count: 1 });
    await fill(data, { name: 'large', owners: ['somebody'], count: EVENTS });
    const collector = await startCollector({}, { folder: data });
    const others = sending(() => collector.url);
    const unheld = await watching(collector);
    const startMs = performance.now();
    const deleted = await collector.admin('DELETE', '/api/v1/projects/large?name=large');
    expect([200, 202]).toContain(deleted.status);
    const { receipt } = (await deleted.json()) as Receipt;
    const read = async () =>
      (await (await collector.admin('GET', `/api/v1/forget/${receipt}`)).json()) as Receipt;
    await until(async () => (await read()).done_at !== null);
    note(`project: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
    await unheld('project', others.latency());
    const sent = await others.end();
    const { forgotten } = await read();
    expect(forgotten.events).toBe(EVENTS);
    const { totals } = await collector.summary('?project=default');
    expect(totals).toMatchObject({ events: 1 + sent, active_ids: 2 });
    await collector.stop();
  },
  4 * TIMEOUT_MS,
);
