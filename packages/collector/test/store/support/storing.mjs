// A process that writes to a store until it is killed: appends, forgets, removals, retention, projects that
// come and go, all at once. What it begins and what is done it says on stdout, a line each.

import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStore } from '../../../dist/collector/src/store/open.js';

/** @type {{ folder: string, seed: number, now: number, live: string[] }} `live`: ids that may be forgotten. */
const { folder, seed, now, live } = JSON.parse(process.argv[2]);
const DAY_MS = 86_400_000;

let state = seed >>> 0;
function next() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(next() * n);
const pick = (list) => list[below(list.length)];

// Written at once, so that a line is there when the process is not.
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
let count = 0;
/** Says that something begins; does it; says that it is done. */
async function does(what, work) {
  const number = ++count;
  say({ number, begins: what });
  const result = await work();
  say({ number, done: true });
  return result;
}

let made = 0;
function eventOf(distinctId, ageDays) {
  made++;
  const uuid = createHash('md5').update(`${seed} ${made}`).digest();
  return {
    uuid,
    distinctId,
    name: pick(['command_executed', 'service_enabled', 'x']),
    timeMs: now - ageDays * DAY_MS - below(DAY_MS),
    rest: '{}',
    ...(next() < 0.5 && { command: pick(['up', 'down']) }),
    ...(next() < 0.5 && { success: next() < 0.7, durationMs: below(9_000) }),
    ...(next() < 0.5 && { service: pick(['plex', 'adguard']) }),
    os: pick(['linux', 'windows', 'macos']),
  };
}
const told = (events) =>
  events.map(({ uuid, distinctId, timeMs }) => [uuid.toString('hex'), distinctId, timeMs]);

const store = await openStore({ dataFolder: folder });
const projectOf = async (name, retentionDays) =>
  store.projects.find(name)?.id ?? (await store.projects.create({ name, retentionDays }, now)).id;
const kept = await projectOf('kept', 36_500);
const ending = await projectOf('ending', 30);
say({ opened: { kept, ending } });

async function appends() {
  for (let n = 0; ; n++) {
    const ids = Array.from({ length: 3 }, (_, k) => `${seed}-${n % 40}-${k}`);
    const events = Array.from({ length: 1 + below(30) }, () => eventOf(pick(ids), below(80)));
    await does({ append: told(events), project: kept }, () => store.append(kept, events, [], now));
    if (next() < 0.2) {
      const { uuid } = pick(events);
      await does({ remove: uuid.toString('hex') }, () => store.events.remove(kept, uuid));
    }
  }
}
async function forgets() {
  for (const id of live) {
    await does({ forget: id }, () => store.erasures.forget(id, kept));
    await new Promise((wake) => setTimeout(wake, below(10)));
  }
}
async function retains() {
  for (let n = 0; ; n++) {
    const events = Array.from({ length: 1 + below(40) }, (_, k) =>
      eventOf(`${seed}-e-${n}-${k}`, pick([1, 70])),
    );
    await does({ append: told(events), project: ending }, () =>
      store.append(ending, events, [], now),
    );
    if (n % 5 === 4) await does({ retain: true }, () => store.retain(now));
  }
}
async function projects() {
  for (let n = 0; ; n++) {
    const name = `gone-${seed}-${n}`;
    const { id } = await store.projects.create({ name, retentionDays: 365 }, now);
    const events = Array.from({ length: 200 }, () => eventOf(`somebody-${below(9)}`, below(60)));
    await store.append(id, events, [], now);
    await does({ delete: id }, () => store.projects.remove(id));
  }
}
await Promise.all([appends(), forgets(), retains(), projects()]);
