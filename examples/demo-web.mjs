// `make demo-web`: a small site, a collector, and real visits in a browser. Nothing leaves this machine.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector } from './collector.mjs';
import { startSite } from './site.mjs';
import { browserPath, EXPECTED, visitAll } from './visits.mjs';

if (!browserPath()) {
  console.error(
    'There is no browser here, and the demo is real visits. Install chromium, or say where one is: CHROMIUM=/path make demo-web',
  );
  process.exit(1);
}

const work = mkdtempSync(join(tmpdir(), 'onramp-demo-web-'));
const collector = await startCollector(join(work, 'collector'));
let site;
let status = 0;

async function end() {
  await site?.close();
  await collector.stop();
  rmSync(work, { recursive: true, force: true });
  process.exit(status);
}

const ask = async (path, body) => {
  const response = await fetch(collector.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${collector.adminToken}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
};

/** Asks until all has arrived, or for ten seconds: what a page says when it is left is on its way. */
async function numbers(id) {
  let stats = await ask(`/api/v2/sites/${id}/stats`);
  for (let tries = 100; stats.views < EXPECTED.views && tries > 0; tries--) {
    await new Promise((wake) => setTimeout(wake, 100));
    stats = await ask(`/api/v2/sites/${id}/stats`);
  }
  return stats;
}

/** The values of a column, the most frequent first, when the warehouse has all. */
async function listed(id, by) {
  const now = Date.now();
  const range = `from=${now - 3_600_000}&to=${now + 60_000}`;
  const query = `/api/v1/query?project=${id}&kind=breakdown&by=${by}&where=event:is:$pageview&${range}`;
  let answer = await ask(query);
  for (let tries = 100; answer.behind > 0 && tries > 0; tries--) {
    await new Promise((wake) => setTimeout(wake, 100));
    answer = await ask(query);
  }
  return answer.data.rows.map(({ value, events }) => `${value ?? '(none)'} (${events})`).join(', ');
}

try {
  const made = await ask('/api/v2/sites', { domain: '127.0.0.1', name: 'The example site' });
  site = await startSite(() => made.embedCode);
  console.log('A site, and a collector that counts it. The site has this in its pages:\n');
  console.log(`  ${made.embedCode}\n`);
  await visitAll(site.url, (who) => console.log(`  somebody ${who}`));
  const stats = await numbers(made.id);
  console.log(`\n  views ${stats.views}, visits ${stats.visits}, visitors ${stats.visitors}`);
  console.log(`  left at once ${stats.bounceRate} %, a visit takes ${stats.avgDuration} s`);
  for (const by of ['page', 'referrer', 'channel', 'browser', 'device', 'language']) {
    console.log(`  ${by}: ${await listed(made.id, by)}`);
  }
  for (const [name, value] of Object.entries({ views: EXPECTED.views, visits: EXPECTED.visits })) {
    if (stats[name] !== value) {
      console.error(`\n${name} should be ${value}: something was lost, or counted twice.`);
      status = 1;
    }
  }
  const isWatched = process.stdin.isTTY && process.stdout.isTTY;
  const isBrief = isWatched ? '' : ' (in a terminal, both stay until Ctrl-C)';
  console.log(`\nThe site: ${site.url}${isBrief}`);
  console.log(`The dashboard: ${collector.url}/?project=${made.id}`);
  console.log(`The admin token: ${collector.adminToken}`);
  if (isWatched) {
    console.log('\nCtrl-C stops both and removes everything.');
    process.on('SIGINT', end);
    setInterval(() => {}, 60_000);
  } else {
    await end();
  }
} catch (error) {
  console.error(error);
  status = 1;
  await end();
}
