// Rows about answers, asked of a running collector as its pages ask: a year of events, while 1,000
// events a second come in. `bench/warehouse.mjs` asks the engine alone, without the rest of the collector.

import { anyEvent, envelope, ids } from '../collector/events.mjs';
import { ADMIN, post } from '../collector/server.mjs';

const DAY_MS = 86_400_000;
const PER_SECOND = 1_000;

/** What a page or a person asks: the parameters, median and p95 that they must reach, in ms. */
const QUESTIONS = {
  'totals, with the year before': ['kind=totals&before=1', 300],
  'series by day': ['kind=series&interval=day', 300],
  'series by day, two filters': [
    'kind=series&interval=day&where=os:is:linux&where=command:is:command-1',
    300,
  ],
  'commands, ranked by ids': ['kind=breakdown&by=command&order=ids', 300],
  'services, two filters': [
    'kind=breakdown&by=service&where=os:is:linux&where=event:is:service_enabled',
    300,
  ],
  'a JSON property': ['kind=breakdown&by=prop.%24lib', 450],
  'a JSON property that has no column of its own': ['kind=breakdown&by=prop.%24geoip_disable', 450],
  'commands: failures, median, p95': [
    'kind=breakdown&by=command&measure=duration_ms&where=event:is:command_executed',
    300,
  ],
  'new ids by week': ['kind=new_ids&interval=week', 300],
  'retention by week': ['kind=retention&interval=week', 300],
  'funnel of three events of an id': [
    'kind=funnel&step=event:is:command_executed&step=event:is:service_enabled&step=event:is:error_occurred',
    300,
  ],
  'paths from an event': ['kind=paths&by=event&value=error_occurred&direction=from&within=id', 300],
  'list of 50 events, one filter': ['kind=events&where=os:is:linux', 300],
};
const FIRST_VIEW = ['kind=totals', 'kind=series&interval=day'];

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));
const quantile = (sorted, q) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];

async function ask({ url }, path) {
  const answer = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${ADMIN}` } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** 1,000 events a second come in while `work` runs. Resolves with what it gave. */
async function whileIngesting(server, work) {
  const known = ids(5_000);
  let isOver = false;
  const feeding = (async () => {
    for (let nextMs = performance.now(); !isOver; nextMs += 100) {
      const events = Array.from({ length: PER_SECOND / 10 }, () => anyEvent(known, Date.now()));
      const status = await post(server.url, '/batch/', envelope(events));
      if (status !== 200) throw new Error(`an event was refused: ${status}`);
      await sleep(Math.max(0, nextMs + 100 - performance.now()));
    }
  })();
  try {
    return await Promise.race([work(), feeding]);
  } finally {
    isOver = true;
    await feeding;
  }
}

async function begin({ url }) {
  const answer = await fetch(new URL('/api/v1/warehouse/rebuild', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  if (!answer.ok) throw new Error(`rebuild: ${answer.status} ${await answer.text()}`);
}

/**
 * How long it takes until the warehouse is made anew of all events in the store.
 * @param row takes a row: what, what it must reach, what it reached, whether that holds
 */
export const rebuild = (server, row, count) =>
  whileIngesting(server, async () => {
    const startMs = performance.now();
    // Of a collector that was just started, with a store and no warehouse, it is under way.
    if (!(await ask(server, '/api/v1/warehouse')).rebuilding) await begin(server);
    while ((await ask(server, '/api/v1/warehouse')).rebuilding) await sleep(200);
    const seconds = (performance.now() - startMs) / 1000;
    const mustS = Math.max(5, (120 * count) / 5_000_000);
    row(
      `rebuild of the warehouse, ${count.toLocaleString('en')} events, while 1,000 a second come in`,
      `≤ ${mustS.toFixed(0)} s`,
      `${seconds.toFixed(1)} s`,
      seconds <= mustS,
    );
  });

/** Median and p95 of the twelve questions and of the first view; `runs` of each after a first one. */
export const answers = (server, row, count, runs = 9) =>
  whileIngesting(server, async () => {
    const range = `project=default&from=${Date.now() - 364 * DAY_MS}&to=${Date.now() + DAY_MS}`;
    const query = async (text) => {
      const { cut } = await ask(server, `/api/v1/query?${range}&${text}`);
      if (cut === 'time' || cut === 'memory') throw new Error(`${text}: cut by ${cut}`);
    };
    const measure = async (what, texts, mustMs) => {
      const times = [];
      for (let run = -1; run < runs; run++) {
        const startMs = performance.now();
        await Promise.all(texts.map(query));
        if (run >= 0) times.push(performance.now() - startMs);
      }
      times.sort((a, b) => a - b);
      const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
      row(
        `${what}, over ${count.toLocaleString('en')} events`,
        `≤ ${mustMs} ms, p95 ≤ 600 ms`,
        `median ${median.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
        median <= mustMs && p95 <= 600,
      );
    };
    for (const [what, [text, mustMs]] of Object.entries(QUESTIONS)) {
      await measure(what, [text], mustMs);
    }
    await measure('the unfiltered first view of a page', FIRST_VIEW, 80);
  });
