// A store whose process is killed again and again, in the middle of everything that it does: what it said was
// done is done, nothing is there twice or half, and every count is what a recount says.
//
// `TEST_KILLS=200 npx vitest run …` is the long form.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { chance, SEED } from '../../../../test/torture/chaos';
import { openStore } from '../../src/store/open';
import { dayOf, monthOfDay } from '../../src/store/periods';
import { openDatabase } from '../../src/store/sqlite/database';
import type { Store } from '../../src/store/store';
import { collect } from '../support/collect';
import { makeFolder } from '../support/collector';
import { makeFolderOf100 } from '../support/folder-1.0.0';
import { DAY_MS, Model, NOW, tallied } from './support/model';

const KILLS = Number(process.env.TEST_KILLS ?? 12);
/** Events of 1.0.0 that are there before: they are looked through after the migration. */
const OLD = 20_000;
const STORING = join(import.meta.dirname, 'support/storing.mjs');

type Told = [uuid: string, distinctId: string, timeMs: number][];
type Work =
  | { append: Told; project: number }
  | { remove: string }
  | { forget: string }
  | { retain: true }
  | { delete: number };

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
  makeFolderOf100(folder.path);
  const db = openDatabase(join(folder.path, 'collector.db'));
  db.prepare(
    `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)
     INSERT INTO events (project_id, uuid, time_ms, id, event, rest)
     SELECT 1, randomblob(16), ? - x, 1, 'x', '{"$anon_distinct_id":"before"}' FROM n`,
  ).run(OLD, NOW);
  const active = 'INSERT INTO active (project_id, month, id, days) VALUES (1, ?, 1, ?)';
  db.prepare(active).run(monthOfDay(dayOf(NOW)), 2 ** 30 - 1);
  db.close();
});
afterEach(() => folder.remove());

/** Lets a process write until it is killed, so many ms after it has begun or opened the store. */
async function untilKilled(
  seed: number,
  live: string[],
  moment: { of: 'start' | 'open'; ms: number },
) {
  const settings = JSON.stringify({ folder: folder.path, seed, now: NOW, live });
  const child = spawn(process.execPath, [STORING, settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((done) => child.on('close', done));
  const kill = () => setTimeout(() => child.kill('SIGKILL'), moment.ms);
  if (moment.of === 'start') kill();
  const begun = new Map<number, Work>();
  const done: Work[] = [];
  let projects: { kept: number; ending: number } | undefined;
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line);
    if (said.opened) {
      projects = said.opened;
      if (moment.of === 'open') kill();
    } else if (said.begins) begun.set(said.number, said.begins);
    else {
      done.push(begun.get(said.number)!);
      begun.delete(said.number);
    }
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  return { projects, done, begun: [...begun.values()] };
}

it(
  `killed ${KILLS} times (seed ${SEED})`,
  async () => {
    const { between } = chance(SEED);
    /** By uuid: what may be there, and what must. */
    const may = new Map<string, string>();
    const must = new Map<string, string>();
    /** Of the project that forgets nothing, but ends events: by uuid, their time. */
    const counted = { may: new Set<string>(), must: new Map<string, number>() };
    const forgotten = new Set<string>();
    const maybeForgotten = new Set<string>();
    const deleted = new Set<number>();
    let ids: { kept: number; ending: number } | undefined;

    for (let kill = 0; kill < KILLS; kill++) {
      const live = [...new Set(must.values())].filter((id) => !maybeForgotten.has(id)).slice(0, 40);
      // The first ones may fall into the migration.
      const moment =
        kill < 3
          ? ({ of: 'start', ms: between(100, 600) } as const)
          : ({ of: 'open', ms: between(20, 600) } as const);
      const { projects, done, begun } = await untilKilled(SEED + kill, live, moment);
      ids = projects ?? ids;
      for (const [work, isDone] of [
        ...done.map((each) => [each, true] as const),
        ...begun.map((each) => [each, false] as const),
      ]) {
        if ('append' in work) {
          for (const [uuid, id, timeMs] of work.append) {
            if (work.project === ids?.ending) {
              counted.may.add(uuid);
              if (isDone) counted.must.set(uuid, timeMs);
            } else {
              may.set(uuid, id);
              if (isDone) must.set(uuid, id);
            }
          }
        } else if ('remove' in work) {
          must.delete(work.remove);
          if (isDone) may.delete(work.remove);
        } else if ('forget' in work) {
          maybeForgotten.add(work.forget);
          if (isDone) forgotten.add(work.forget);
        } else if ('delete' in work) deleted.add(work.delete);
      }
      const store = await openStore({ dataFolder: folder.path });
      try {
        // What was interrupted goes on: as a collector does soon after its start.
        await store.erasures.resume();
        await store.retain(NOW);
        expect(await store.checkIntegrity('thorough')).toMatchObject({ damage: [] });
        if (ids) await check(store, ids);
      } finally {
        await store.close();
      }
      goneProjects(deleted);
    }

    async function check(store: Store, { kept, ending }: { kept: number; ending: number }) {
      const there = async (project: number) =>
        (await collect(store.scan({ project }))).flat().map((event) => ({
          ...event,
          hex: event.uuid.toString('hex'),
        }));
      const events = await there(kept);
      const uuids = new Set(events.map(({ hex }) => hex));
      expect(uuids.size).toBe(events.length);
      for (const { hex, distinctId } of events) {
        expect(may.get(hex), hex).toBe(distinctId);
        expect(forgotten.has(distinctId), `${distinctId} is forgotten`).toBe(false);
      }
      for (const [uuid, id] of must) {
        if (!maybeForgotten.has(id)) expect(uuids.has(uuid), `${uuid} of ${id}`).toBe(true);
      }
      // A forget that was under way was written down, and is done now, or never began.
      for (const id of maybeForgotten) {
        const its = [...must].filter(([, whose]) => whose === id);
        const left = its.filter(([uuid]) => uuids.has(uuid)).length;
        expect([0, its.length], `${id}: half of it is left`).toContain(left);
      }
      const model = new Model();
      model.append(events);
      const { between } = chance(SEED + events.length);
      for (let n = 0; n < 5; n++) {
        const fromDay = dayOf(NOW) - Math.floor(between(0, 90));
        const range = { project: kept, fromDay, toDay: fromDay + Math.floor(between(0, 90)) };
        const said = await store.numbers.summary(range);
        expect({
          totals: said.totals,
          active: said.active,
          events: tallied(said.events),
          services: tallied(said.services),
          os: tallied(said.shares.os ?? []),
        }).toMatchObject(model.count(range));
      }

      // Retention ends events and keeps their counts.
      const left = await there(ending);
      for (const { timeMs } of left) expect(timeMs).toBeGreaterThanOrEqual(NOW - 30 * DAY_MS);
      const leftUuids = new Set(left.map(({ hex }) => hex));
      for (const [uuid, timeMs] of counted.must) {
        if (timeMs >= NOW - 30 * DAY_MS) expect(leftUuids.has(uuid)).toBe(true);
      }
      const { totals } = await store.numbers.summary({
        project: ending,
        fromDay: dayOf(NOW) - 100,
        toDay: dayOf(NOW),
      });
      expect(totals.events).toBeGreaterThanOrEqual(counted.must.size);
      expect(totals.events).toBeLessThanOrEqual(counted.may.size);

      // And what 1.0.0 had: every event, once.
      expect(await there(1)).toHaveLength(OLD + 1);
    }

    // What the first forget has to find: whom the events of 1.0.0 name.
    const store = await openStore({ dataFolder: folder.path });
    await store.erasures.forget('before', 1);
    const old = (await collect(store.scan({ project: 1 }))).flat();
    expect(old.filter(({ rest }) => rest.includes('before'))).toEqual([]);
    expect(old).toHaveLength(OLD + 1);
    await store.close();
    expect(may.size).toBeGreaterThan(100);
  },
  KILLS * 20_000,
);

/** Of a project that was deleted nothing is left in any table. */
function goneProjects(deleted: ReadonlySet<number>): void {
  const db = openDatabase(join(folder.path, 'collector.db'));
  const tables = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !['projects', 'erasures'].includes(name));
  // One that was being deleted when the process died may not have been written down.
  const removed = new Set(
    db
      .prepare('SELECT id FROM projects WHERE removed_ms IS NOT NULL')
      .all()
      .map(({ id }) => Number(id)),
  );
  for (const table of tables) {
    const columns = db.prepare(`PRAGMA table_info(${table})`).all();
    if (!columns.some(({ name }) => name === 'project_id')) continue;
    for (const project of deleted) {
      if (!removed.has(project)) continue;
      const row = db
        .prepare(`SELECT count(*) AS n FROM ${table} WHERE project_id = ?`)
        .get(project);
      expect(row?.n, `${table} of project ${project}`).toBe(0);
    }
  }
  db.close();
}
