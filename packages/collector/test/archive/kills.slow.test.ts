// Collectors with an archive, killed again and again while they archive and erase: in the end every event is
// there once, what was forgotten is nowhere, and nobody has taken more memory than allowed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderArchive } from '../../src/archive/folder.ts';
import { openStore } from '../../src/store/open.ts';
import { command, makeFolder, startCollector } from '../support/collector';
import { rowsIn, seeded } from './support/events.ts';
import { contentsOf, filled } from './support/stores.ts';

const MIB = 1024 * 1024;
let folder: ReturnType<typeof makeFolder>;
let data: string;
let place: string;
let archive: FolderArchive;
beforeEach(() => {
  folder = makeFolder();
  data = join(folder.path, 'data');
  place = join(folder.path, 'archive');
  archive = new FolderArchive(place);
});
afterEach(() => folder.remove());

const start = () => startCollector({ COLLECTOR_ARCHIVE: place }, { folder: data });
const turn = () => new Promise((wake) => setTimeout(wake, 2));

/** Names and sizes of everything there, unfinished files too: it changes with every step. */
function stateOf(): string {
  try {
    return readdirSync(place, { recursive: true }).sort().join();
  } catch {
    return '';
  }
}

/** Waits for so many steps; not for ever, since it may have nothing to do any more. */
async function changes(count: number, withinMs = 2_000): Promise<void> {
  let before = stateOf();
  const untilMs = performance.now() + withinMs;
  for (let seen = 0; seen < count && performance.now() < untilMs; ) {
    await turn();
    const now = stateOf();
    if (now !== before) seen++;
    before = now;
  }
}

it('every event once, after kills at any step', async () => {
  await filled(data, 6_000, { hours: 15, ids: 300 });
  const random = seeded(20_261_128);
  let kills = 0;
  for (; kills < 12; kills++) {
    const collector = await start();
    // Some live for a few steps, some for many.
    await changes(1 + Math.floor(random() * 30));
    await collector.stop('SIGKILL');
  }
  const last = await start();
  const count = (await contentsOfCopy()).length;
  while ((await rowsIn(archive)).length < count) await changes(10);
  await last.stop();
  const uuids = (await rowsIn(archive)).map(({ uuid }) => uuid.replaceAll('-', '')).sort();
  expect(uuids).toEqual((await contentsOf(data)).map(({ uuid }) => uuid));

  // Then three people are forgotten, with kills in between.
  const asked = await start();
  for (const id of ['id-1', 'id-2', 'id-3']) {
    await asked.admin('POST', '/api/v1/forget', { distinct_id: id });
  }
  await asked.stop('SIGKILL');
  for (let n = 0; n < 5; n++) {
    const collector = await start();
    await changes(1 + Math.floor(random() * 12));
    await collector.stop('SIGKILL');
  }
  for (let ms = 4_000; (await pending()) > 0; ms *= 2) {
    const collector = await start();
    await changes(60, ms);
    await collector.stop();
  }
  const left = await rowsIn(archive);
  expect(left.map(({ uuid }) => uuid.replaceAll('-', '')).sort()).toEqual(
    (await contentsOf(data)).map(({ uuid }) => uuid),
  );
  expect(left.some(({ distinct_id }) => /^id-[123]$/.test(distinct_id))).toBe(false);
  const verdict = await command(['archive', 'verify', place], data);
  expect(verdict.stdout).toMatch(/^the archive is whole: \d+ events/);

  async function contentsOfCopy() {
    // The store is held by the collector: a reader may look beside it.
    const { openForReading } = await import('../../src/store/open.ts');
    const reader = await openForReading({ dataFolder: data });
    const all = [];
    for await (const page of reader.after(undefined, 0)) all.push(...page);
    await reader.close();
    return all;
  }
}, 300_000);

it('the collector stays below 200 MiB while it catches up, and so does its process', async () => {
  const COUNT = 150_000;
  await filled(data, COUNT, { hours: 3, ids: 5_000 });
  const collector = await start();
  let most = 0;
  for (;;) {
    most = Math.max(most, childMemory(collector.pid));
    const manifests = (
      existsSync(place) ? readdirSync(place, { recursive: true, encoding: 'utf8' }) : []
    ).filter((name) => name.endsWith('.json'));
    const rows = manifests
      .map((name) => JSON.parse(readFileSync(join(place, name), 'utf8')))
      .flatMap(({ parts }) => parts)
      .reduce((sum: number, part: { rows: number }) => sum + part.rows, 0);
    if (rows === COUNT) break;
    await turn();
  }
  const own = highWater(collector.pid);
  await collector.stop();
  console.log(`collector ${(own / MIB).toFixed(0)} MiB, process ${(most / MIB).toFixed(0)} MiB`);
  expect(own).toBeLessThan(200 * MIB);
  expect(most).toBeLessThan(200 * MIB);
}, 300_000);

/** The most memory that a process has held so far, in bytes. */
function highWater(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

function childMemory(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return Math.max(
      0,
      ...children
        .split(' ')
        .filter(Boolean)
        .map((each) => highWater(Number(each))),
    );
  } catch {
    return 0;
  }
}

async function pending(): Promise<number> {
  const store = await openStore({ dataFolder: data }, { consumers: ['archive'] });
  const { length } = await store.erasures.pending('archive');
  await store.close();
  return length;
}
