// How fast a whole collector answers, and how long its warehouse takes to be made anew: a year of events in one
// project, while 1,000 events a second come in.
//
//   npm run build -w packages/collector && node bench/warehouse-collector.mjs [--events=5000000] [--runs=9]
//
// `bench/warehouse.mjs` asks the engine alone. 5,000,000 events take some seven minutes, of which five go into
// making and storing them.

import { parseArgs } from 'node:util';
import { anyEvent, ids } from './collector/events.mjs';
import { attempt, report, row } from './collector/report.mjs';
import { start, TOKEN, withFolder } from './collector/server.mjs';
import { answers, rebuild } from './warehouse/api-rows.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    runs: { type: 'string', default: '9' },
  },
});
const count = Number(options.events);
const DAY_MS = 86_400_000;
const PER_BATCH = 4_000;

/** A year of events in the order of their time, straight into the store. */
async function fill(folder) {
  const { openStore } = await import('../packages/collector/dist/collector/src/store/open.js');
  const { examine } = await import('../packages/collector/dist/collector/src/gate/gate.js');
  const nowMs = Date.now();
  const known = ids(50_000);
  const store = await openStore({ dataFolder: folder });
  const project = await store.projects.create(
    { name: 'default', token: TOKEN, retentionDays: 400 },
    nowMs,
  );
  for (let done = 0; done < count; done += PER_BATCH) {
    const candidates = Array.from({ length: Math.min(PER_BATCH, count - done) }, (_, n) => {
      const timeMs = Math.floor(nowMs - 364 * DAY_MS * (1 - (done + n) / count));
      const { event, uuid, distinct_id: distinctId, properties } = anyEvent(known, timeMs);
      return { event, uuid, distinctId, properties, timeMs, sentTimestamp: undefined };
    });
    const { events } = examine(project, 'bench', candidates, nowMs);
    await store.append(project.id, events, [], nowMs);
    if ((done + PER_BATCH) % 1_000_000 === 0) console.error(`${done + PER_BATCH} events stored`);
  }
  await store.close();
}

await withFolder(async (folder) => {
  await fill(folder);
  const server = await start(folder);
  try {
    await attempt('rebuild', () => rebuild(server, row, count));
    await attempt('answers', () => answers(server, row, count, Number(options.runs)));
  } finally {
    await server.stop();
  }
});

report(count >= 5_000_000 ? 'results-warehouse.json' : undefined, [
  'collector, warehouse and bench on the same cores, each a process',
  `${count.toLocaleString('en')} events of a year in one project, 50,000 ids, while 1,000 events/s come in`,
]);
