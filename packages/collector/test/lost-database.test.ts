// A start without the database that was there: no loss is hidden.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOf, command, event, makeFolder, startCollector } from './support/collector';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

describe('a start without the database', () => {
  const database = () => join(folder.path, 'collector.db');
  const fill = async () => {
    const collector = await startCollector({}, { folder: folder.path });
    await collector.post('/batch/', batchOf(event()));
    await collector.stop();
    expect((await command(['backup', join(folder.path, 'copy.db')], folder.path)).status).toBe(0);
  };

  it.each<[string, () => void, string]>([
    ['was emptied', () => truncateSync(database()), 'is empty'],
    ['is missing', () => rmSync(database()), 'is missing'],
    [
      'is missing, beside its log alone',
      () => {
        for (const name of readdirSync(folder.path)) {
          if (!name.includes('lock')) rmSync(join(folder.path, name));
        }
        writeFileSync(`${database()}-wal`, 'x');
      },
      'is missing, beside collector.db-wal:',
    ],
    [
      'is missing, beside a warehouse alone',
      () => {
        for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name));
        writeFileSync(join(folder.path, 'warehouse.duckdb'), 'x');
      },
      'is missing, beside warehouse.duckdb:',
    ],
  ])('that %s is refused, and changes nothing', async (_name, lose, words) => {
    await fill();
    lose();
    const before = readdirSync(folder.path).filter((name) => !name.includes('lock'));
    const { status, stdout, stderr } = await command(['serve'], folder.path);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toContain('collector restore FILE');
    expect(stderr).toContain('collector serve --new');
    const after = readdirSync(folder.path).filter((name) => !name.includes('lock'));
    expect(after).toEqual(before);
  });

  it('begins anew with --new, and keeps what is left of the old one', async () => {
    await fill();
    truncateSync(database());
    writeFileSync(`${database()}-wal`, 'what is left');
    const collector = await startCollector({}, { folder: folder.path, args: ['--new'] });
    expect(await collector.events()).toEqual([]);
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    await collector.stop();
    expect(readdirSync(folder.path).filter((name) => /before-.*-wal$/.test(name))).toHaveLength(1);
  });

  it('goes on after a restore', async () => {
    await fill();
    renameSync(database(), `${database()}.gone`);
    const copy = join(folder.path, 'copy.db');
    expect((await command(['restore', copy], folder.path)).status).toBe(0);
    const collector = await startCollector({}, { folder: folder.path });
    expect(await collector.events()).toHaveLength(1);
    await collector.stop();
  });

  it('--new replaces no database that is there', async () => {
    await fill();
    const { status, stderr } = await command(['serve', '--new'], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('there is a database in');
    const collector = await startCollector({}, { folder: folder.path });
    expect(await collector.events()).toHaveLength(1);
    await collector.stop();
  });

  it('makes one in a folder with files of others', async () => {
    writeFileSync(join(folder.path, 'settings.env'), '');
    mkdirSync(join(folder.path, 'lost+found'));
    const collector = await startCollector({}, { folder: folder.path });
    await collector.stop();
    expect(existsSync(database())).toBe(true);
  });
});
