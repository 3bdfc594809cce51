// How long the pages take in a browser, as people wait for them: until all that is on the screen is there,
// and from a click on a name until it has the new answers; what is below the screen comes after it, and is
// told beside. And how much JavaScript that needs.
//
//   npm run build && npm run build -w packages/collector
//   node bench/pages.mjs [--events=5000000] [--runs=20] [--data=FOLDER]
//
// With --data the events are kept, and the next run begins with the pages. Chromium: that of the
// distribution, or what the variable CHROMIUM names.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { ids } from './collector/events.mjs';
import { fill } from './collector/load.mjs';
import { ADMIN, MAIN, start, withFolder } from './collector/server.mjs';
import { yearOf } from './pages/events.mjs';
import { click, firstView } from './pages/timed.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    runs: { type: 'string', default: '20' },
    data: { type: 'string' },
  },
});
const EVENTS = Number(options.events);
const RUNS = Number(options.runs);
const IDS = 50_000;
const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ASSETS = resolve(import.meta.dirname, '../packages/dashboard/dist/assets');

const rows = [];
const row = (measured, reached, must, ok) => {
  rows.push([measured, reached, must, ok ? 'yes' : 'NO']);
  console.error(`${measured}: ${reached} (${must})`);
};

/** Asks a collector as its admin. */
async function ask(server, path) {
  const answer = await fetch(new URL(path, server.url), {
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  return answer.json();
}

/** How many events the warehouse has, and how many wait for it. */
async function counted(server) {
  const to = Date.now() + 86_400_000;
  const path = `/api/v1/query?project=1&kind=totals&from=0&to=${to}`;
  const { data, behind } = await ask(server, path);
  return { events: data?.now.events ?? 0, behind };
}

/** Sends a year of events, unless they are there, and waits until the warehouse has them. */
async function prepare(server) {
  const { events } = await counted(server);
  if (events < EVENTS) {
    const startMs = performance.now();
    await fill(server, EVENTS - events, yearOf(ids(IDS), EVENTS));
    const seconds = (performance.now() - startMs) / 1000;
    console.error(`${EVENTS - events} events sent in ${seconds.toFixed(0)} s`);
  }
  while ((await counted(server)).behind !== 0) await new Promise((done) => setTimeout(done, 500));
}

async function signIn(server, browser) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    locale: 'en-US',
  });
  const answer = await context.request.post(new URL('/api/v1/login', server.url).href, {
    data: { token: ADMIN },
  });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()}`);
  return context;
}

function quantile(times, share) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** A row about the median and p95 of times. */
function summed(measured, times, mustMs, isP95) {
  const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
  row(
    measured,
    `median ${median.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    `<= ${mustMs} ms${isP95 ? ' (p95)' : ''}`,
    (isP95 ? p95 : median) <= mustMs,
  );
}

/** The names of lists, by which views are filtered: always others, so that nothing is remembered. */
const LISTS = ['services', 'commands', 'by-os', 'by-version', 'errors'];

/** Of these there are three names, so then those of the first list that nobody clicked yet. */
const SHORT = { 'by-os': 'services', errors: 'commands' };

/** What is clicked in a run: a list, and the place of a name in it. */
function clicked(run) {
  const list = LISTS[run % LISTS.length];
  const at = Math.floor(run / LISTS.length);
  return at >= 3 && SHORT[list] ? [SHORT[list], at + 1] : [list, at];
}

async function measure(server, browser) {
  const { events } = await counted(server);
  for (const range of ['30d', 'year']) {
    const context = await signIn(server, browser);
    const first = [];
    const clicks = [];
    for (let run = 0; run < RUNS; run += 1) {
      const page = await context.newPage();
      first.push(await firstView(page, new URL(`/?range=${range}`, server.url).href));
      clicks.push(await click(page, ...clicked(run)));
      await page.close();
    }
    await context.close();
    const words = `${events.toLocaleString('en')} events, ${range === 'year' ? 'this year' : 'last 30 days'}`;
    // The first of all has to fill caches, of the browser as well.
    row(`${words}: the very first view`, `${first[0].seenMs.toFixed(0)} ms`, 'told alone', true);
    const of = (times, which) => times.map((each) => each[which]);
    summed(`${words}: first view complete`, of(first, 'seenMs'), 700, false);
    summed(`${words}: after a click on a filter`, of(clicks, 'seenMs'), 600, true);
    const whole = (times) => Math.round(quantile(of(times, 'wholeMs'), 0.95));
    row(
      `${words}: what is below the screen too`,
      `first view ${whole(first)} ms, after a click ${whole(clicks)} ms (p95)`,
      'told alone',
      true,
    );
  }
}

function measureScript() {
  const name = readdirSync(ASSETS).find((file) => /^pages-.*\.js$/.test(file));
  const kb = gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length / 1000;
  row('JavaScript of the first view, gzip', `${kb.toFixed(1)} KB`, '<= 110 KB', kb <= 110);
}

if (!existsSync(MAIN)) {
  throw new Error(
    'build the collector first: npm run build && npm run build -w packages/collector',
  );
}
if (!existsSync(BROWSER)) throw new Error(`no browser at ${BROWSER}: set CHROMIUM`);

const work = async (folder) => {
  const server = await start(folder);
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: BROWSER, args });
  try {
    await prepare(server);
    await measure(server, browser);
  } finally {
    await browser.close();
    await server.stop();
  }
};
if (options.data) await work(options.data);
else await withFolder(work);
measureScript();

console.log(
  `\nPages in Chromium, collector on the same ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}\n`,
);
console.log('| measured | reached | must reach | holds |\n| --- | --- | --- | --- |');
for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
process.exitCode = rows.every(([, , , ok]) => ok === 'yes') ? 0 : 1;
