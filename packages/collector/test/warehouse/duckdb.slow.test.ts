// The warehouse on DuckDB: the contract, and what only a process of its own can do wrong.

import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Question } from '../../../schema/src/question.ts';
import { type Column, columnsOf } from '../../src/warehouse/columns.ts';
import type { DuckDbSettings } from '../../src/warehouse/duckdb/duckdb.ts';
import { makeFolder } from '../support/collector.ts';
import { contract, row } from './support/contract.ts';
import { isUp, make, open, SCRIPT, until } from './support/duckdb.ts';
import { FROM } from './support/histories.ts';

const RUNS = Number(process.env.WAREHOUSE_RUNS ?? 25);
contract('DuckDB', make, { runs: RUNS, kills: true });

const RANGE = { project: 1, from: 0, to: FROM + 1e10 } as const;
/** What may be left of three batches of 60,000 rows: they are 10 on disk, and were 100 in memory. */
const LEFT_MIB = 50;
const TOTALS: Question = { kind: 'totals', ...RANGE };

describe('a process of its own', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });
  const folder = () => {
    const made = makeFolder();
    undo.push(made.remove);
    return join(made.path, 'warehouse.duckdb');
  };
  const opened = (file: string, settings: Partial<DuckDbSettings> = {}) => {
    const warehouse = open(file, settings);
    undo.push(() => warehouse.close());
    return warehouse;
  };
  const rows = (count: number, from = 1) =>
    Array.from({ length: count }, (_, index) =>
      row(from + index, { distinctId: `id${index % 500}`, session: `s${index >> 2}` }),
    );

  it('when it is killed, whoever waits is told, and the next one is answered', async () => {
    const warehouse = opened(folder());
    await warehouse.write({ number: 1, rows: rows(10) });
    const first = warehouse.pid!;
    const { starts } = warehouse;
    const asked = warehouse.write({ number: 2, rows: rows(9000, 100) });
    process.kill(first, 'SIGKILL');
    await expect(asked).rejects.toMatchObject({ name: 'WarehouseUnavailable' });
    await expect(warehouse.query(TOTALS)).rejects.toMatchObject({ name: 'WarehouseUnavailable' });
    expect(await warehouse.status()).toMatchObject({ state: 'down', lastBatch: null });
    await until(() => isUp(warehouse));
    expect(warehouse.pid).not.toBe(first);
    expect(warehouse.starts).toBe(starts + 1);
    expect((await warehouse.query(TOTALS)).data).toMatchObject({ now: { events: 10 } });
  });

  it('a process that dies at once is started again later and later', async () => {
    const file = folder();
    const script = join(file, '../dies.mjs');
    const log = join(file, '../log');
    writeFileSync(
      script,
      `import {appendFileSync} from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); process.exit(1);`,
    );
    const warehouse = opened(file, { script });
    await new Promise((done) => setTimeout(done, 2500));
    const starts = readFileSync(log, 'utf8').length;
    expect(starts).toBeGreaterThanOrEqual(2);
    expect(starts).toBeLessThanOrEqual(4);
    expect(await warehouse.status()).toMatchObject({ state: 'down' });
  });

  for (const [what, damage] of [
    [
      'no database at all',
      (file: string) => writeFileSync(file, 'hello, I am no database'.repeat(900)),
    ],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['half a file', (file: string) => truncateSync(file, statSync(file).size / 2)],
    [
      'a file whose head is overwritten',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0x55, 100, 9000);
        writeFileSync(file, bytes);
      },
    ],
  ] as const) {
    it(`damaged (${what}): moved aside, says that it must be rebuilt, works`, async () => {
      const file = folder();
      const before = open(file);
      for (let number = 1; number <= 4; number++) {
        await before.write({ number, rows: rows(9000, number * 10_000) });
      }
      await before.close();
      damage(file);
      const warehouse = opened(file);
      await until(() => isUp(warehouse));
      expect(await warehouse.status()).toMatchObject({
        state: 'incomplete',
        reason: expect.stringContaining('rebuild'),
        rows: 0,
      });
      expect(existsSync(`${file}.damaged`)).toBe(true);
      await warehouse.write({ number: 5, rows: rows(10) });
      // It stays incomplete until somebody rebuilds it.
      await warehouse.close();
      const again = opened(file);
      await until(() => isUp(again));
      expect(await again.status()).toMatchObject({ state: 'incomplete', rows: 10 });
      await again.reset();
      expect(await again.status()).toMatchObject({ state: 'ready', rows: 0 });
    });
  }

  it('takes new columns into an old file, and makes a file of other columns anew', async () => {
    const file = folder();
    const old: Column[] = [{ name: 'command', type: 'text' }];
    const first = open(file, { columns: old });
    await first.write({ number: 1, rows: [row(1, { values: { command: 'up' } })] });
    await first.close();
    const wider: Column[] = [{ name: 'size', type: 'number' }, ...old];
    const second = open(file, { columns: wider });
    await second.write({ number: 2, rows: [row(2, { values: { command: 'down', size: 3 } })] });
    const { data } = await second.query({ kind: 'events', ...RANGE });
    expect(data).toMatchObject({
      events: [{ values: { command: 'down', size: 3 } }, { values: { command: 'up', size: null } }],
    });
    await second.close();
    const third = opened(file, { columns: [{ name: 'command', type: 'number' }] });
    await until(() => isUp(third));
    expect(await third.status()).toMatchObject({ state: 'incomplete', rows: 0 });
    // Everything comes again from the store: the old file would take as much room for nothing.
    expect(existsSync(`${file}.damaged`)).toBe(false);
  });

  it('a question that takes too long is cut, and holds up nobody', async () => {
    const warehouse = opened(folder(), { questionMs: 50, readers: 3 });
    for (let number = 1; number <= 6; number++) {
      await warehouse.write({ number, rows: rows(20_000, number * 100_000) });
    }
    const is = (value: string) => [{ column: 'event', op: 'is' as const, value }];
    // All events of all ids, many times over.
    const slow: Question = {
      kind: 'paths',
      ...RANGE,
      direction: 'from',
      value: 'start',
      within: 'id',
      depth: 5,
      where: Array.from({ length: 20 }, (_, index) => ({
        property: `p${index}`,
        op: 'is' as const,
        value: null,
      })),
    };
    const started = performance.now();
    const slowOnes = Array.from({ length: 12 }, () => warehouse.query(slow));
    const other = await warehouse.query({ ...TOTALS, project: 2, where: is('start') });
    const otherMs = performance.now() - started;
    const cuts = (await Promise.all(slowOnes)).map(({ cut }) => cut);
    const allMs = performance.now() - started;
    // Another project has a connection left, whatever this one asks.
    expect(other.data).toMatchObject({ now: { events: 0 } });
    expect(otherMs).toBeLessThan(allMs / 2);
    expect(cuts.filter((cut) => cut === 'time').length).toBeGreaterThan(0);
    // And it is well.
    expect((await warehouse.status()).rows).toBe(120_000);
    expect((await warehouse.query({ kind: 'events', ...RANGE, limit: 1 })).cut).not.toBe('memory');
  });

  it('gives back the memory that a large batch took', async () => {
    const warehouse = opened(folder(), { columns: columnsOf(), memoryMb: 150 });
    const takenMib = async () => (await warehouse.status()).memoryBytes / 2 ** 20;
    await warehouse.write({ number: 1, rows: rows(1_000) });
    const before = await takenMib();
    const parts = async function* (from: number) {
      for (let part = 0; part < 29; part++) yield rows(2_000, from + part * 2_000);
    };
    for (let number = 2; number <= 4; number++) {
      const from = number * 100_000;
      await warehouse.write({ number, rows: rows(2_000, from), later: parts(from + 2_000) });
    }
    // Its turn comes after that.
    expect(await warehouse.lastBatch()).toBe(4);
    expect((await takenMib()) - before).toBeLessThan(LEFT_MIB);
  });

  it('compacted: the same answers, and nothing in the file of what was erased', async () => {
    const file = folder();
    const warehouse = opened(file);
    const secret = 'a-name-that-nobody-else-has';
    const erased = row(50_000, {
      distinctId: secret,
      values: { command: `${secret}-command`, rest: JSON.stringify({ who: `${secret}-property` }) },
    });
    await warehouse.write({ number: 1, rows: [...rows(30_000), erased] });
    await warehouse.adopt('the store');
    await warehouse.close();
    const again = opened(file);
    expect(readFileSync(file).includes(secret)).toBe(true);
    writeFileSync(`${file}.damaged`, `what somebody kept of ${secret}`);
    await again.erase(1, secret);
    expect(await again.status()).toMatchObject({ hasErasedBytes: true });
    const question: Question = { kind: 'series', interval: 'day', ...RANGE, from: FROM };
    const { data } = await again.query(question);
    const { starts } = again;
    await again.compact();
    for (const name of readdirSync(join(file, '..'))) {
      expect(readFileSync(join(file, '..', name)).includes(secret), name).toBe(false);
    }
    await until(() => isUp(again));
    expect(again.starts).toBeGreaterThan(starts);
    expect((await again.query(question)).data).toEqual(data);
    expect(await again.write({ number: 1, rows: [erased] })).toBe(false);
    expect(await again.write({ number: 2, rows: rows(10, 60_000) })).toBe(true);
    expect(await again.status()).toMatchObject({
      state: 'ready',
      source: 'the store',
      rows: 30_010,
      hasErasedBytes: false,
    });
  });

  it('killed while it compacts: the file is as it was, or compacted', async () => {
    const file = folder();
    const warehouse = opened(file);
    await warehouse.write({ number: 1, rows: rows(60_000) });
    for (const delayMs of [0, 30, 100, 200, 400]) {
      await warehouse.erase(1, `id${delayMs % 500}`);
      const left = (await warehouse.query(TOTALS)).data as { now: { events: number } };
      const compacted = warehouse.compact().catch(() => undefined);
      await new Promise((done) => setTimeout(done, delayMs));
      if (warehouse.pid) process.kill(warehouse.pid, 'SIGKILL');
      await compacted;
      await until(() => isUp(warehouse));
      expect((await warehouse.query(TOTALS)).data).toEqual(left);
      expect((await warehouse.status()).state).toBe('ready');
    }
  }, 60_000);

  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('ends when it is closed', async () => {
    const warehouse = open(folder());
    await warehouse.write({ number: 1, rows: rows(10) });
    const pid = warehouse.pid!;
    await warehouse.close();
    expect(isAlive(pid)).toBe(false);
    await expect(warehouse.query(TOTALS)).rejects.toMatchObject({ name: 'WarehouseUnavailable' });
  });

  it('ends with its collector, when that is killed', async () => {
    const file = folder();
    const script = join(file, '../collector.mjs');
    const duckdb = JSON.stringify(resolve(SCRIPT, '../duckdb.js'));
    writeFileSync(
      script,
      `import { DuckDbWarehouse } from ${duckdb};
       const warehouse = new DuckDbWarehouse({ file: ${JSON.stringify(file)}, columns: [] });
       await warehouse.write({ number: 1, rows: [] });
       console.log(warehouse.pid);`,
    );
    const collector = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((done) => {
      collector.stdout.once('data', (text) => done(Number(text)));
    });
    expect(isAlive(pid)).toBe(true);
    collector.kill('SIGKILL');
    await until(async () => !isAlive(pid));
    // And leaves the file to the next one.
    const warehouse = opened(file, { columns: [] });
    await until(() => isUp(warehouse));
    expect(await warehouse.lastBatch()).toBe(1);
  });
});
