// Nothing is counted by the hour: 1.0.0 did, a third of all its counts, and nobody read them.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/store/open';
import { openDatabase } from '../../src/store/sqlite/database';
import { makeFolder } from '../support/collector';
import { makeFolderOf100 } from '../support/folder-1.0.0';
import { eventOf, NOW } from './support/model';

/** More than one step of the background work deletes. */
const HOURS = 5_000;

it('what 1.0.0 counted so goes, days and months stay, and none is written', async () => {
  const folder = makeFolder();
  makeFolderOf100(folder.path);
  const path = join(folder.path, 'collector.db');
  const counts = (grain: number) => {
    const db = openDatabase(path);
    const row = db.prepare('SELECT count(*) AS n FROM rollups WHERE grain = ?').get(grain);
    db.close();
    return Number(row?.n);
  };
  const db = openDatabase(path);
  for (const [grain, rows] of [
    [0, HOURS],
    [1, 3],
    [2, 1],
  ]) {
    db.prepare(
      `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)
       INSERT INTO rollups (project_id, dimension, grain, start, value, sub, n, failed)
       SELECT 1, 99, ?, x, 0, 0, 1, 0 FROM n`,
    ).run(rows!, grain!);
  }
  db.close();
  expect(counts(0)).toBe(HOURS);

  const store = await openStore({ dataFolder: folder.path });
  await store.append(1, [eventOf({ command: 'up', success: true })], [], NOW);
  await store.retain(NOW);
  await store.close();
  expect(counts(0)).toBe(0);
  expect(counts(1)).toBeGreaterThan(3);
  expect(counts(2)).toBeGreaterThan(1);
  folder.remove();
});
