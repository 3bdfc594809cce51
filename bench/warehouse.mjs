// How fast the warehouse answers: 5,000,000 events of a year in one project, 50,000 ids; twelve
// questions, each many times, then twenty at once, while 1,000 events a second come in.
//
//   npm run build -w packages/collector && node bench/warehouse.mjs [--events=5000000] [--runs=15] [--file=PATH]
//
// With --file the events are kept, and the next run begins with the questions.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDbWarehouse } from '../packages/collector/dist/collector/src/warehouse/duckdb/duckdb.js';
import { COLUMNS, eventAt, FROM, generator, TO } from './warehouse/events.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    runs: { type: 'string', default: '15' },
    memory: { type: 'string', default: '150' },
    file: { type: 'string' },
  },
});
const events = Number(options.events);
const runs = Number(options.runs);
const folder = mkdtempSync(join(tmpdir(), 'warehouse-'));
const file = options.file ?? join(folder, 'warehouse.duckdb');
const isThere = existsSync(file);
const PER_BATCH = 10_000;

const warehouse = new DuckDbWarehouse({
  file,
  columns: COLUMNS,
  memoryMb: Number(options.memory),
  questionMs: 60_000,
});
const memory = () => {
  const status = readFileSync(`/proc/${warehouse.pid}/status`, 'utf8');
  const of = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  return `${of('VmRSS')} MiB resident, ${of('VmHWM')} at most`;
};

const random = generator(1);
let seq = 0;
const batch = (size) => Array.from({ length: size }, () => eventAt(seq++, events, random));

if (isThere) {
  seq = (await warehouse.status()).rows;
  console.log(`${seq} events are there`);
} else {
  let writing = 0;
  for (let number = 1; seq < events; number++) {
    const rows = batch(PER_BATCH);
    const start = performance.now();
    await warehouse.write({ number, rows });
    writing += performance.now() - start;
    if (number % 100 === 0) console.error(`${seq} events; ${memory()}`);
  }
  console.log(`written: ${Math.round((seq / writing) * 1000)} rows/s; ${memory()}`);
}
const { bytes } = await warehouse.status();
console.log(`on disk: ${(bytes / 1e6).toFixed(0)} MB, ${(bytes / seq).toFixed(1)} bytes an event`);

const year = { project: 1, from: FROM, to: TO, zone: 'Europe/Berlin' };
const is = (column, value) => ({ column, op: 'is', value });
const two = [is('country', 'DE'), is('device', 'mobile')];
const page = (n) => [is('path', `/page/${n}`)];

/** Name → question, median and p95 that it must reach, in ms. */
const QUESTIONS = {
  'totals, with the year before': [{ kind: 'totals', before: true }, 300, 600],
  'series by day': [{ kind: 'series', interval: 'day' }, 300, 600],
  'series by day, two filters': [{ kind: 'series', interval: 'day', where: two }, 300, 600],
  'pages, with distinct ids': [{ kind: 'breakdown', by: { column: 'path' } }, 300, 600],
  'pages, two filters': [{ kind: 'breakdown', by: { column: 'path' }, where: two }, 300, 600],
  'a JSON property': [{ kind: 'breakdown', by: { property: 'plan' } }, 450, 600],
  'commands: failures, median, p95': [
    {
      kind: 'breakdown',
      by: { column: 'command' },
      measure: { column: 'duration_ms' },
      where: [is('event', 'command_executed')],
    },
    300,
    600,
  ],
  'new ids by week': [{ kind: 'new_ids', interval: 'week' }, 300, 600],
  'retention by week': [{ kind: 'retention', interval: 'week' }, 300, 600],
  'funnel of three pages in a session': [
    { kind: 'funnel', within: 'session', steps: [page(1), page(2), page(3)] },
    300,
    600,
  ],
  'paths from a page': [
    { kind: 'paths', by: { column: 'path' }, direction: 'from', value: '/page/1' },
    300,
    600,
  ],
  'list of 50 events, one filter': [{ kind: 'events', where: [is('country', 'DE')] }, 300, 600],
};

// 1,000 events a second, as long as questions are asked.
const cpuMs = () => {
  // Clock ticks of 10 ms, of the user and of the system.
  const fields = readFileSync(`/proc/${warehouse.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
let isAsking = true;
const feeding = (async () => {
  for (let number = 1_000_000 + seq; isAsking; number++) {
    const next = performance.now() + 1000;
    await warehouse.write({ number, rows: batch(1000) });
    await new Promise((done) => setTimeout(done, Math.max(0, next - performance.now())));
  }
})();

const quantile = (times, q) => times[Math.min(times.length - 1, Math.ceil(q * times.length) - 1)];
const rows = [];
async function measure(name, ask, mustMedian, mustP95, times = runs) {
  const first = await timed(() => ask(-1));
  const taken = [];
  const cpuBefore = cpuMs();
  for (let run = 0; run < times; run++) taken.push(await timed(() => ask(run)));
  taken.sort((a, b) => a - b);
  const [median, p95] = [quantile(taken, 0.5), quantile(taken, 0.95)].map(Math.round);
  const isReached = median <= mustMedian && p95 <= mustP95;
  rows.push({
    question: name,
    first: Math.round(first),
    median,
    p95,
    // On a machine that does something else too: half of it is what two idle cores would need.
    cpu: Math.round((cpuMs() - cpuBefore) / times),
    must: `${mustMedian} / ${mustP95}`,
    reached: isReached ? 'yes' : 'NO',
    load: loadavg()[0].toFixed(1),
  });
  console.error(rows.at(-1));
}
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
async function ask(question) {
  const answer = await warehouse.query({ ...year, ...question });
  if (answer.data === null) throw new Error(`${question.kind}: cut by ${answer.cut}`);
  return answer;
}

for (const [name, [question, median, p95]] of Object.entries(QUESTIONS)) {
  await measure(name, () => ask(question), median, p95);
}
const other = (run) => [{ column: 'country', op: 'is_not', value: `x${run}` }];
await measure(
  'series by day, never asked before',
  (run) => ask({ kind: 'series', interval: 'day', where: other(run) }),
  300,
  600,
);
await measure(
  'first view: totals and series by day',
  () => Promise.all([ask({ kind: 'totals' }), ask({ kind: 'series', interval: 'day' })]),
  80,
  600,
);
await measure(
  'a large funnel: three events of an id',
  () =>
    ask({
      kind: 'funnel',
      steps: [
        [is('event', '$pageview')],
        [is('event', 'command_executed')],
        [is('event', 'click')],
      ],
    }),
  300,
  600,
);
await measure(
  'a JSON property of 1,000 values',
  () => ask({ kind: 'breakdown', by: { property: 'a' } }),
  450,
  600,
);
console.table(rows);
console.log(memory());

const all = Object.values(QUESTIONS).map(([question]) => question);
for (let round = 0; round < 3; round++) {
  const outcomes = [];
  const took = await timed(() =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        ask(all[index % all.length]).then(
          () => outcomes.push('ok'),
          (error) => outcomes.push(error.message),
        ),
      ),
    ),
  );
  const failed = outcomes.filter((each) => each !== 'ok');
  console.log(`20 at once: ${Math.round(took)} ms, ${failed.length} failed ${failed}; ${memory()}`);
}
isAsking = false;
await feeding;
console.log(`erasing an id: ${Math.round(await timed(() => warehouse.erase(1, 'id-77')))} ms`);
await warehouse.close();
rmSync(folder, { recursive: true, force: true });
