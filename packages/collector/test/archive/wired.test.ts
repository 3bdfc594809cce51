// The archive beside a running collector, and the commands about it: real processes, real files.

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderArchive } from '../../src/archive/folder.ts';
import { openStore } from '../../src/store/open.ts';
import { collect } from '../support/collect';
import { command, makeFolder, startCollector } from '../support/collector';
import { manifestsOf, rowsIn } from './support/events.ts';
import { contentsOf, filled } from './support/stores.ts';

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

const withArchive = (extra = {}) =>
  startCollector({ COLLECTOR_ARCHIVE: place, ...extra }, { folder: data });

/** Waits until something is so. The test's own limit of time ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((wake) => setTimeout(wake, 50));
}
/** The archive is alive: a part may be replaced between its manifest's reading and its own. Then: not yet. */
const hasRows = (count: number) => async () => {
  try {
    return (await rowsIn(archive)).length === count;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
};

/** What the store still waits for. */
async function pending(): Promise<number> {
  const store = await openStore({ dataFolder: data }, { consumers: ['archive'] });
  const { length } = await store.erasures.pending('archive');
  await store.close();
  return length;
}

describe('a collector with an archive', () => {
  it('archives what arrived in hours that are over, each event once, and ends when told', async () => {
    await filled(data, 3_000);
    const collector = await withArchive();
    await until(hasRows(3_000));
    // This hour's are not due.
    await collector.post('/batch/', {
      api_key: 'phc_test_token',
      batch: [{ event: 'x', distinct_id: 'now' }],
    });
    expect((await collector.stop()).status).toBe(0);
    const again = await withArchive();
    await again.stop();
    const rows = await rowsIn(archive);
    expect(new Set(rows.map(({ uuid }) => uuid)).size).toBe(3_000);
    expect(rows).toHaveLength(3_000);
    expect(readdirSync(place).filter((name) => name.startsWith('project='))).toEqual(['project=1']);
  });

  it('erases from it what was forgotten, and only then says that it is done', async () => {
    await filled(data, 1_000);
    const first = await withArchive();
    await until(hasRows(1_000));
    // Out of reach, so that it is behind when the collector dies.
    const away = `${place}-away`;
    renameSync(place, away);
    writeFileSync(place, '');
    const { forgotten } = (await (
      await first.admin('POST', '/api/v1/forget', { distinct_id: 'id-7' })
    ).json()) as { forgotten: { events: number } };
    expect(forgotten.events).toBeGreaterThan(10);
    await first.stop('SIGKILL');
    expect(await pending()).toBeGreaterThan(0);
    rmSync(place);
    renameSync(away, place);
    const second = await withArchive();
    await until(hasRows(1_000 - forgotten.events));
    await second.stop();
    expect((await rowsIn(archive)).map(({ distinct_id }) => distinct_id)).not.toContain('id-7');
    const third = await withArchive();
    await until(async () => {
      const answer = await third.admin('GET', '/api/v1/forget');
      return !(await answer.text()).includes('"archive"');
    });
    await third.stop();
    expect(await pending()).toBe(0);
    expect((await command(['archive', 'verify'], data, { COLLECTOR_ARCHIVE: place })).status).toBe(
      0,
    );
  });

  it('lets a project go, and an id of another, from store, warehouse and archive, with receipts', async () => {
    await filled(data, 600);
    const store = await openStore({ dataFolder: data });
    const { id } = await store.projects.create({ name: 'gone', retentionDays: 365 }, Date.now());
    const [page] = await collect(store.after(1, 0, 200));
    const copies = page!.map((event) => ({ ...event, distinctId: 'planted' }));
    await store.append(id, copies, [], page![0]!.receivedMs!);
    // Of somebody else, and names one who is forgotten.
    const rest = JSON.stringify({ $set: { ids: ['id-7', 'other'] }, note: 'id-7' });
    const namer = { ...page![0]!, uuid: Buffer.alloc(16, 7), distinctId: 'namer', rest };
    await store.append(1, [namer], [], page![0]!.receivedMs!);
    await store.close();
    const collector = await withArchive({ COLLECTOR_WAREHOUSE: 'duckdb' });
    await until(hasRows(801));

    const settled = async (asked: Promise<Response>) => {
      const { receipt } = (await (await asked).json()) as { receipt: string };
      let last: { waiting_for: string[]; forgotten: { events: number } } | undefined;
      await until(async () => {
        const answer = await collector.admin('GET', `/api/v1/forget/${receipt}`);
        last = (await answer.json()) as typeof last;
        return answer.status === 200;
      });
      return last!;
    };
    const deleted = settled(collector.admin('DELETE', `/api/v1/projects/${id}?name=gone`));
    const forgot = settled(collector.admin('POST', '/api/v1/forget', { distinct_id: 'id-7' }));
    expect(await deleted).toMatchObject({ waiting_for: [], forgotten: { events: 200 } });
    const { forgotten, waiting_for } = await forgot;
    expect(waiting_for).toEqual([]);
    expect(forgotten.events).toBeGreaterThan(10);

    const question = '/api/v1/query?kind=totals&project=default&from=2020-01-01&to=2100-01-01';
    const totals = (await (await collector.admin('GET', question)).json()) as {
      data: { now: { events: number } };
    };
    expect(totals.data.now.events).toBe(601 - forgotten.events);
    const named = `${question.replace('totals', 'events')}&where=distinct_id:is:namer`;
    const list = await (await collector.admin('GET', named)).text();
    expect(list).toContain('other');
    expect(list).not.toContain('id-7');
    await collector.stop();
    const rows = await rowsIn(archive);
    expect(rows).toHaveLength(600 - forgotten.events);
    expect(rows.filter(({ distinct_id }) => ['planted', 'id-7'].includes(distinct_id))).toEqual([]);
    expect(rows.filter(({ properties }) => properties.includes('id-7'))).toEqual([]);
    // Nor in a file that no manifest names; not even its number is left.
    const files = readdirSync(place, { recursive: true }).map(String);
    expect(files.filter((name) => name.includes(`project=${id}`))).toEqual([]);
    for (const name of files) {
      const path = join(place, name);
      if (statSync(path).isFile()) expect(readFileSync(path).includes('planted'), name).toBe(false);
    }
    const verdict = await command(['archive', 'verify'], data, { COLLECTOR_ARCHIVE: place });
    expect(verdict).toMatchObject({ status: 0, stderr: '' });
  });

  it('that is switched off lets nobody wait for it', async () => {
    await filled(data, 500);
    const on = await withArchive();
    await until(hasRows(500));
    await on.stop();
    const off = await startCollector({}, { folder: data });
    await off.admin('POST', '/api/v1/forget', { distinct_id: 'id-1' });
    await off.stop();
    const store = await openStore({ dataFolder: data });
    expect((await store.erasures.list(10)).map(({ waitingFor }) => waitingFor)).toEqual([[]]);
    await store.close();
  });

  it('goes on taking events when the folder cannot be used, and says what to do', async () => {
    await filled(data, 10);
    writeFileSync(place, 'a file');
    const collector = await withArchive();
    const body = { api_key: 'phc_test_token', batch: [{ event: 'x', distinct_id: 'now' }] };
    expect((await collector.post('/batch/', body)).status).toBe(200);
    await until(async () => /the archive is not up to date/.test(collector.output()));
    expect(collector.output()).toMatch(/a file is where a folder should be/);
    await collector.stop();
  });
});

describe('import', () => {
  it('gives a new store everything, at the times of its arrival; twice changes nothing', async () => {
    await filled(data, 1_500);
    const collector = await withArchive();
    await until(hasRows(1_500));
    await collector.stop();
    const fresh = join(folder.path, 'fresh');
    const first = await command(['import', place], fresh);
    expect(first.stdout).toMatch(/default: 1500 events loaded, 0 were there already/);
    expect(first.stdout).toMatch(/its token is phc_/);
    expect(await contentsOf(fresh)).toEqual(await contentsOf(data));
    const second = await command(['import', place], fresh);
    expect(second.stdout).toBe('default: 0 events loaded, 1500 were there already\n');
    expect(await contentsOf(fresh)).toEqual(await contentsOf(data));
  });

  it('of the archive of the store itself brings back what was lost, once, and nobody who was erased', async () => {
    await filled(data, 900);
    const collector = await withArchive();
    await until(hasRows(900));
    await command(['backup', join(folder.path, 'backup.db')], data);
    // Events after the backup, archived and lost; and somebody who is erased from the store alone.
    await collector.stop();
    await filled(data, 300, { seed: 2 });
    const more = await withArchive();
    await until(hasRows(1_200));
    await more.stop();
    await command(['restore', join(folder.path, 'backup.db')], data);
    const store = await openStore({ dataFolder: data }, { consumers: ['archive'] });
    const { forgotten } = await store.erasures.forget('id-3');
    await store.close();
    const own = { COLLECTOR_ARCHIVE: place };
    const imported = await command(['import', place], data, own);
    expect(imported.stdout + imported.stderr).toMatch(/default: \d+ events loaded/);
    const contents = await contentsOf(data);
    expect(contents.some(({ distinctId }) => distinctId === 'id-3')).toBe(false);
    expect(contents.length).toBeGreaterThan(1_200 - 2 * forgotten.events);
    const uuids = contents.map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(uuids.length);
    // Nothing of it is archived again.
    const rows = (await rowsIn(archive)).length;
    expect((await command(['import', place], data, own)).stdout).toMatch(/: 0 events loaded/);
    expect(await rowsIn(archive)).toHaveLength(rows);
    expect(await pending()).toBe(0);
  });

  it('stops at damage, says which file, and goes on when that is mended', async () => {
    await filled(data, 600);
    const collector = await withArchive();
    await until(hasRows(600));
    await collector.stop();
    const [, second] = (await manifestsOf(archive)).flatMap(({ parts }) => parts);
    const file = join(place, second!.path);
    const good = readFileSync(file);
    writeFileSync(file, good.subarray(0, 500));
    const fresh = join(folder.path, 'fresh');
    const failed = await command(['import', place], fresh);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain(second!.path);
    expect(failed.stderr).not.toMatch(/\n\s+at /);
    const verdict = await command(['archive', 'verify', place], fresh);
    expect([verdict.status, verdict.stdout]).toEqual([1, expect.stringContaining(second!.path)]);
    writeFileSync(file, good);
    expect((await command(['import', place], fresh)).status).toBe(0);
    expect(await contentsOf(fresh)).toHaveLength(600);
  });

  it('says what is not an archive', async () => {
    const missing = await command(['import', join(folder.path, 'none')], data);
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/there is no folder/),
    ]);
    const none = await command(['archive', 'verify'], data);
    expect([none.status, none.stderr]).toEqual([1, expect.stringMatching(/set COLLECTOR_ARCHIVE/)]);
    mkdirSync(place);
    const empty = await command(['import', place], data);
    expect([empty.status, empty.stderr]).toEqual([
      1,
      expect.stringMatching(/there is no archive in .*, or an empty one/),
    ]);
  });
});
