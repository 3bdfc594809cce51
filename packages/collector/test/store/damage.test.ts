// A damaged file is told: by exports, which fail and are never short, by the check, by health and metrics.

import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chance, SEED } from '../../../../test/torture/chaos';
import { openForReading, openStore } from '../../src/store/open.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { collect } from '../support/collect.ts';
import { type Collector, command, makeFolder, startCollector } from '../support/collector.ts';
import { makeFolderOf100 } from '../support/folder-1.0.0.ts';
import { eventOf, NOW } from './support/model.ts';

const EVENTS = 4_000;
const PAGE_BYTES = 4096;
/** More of them, by hand: what ends the process is rare. */
const DATABASES = Number(process.env.TORTURE_DATABASES ?? 30);
let whole: ReturnType<typeof makeFolder>;
const folders: { remove: () => void }[] = [];
beforeAll(async () => {
  whole = makeFolder();
  const store = await openStore({ dataFolder: whole.path });
  const { id } = await store.projects.create({ name: 'one', retentionDays: 36_500 }, NOW);
  const events = Array.from({ length: EVENTS }, (_, n) =>
    eventOf({
      distinctId: `id-${n % 300}`,
      timeMs: NOW - (n % 977) * 3_600_000,
      rest: JSON.stringify({ n, pad: 'x'.repeat(n % 60) }),
    }),
  );
  await store.append(id, events, [], NOW);
  await store.close();
});
afterEach(() => {
  for (const { remove } of folders.splice(0)) remove();
});
afterAll(() => whole.remove());

/** A copy of the folder in which `damage` has been at the database. */
function copy(damage: (bytes: Buffer) => void): string {
  const folder = makeFolder();
  folders.push(folder);
  const file = join(folder.path, 'collector.db');
  copyFileSync(join(whole.path, 'collector.db'), file);
  const bytes = readFileSync(file);
  damage(bytes);
  writeFileSync(file, bytes);
  return folder.path;
}

/** Fills some stretches of a file with noise, not its first page. */
function noise(seed: number): (bytes: Buffer) => void {
  const { between } = chance(seed);
  return (bytes) => {
    for (let left = 1 + Math.floor(between(0, 3)); left > 0; left--) {
      const at = Math.floor(between(PAGE_BYTES, bytes.length - 1));
      const length = Math.floor(between(1, between(0, 1) < 0.5 ? 40 : 3 * PAGE_BYTES));
      for (let n = at; n < Math.min(at + length, bytes.length); n++) bytes[n] = between(0, 256);
    }
  };
}

describe(`of ${DATABASES} databases with noise in them (seed ${SEED})`, () => {
  it(
    'every export is whole, or fails in words',
    async () => {
      let failed = 0;
      for (let n = 0; n < DATABASES; n++) {
        const dataFolder = copy(noise(SEED + n));
        const outcome = await exportOf(dataFolder);
        if (typeof outcome === 'number') expect(outcome, `seed ${SEED + n}`).toBe(EVENTS);
        else {
          failed++;
          expect(outcome.length).toBeGreaterThan(0);
        }
        for (const { remove } of folders.splice(0)) remove();
      }
      expect(failed).toBeGreaterThan(3);
    },
    4_000 * DATABASES,
  );
});

/** How many events an export has, or why it fails. */
async function exportOf(dataFolder: string): Promise<number | string> {
  let reader: Awaited<ReturnType<typeof openForReading>> | undefined;
  try {
    reader = await openForReading({ dataFolder });
    return (await collect(reader.scan({}))).flat().length;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await reader?.close();
  }
}

describe('rows that an index leaves out', () => {
  /** The index by time lacks a tenth of what it should have, and nothing looks wrong. */
  function withoutRows(): string {
    const dataFolder = copy(() => undefined);
    const db = openDatabase(join(dataFolder, 'collector.db'));
    // As an index that was damaged may be: SQLite believes that it has everything.
    db.exec(`
      PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = sql || ' WHERE seq % 10' WHERE name = 'events_by_time';
      PRAGMA writable_schema = RESET;
      REINDEX events_by_time;
      PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = replace(sql, ' WHERE seq % 10', '') WHERE name = 'events_by_time';
      PRAGMA writable_schema = RESET;
    `);
    db.close();
    return dataFolder;
  }

  it('make an export fail, as a command and over HTTP', async () => {
    const dataFolder = withoutRows();
    const { status, stderr } = await command(['export'], dataFolder);
    expect(status).toBe(1);
    expect(stderr).toContain('400 of 4000 events cannot be found');
    expect(stderr).not.toMatch(/\n\s+at /);
    const collector = await startCollector(
      { COLLECTOR_PROJECT_TOKEN: undefined },
      { folder: dataFolder },
    );
    const answer = await collector.admin('GET', '/api/v1/export').catch(() => undefined);
    await expect(answer ? answer.text() : Promise.reject(new Error())).rejects.toThrow();
    await collector.stop();
  });

  it('make an export fail when the table lacks them as well', async () => {
    const dataFolder = copy(() => undefined);
    const db = openDatabase(join(dataFolder, 'collector.db'));
    // The index of keys alone still has them, as after damage to a page that names other pages.
    db.exec(`
      CREATE TEMP TABLE kept AS SELECT * FROM sqlite_master WHERE name LIKE 'events_by_%';
      PRAGMA writable_schema = ON;
      DELETE FROM sqlite_master WHERE name LIKE 'events_by_%';
      PRAGMA writable_schema = RESET;
      DELETE FROM events WHERE seq % 10 = 0;
      PRAGMA writable_schema = ON;
      INSERT INTO sqlite_master SELECT * FROM kept;
      PRAGMA writable_schema = RESET;
      REINDEX events_by_time;
    `);
    db.close();
    expect(await exportOf(dataFolder)).toContain('of 4000 events 3600 can be found');
  });

  it('are told by the thorough check', async () => {
    const reader = await openForReading({ dataFolder: withoutRows() });
    const { isWhole, damage } = await reader.checkIntegrity('thorough');
    expect(isWhole).toBe(false);
    expect(damage[0]).toMatch(/events_by_time/);
    await reader.close();
  });
});

describe('a text that is no text', () => {
  // SQLite does not look at texts; libsql ends the whole process when it meets such a one.
  const NO_TEXT = `CAST(x'61ff62' AS TEXT)`;
  const damaged = (sql: string) => {
    const dataFolder = copy(() => undefined);
    const db = openDatabase(join(dataFolder, 'collector.db'));
    db.exec(sql);
    db.close();
    return dataFolder;
  };

  it.each([
    ['projects', `UPDATE projects SET name = ${NO_TEXT}`],
    ['meta', `INSERT INTO meta VALUES (${NO_TEXT}, '1')`],
    ['tokens', `UPDATE tokens SET label = ${NO_TEXT}`],
    [
      'erasures',
      `INSERT INTO erasures (receipt, what, project_id, distinct_id) VALUES ('r', 'id', 1, ${NO_TEXT})`,
    ],
  ])('in %s is told by the start, an export, the check, and a restore', async (table, sql) => {
    const dataFolder = damaged(sql);
    const into = makeFolder();
    folders.push(into);
    const words = `table ${table} is damaged: a text in`;
    for (const [args, folder] of [
      [['serve'], dataFolder],
      [['export'], dataFolder],
      [['check'], dataFolder],
      [['restore', join(dataFolder, 'collector.db')], into.path],
    ] as const) {
      const { status, signal, stderr } = await command([...args], folder);
      expect({ args, status, signal }).toEqual({ args, status: 1, signal: null });
      expect(stderr).toContain(words);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('of an installation fails whoever asks for it, and nobody else', async () => {
    const id = '11111111-1111-4111-8111-111111111111';
    const dataFolder = damaged(
      `INSERT INTO installs VALUES (1, '${id}', 1, 1, ${NO_TEXT});
       INSERT INTO dead_letters (project_id, received_ms, dialect, reason) VALUES (1, 1, ${NO_TEXT}, 'x')`,
    );
    const collector = await startCollector(
      { COLLECTOR_PROJECT_TOKEN: undefined },
      { folder: dataFolder },
    );
    const status = async (path: string) => (await collector.admin('GET', path)).status;
    expect(await status(`/api/v1/installs?project=1`)).toBe(500);
    expect(await status(`/api/v1/dead-letters?project=1`)).toBe(500);
    expect(await status('/api/v1/summary?project=1')).toBe(200);
    await collector.stop();
  });
});

describe('a collector on a damaged file', () => {
  it('says so soon after its start: in health, in the metrics, in the log', async () => {
    // Pages in the middle of the largest tables: the start does not need them.
    const dataFolder = copy((bytes) => {
      const at = Math.floor(bytes.length / PAGE_BYTES / 2) * PAGE_BYTES;
      bytes.fill(0xa5, at, at + 20 * PAGE_BYTES);
    });
    const collector: Collector = await startCollector(
      { COLLECTOR_PROJECT_TOKEN: undefined },
      { folder: dataFolder },
    );
    try {
      await vi.waitFor(
        async () => {
          const report = (await (await collector.admin('GET', '/health')).json()) as {
            problems: { check: string; problem: string }[];
          };
          expect(report.problems.map(({ check }) => check)).toContain('integrity');
        },
        { timeout: 15_000, interval: 200 },
      );
      const metrics = await (await collector.admin('GET', '/metrics')).text();
      expect(metrics).toContain('collector_store_whole 0');
      expect(collector.output()).toContain('the database is damaged');
      expect((await collector.request('GET', '/health')).status).toBe(503);
    } finally {
      await collector.stop();
    }
  });
});

describe('restore', () => {
  /** A backup that `change` has been at. */
  function backup(change: string): string {
    const file = join(
      copy(() => undefined),
      'collector.db',
    );
    const db = openDatabase(file);
    db.exec(change);
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    db.close();
    return file;
  }
  const target = makeFolder();
  afterAll(() => target.remove());

  it.each([
    [
      'a trigger',
      'CREATE TRIGGER eats AFTER INSERT ON events BEGIN DELETE FROM events; END',
      'it has a trigger, eats',
    ],
    ['a view', 'CREATE VIEW v AS SELECT * FROM projects', 'it has a view, v'],
    ['another table', 'CREATE TABLE other (x)', 'it has a table, other'],
    ['an index on an expression', 'CREATE INDEX i ON events (abs(seq))', 'it has a index, i'],
    ['a missing table', 'DROP TABLE installs', 'it lacks the table installs'],
    ['a column that computes', 'ALTER TABLE installs ADD COLUMN x AS (1)', 'its table installs'],
    ['a newer form', 'PRAGMA user_version = 99', 'made by a newer collector'],
    ['no form', 'PRAGMA user_version = 0', 'another program'],
  ])('refuses %s in words, and changes nothing', async (_name, change, words) => {
    const { status, stderr } = await command(['restore', backup(change)], target.path);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toContain('Nothing was changed');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(() => statSync(join(target.path, 'collector.db'))).toThrow();
  });

  it('takes one of 1.0.0, and one of now', async () => {
    const old = makeFolder();
    folders.push(old);
    makeFolderOf100(old.path);
    for (const file of [join(old.path, 'collector.db'), backup('SELECT 1')]) {
      const into = makeFolder();
      folders.push(into);
      expect(await command(['restore', file], into.path)).toMatchObject({ status: 0, stderr: '' });
      const { stdout } = await command(['export'], into.path);
      expect(stdout.trim().split('\n').length).toBeGreaterThan(0);
    }
  });
});
