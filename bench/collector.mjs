// Measures the collector: taking events, its memory, its disk, and how far the copy that answers is behind.
//
//   npm run build -w packages/collector && node bench/collector.mjs
//     [--seconds=10] [--minutes=0.5] [--rows=200000] [--only=start,batches,singles,lag,questions,soak,disk]
//
// A real collector process on loopback, with its defaults; a load generator in a process of its own, on the
// same cores, as its users' machines have them. What is answered with 200 is on disk. The whole of it, over
// 5,000,000 events and 5 minutes: --minutes=5 --rows=5000000. That writes bench/results-collector.json.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { disk, lag, questions } from './collector/copy-rows.mjs';
import { commandEvent, envelope, ids } from './collector/events.mjs';
import { batches, singles, soak } from './collector/ingest-rows.mjs';
import { attempt, report, row } from './collector/report.mjs';
import { MAIN, post, withServer } from './collector/server.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '0.5' },
    rows: { type: 'string', default: '200000' },
    only: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const minutes = Number(options.minutes);
const count = Number(options.rows);

async function startUp() {
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
  const median = Math.round(times[2]);
  row('start to first 200, median of 5', '≤ 1000 ms', `${median} ms`, median <= 1000);
}

const PARTS = {
  start: startUp,
  batches: () => batches(seconds),
  singles: () => singles(seconds),
  lag: () => lag(seconds),
  questions: () => questions(seconds, count),
  soak: () => soak(minutes),
  disk: () => disk(Math.min(count, 200_000)),
};

if (!existsSync(MAIN))
  throw new Error('build the collector first: npm run build -w packages/collector');
const asked = options.only?.split(',') ?? Object.keys(PARTS);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  throw new Error(`there is no part ${unknown}: use some of ${Object.keys(PARTS)}`);
}
for (const name of asked) await attempt(name, PARTS[name]);
const isWhole = !options.only && minutes >= 5 && count >= 5_000_000;
report(isWhole ? 'results-collector.json' : undefined, [
  'collector, warehouse and load generator on the same cores, each a process',
  `rates are of ${seconds} s; memory of ${minutes} min; questions over ${count.toLocaleString('en')} events`,
]);
