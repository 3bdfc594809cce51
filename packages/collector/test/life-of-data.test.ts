// The life of the data: retention, forgetting, exports, backup, restore, migration, moving out.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../../test/support/server';
import { csvLine } from '../../schema/src/csv';
import { openStore } from '../src/store/open';
import { openDatabase } from '../src/store/sqlite/database';
import { migrate } from '../src/store/sqlite/schema';
import {
  batchOf,
  type Collector,
  command,
  event,
  makeFolder,
  startCollector,
} from './support/collector';
import { makeFolderOf100 } from './support/folder-1.0.0';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

async function withCollector<T>(work: (collector: Collector) => Promise<T>): Promise<T> {
  const collector = await startCollector({}, { folder: folder.path });
  try {
    return await work(collector);
  } finally {
    await collector.stop();
  }
}

/** What there is of every table, less what names the moment. */
const numbersOf = async (collector: Collector) => {
  const { generated_at: _moment, ...numbers } = await collector.summary(
    `?from=${daysAgo(60).slice(0, 10)}`,
  );
  return numbers;
};

const contains = (text: string): string[] =>
  readdirSync(folder.path).filter((name) => readFileSync(join(folder.path, name)).includes(text));

describe('forgetting an id', () => {
  it('leaves everything as if it had never been there, and nothing in the files', async () => {
    await withCollector(async (collector) => {
      const of = (id: string, n: number) => [
        event({ distinct_id: id, timestamp: daysAgo(n) }),
        event({
          distinct_id: id,
          timestamp: daysAgo(n + 20),
          properties: { command: 'up', success: false, duration_ms: 7 },
        }),
        event({
          distinct_id: id,
          event: 'service_enabled',
          properties: { service_name: 'plex', os: 'linux' },
        }),
        event({
          distinct_id: id,
          event: 'error_occurred',
          properties: { command: 'up', error_type: 'exit_1' },
        }),
      ];
      await collector.post('/batch/', batchOf(...of('stays', 3)));
      const before = await numbersOf(collector);
      await collector.post(
        '/batch/',
        batchOf(
          ...of('secret-id-to-erase', 5),
          event({ distinct_id: 'secret-id-to-erase', event: 17 }),
        ),
      );
      await collector.post('/v1/installs', { data: { installation_id: 'secret-id-to-erase' } });
      expect(await numbersOf(collector)).not.toEqual(before);
      expect(contains('secret-id-to-erase')).not.toEqual([]);

      const forget = async () =>
        (
          await collector.admin('POST', '/api/v1/forget', { distinct_id: 'secret-id-to-erase' })
        ).json();
      // Four, and the one that tells of the installation.
      expect(await forget()).toMatchObject({
        forgotten: { events: 5, installs: 1, dead_letters: 1 },
      });
      expect(await numbersOf(collector)).toEqual(before);
      expect(contains('secret-id-to-erase')).toEqual([]);
      expect(await forget()).toMatchObject({
        forgotten: { events: 0, installs: 0, dead_letters: 0 },
      });
      expect(await numbersOf(collector)).toEqual(before);
      expect((await collector.events()).map((each) => each.distinct_id)).toEqual(
        Array(4).fill('stays'),
      );
    });
  });
});

describe('retention', () => {
  it('ends raw events and ids after the project’s days, and keeps the numbers', async () => {
    await withCollector(async (collector) => {
      const old = Array.from({ length: 30 }, (_, n) =>
        event({ distinct_id: `old-${n}`, timestamp: daysAgo(50) }),
      );
      await collector.post('/batch/', batchOf(...old, event({ distinct_id: 'young' })));
    });
    const store = await openStore({ dataFolder: folder.path });
    await store.projects.update(1, { retentionDays: 10 });
    expect((await store.retain(Date.now())).events).toBe(30);
    expect((await store.retain(Date.now())).events).toBe(0);
    await store.close();
    await withCollector(async (collector) => {
      expect((await collector.events()).map((each) => each.distinct_id)).toEqual(['young']);
      const { totals, active } = await numbersOf(collector);
      expect(totals).toMatchObject({ events: 31, commands: 31 });
      expect(active.day.map(({ ids }: { ids: number }) => ids)).toEqual([30, 1]);
      expect(contains('old-1')).toEqual([]);
    });
  });
});

describe('exports', () => {
  const odd = { service_name: 'a,"b"\n=c', n: 1.5, list: [1, { a: null }], ci: true };
  const fill = (collector: Collector) =>
    collector.post(
      '/batch/',
      batchOf(
        event({ timestamp: '2026-01-02T03:04:05.678Z', properties: odd }),
        event({ timestamp: '2026-01-02T04:00:00.000Z' }),
        ...Array.from({ length: 2_500 }, () => event({ timestamp: '2026-01-05T00:00:00.000Z' })),
      ),
    );
  const far = { COLLECTOR_RETENTION_DAYS: '3650' };

  it('NDJSON gives back what was sent, over HTTP and on the command line', async () => {
    const collector = await startCollector(far, { folder: folder.path });
    await fill(collector);
    const events = await collector.events();
    expect(events).toHaveLength(2_502);
    expect(events[0]).toMatchObject({ timestamp: '2026-01-02T03:04:05.678Z', properties: odd });
    const { stdout } = await command(['export', '--to', '2026-01-02'], folder.path);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events.slice(0, 2));
    await collector.stop();
  });

  it('CSV has a column for each breakdown, and no formula for a spreadsheet', async () => {
    const collector = await startCollector(far, { folder: folder.path });
    await fill(collector);
    await collector.stop();
    const { stdout } = await command(
      ['export', '--format', 'csv', '--to', '2026-01-02'],
      folder.path,
    );
    expect(stdout).toContain(',"a,""b""\n=c",');
    expect(stdout).toContain(',"{""n"":1.5,""list"":[1,{""a"":null}]}"');
    expect(stdout.split('\r\n')[0]).toContain('service_name,override_name,command');
  });

  it.each(['=', '+', '-', '@', '\t', '\r', '＝', ' =', '"=', '\n+'])(
    'CSV has no field that begins with %j as it stands',
    (first) => {
      const [cell] = csvLine([`${first}HYPERLINK("http://x")`]).split('\r\n');
      expect(cell).toMatch(/^"?'/);
    },
  );

  it('Parquet is partitioned by the hour, into a folder or as one archive', async () => {
    const collector = await startCollector(far, { folder: folder.path });
    await fill(collector);
    const out = join(folder.path, 'parquet');
    await command(['export', '--format', 'parquet', '--out', out], folder.path);
    const archive = join(folder.path, 'all.tar');
    const answer = await collector.admin('GET', '/api/v1/export?format=parquet');
    writeFileSync(archive, Buffer.from(await answer.arrayBuffer()));
    const unpacked = join(folder.path, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xf', archive, '-C', unpacked]);
    for (const root of [out, unpacked]) {
      const path = 'year=2026/month=01/day=02/hour=03/events-0.parquet';
      const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(root, path)) });
      expect(rows).toMatchObject([
        {
          event: 'command_executed',
          service_name: odd.service_name,
          ci: true,
          command: null,
          timestamp: new Date('2026-01-02T03:04:05.678Z'),
        },
      ]);
      const all = readdirSync(root, { recursive: true })
        .map(String)
        .filter((each) => each.endsWith('.parquet'));
      expect(all).toHaveLength(3);
    }
    await collector.stop();
  });
});

describe('backup and restore', () => {
  it('a backup made while events arrive is whole, and brings everything back', async () => {
    const backup = join(folder.path, 'backup.db');
    await withCollector(async (collector) => {
      await collector.post('/batch/', batchOf(event(), event()));
      let isDone = false;
      const sending = (async () => {
        while (!isDone) await collector.post('/batch/', batchOf(event()));
      })();
      const { status, stderr } = await command(['backup', backup], folder.path);
      isDone = true;
      await sending;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const refused = await command(['restore', backup], folder.path);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('another collector is running');
    });
    const again = await command(['backup', backup], folder.path);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('is not overwritten');

    const other = makeFolder();
    const restored = await command(['restore', backup], other.path);
    expect(restored).toMatchObject({ status: 0 });
    const collector = await startCollector({}, { folder: other.path });
    const events = await collector.events();
    expect(events.length).toBeGreaterThanOrEqual(2);
    expect((await collector.summary()).totals.events).toBe(events.length);
    await collector.stop();
    other.remove();
  });

  it('what is no backup is refused, and nothing is changed', async () => {
    await withCollector((collector) => collector.post('/batch/', batchOf(event())));
    const bad = join(folder.path, 'bad.db');
    writeFileSync(bad, 'this is no database '.repeat(500));
    const { status, stderr } = await command(['restore', bad], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('is no backup of a collector');
    await withCollector(async (collector) => expect(await collector.events()).toHaveLength(1));
  });
});

describe('migration', () => {
  const path = () => join(folder.path, 'collector.db');

  it('brings a database of any earlier version to the present one, once', () => {
    const steps = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y', 'CREATE TABLE b (x)'];
    for (let version = 0; version <= steps.length; version++) {
      const db = openDatabase(`${path()}-${version}`);
      migrate(db, steps.slice(0, version));
      expect(migrate(db, steps)).toBe(version);
      expect(migrate(db, steps)).toBe(steps.length);
      db.prepare('SELECT y FROM a, b').all();
      db.close();
    }
  });

  it('changes nothing when a step fails', () => {
    const db = openDatabase(path());
    expect(() => migrate(db, ['CREATE TABLE a (x)', 'no sql'])).toThrow();
    expect(db.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.n).toBe(0);
    db.close();
  });

  it('a data folder of 1.0.0 opens, and is as one made now', async () => {
    makeFolderOf100(folder.path);
    const stored = {
      event: 'command_executed',
      distinct_id: 'someone',
      properties: { command: 'up', success: false, duration_ms: 7, node_version: '20.1.0', x: [1] },
    };
    await withCollector(async (collector) => {
      expect(await collector.events()).toMatchObject([stored]);
      await collector.post('/batch/', batchOf(event({ properties: { has_scaffold: true } })));
      expect(await collector.events()).toMatchObject([
        stored,
        { properties: { has_scaffold: true } },
      ]);
    });
    const shapeOf = (db: string) => {
      const opened = openDatabase(db);
      // In whichever order: columns that came later stand behind the others.
      const rows = opened.prepare('SELECT * FROM pragma_table_info(?) ORDER BY name').all('events');
      opened.close();
      return rows.map(({ name, type, notnull }) => ({ name, type, notnull }));
    };
    const made = makeFolder();
    await (await openStore({ dataFolder: made.path })).close();
    expect(shapeOf(path())).toEqual(shapeOf(join(made.path, 'collector.db')));
    made.remove();
  });

  it('a database of a newer collector is refused in plain words', async () => {
    await (await openStore({ dataFolder: folder.path })).close();
    const db = openDatabase(path());
    db.exec('PRAGMA user_version = 99');
    db.close();
    const { status, stderr } = await command(['serve'], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('it was used by a newer collector');
  });
});

describe('forward', () => {
  it('sends everything once, with the same uuids, and goes on where it stopped', async () => {
    await withCollector(async (collector) => {
      await collector.post('/batch/', batchOf(...Array.from({ length: 1_200 }, () => event())));
      const posthog = await startServer((request, response) => {
        // The second request is refused for good.
        response.statusCode = posthog.requests.indexOf(request) === 1 ? 401 : 200;
        response.end('{}');
      });
      const forward = () =>
        command(['forward', '--to', posthog.url, '--key', 'phc_there'], folder.path);
      const first = await forward();
      expect(first.status).toBe(1);
      expect(first.stderr).toContain('run the same command to go on');
      const { status, stdout } = await forward();
      expect({ status, stdout }).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('700 events'),
      });
      const bodies = posthog.requests.filter((_, index) => index !== 1).map(({ body }) => body);
      const sent = bodies.flatMap(({ batch = [] }) => batch.map(({ uuid }) => uuid));
      const stored = (await collector.events()).map(({ uuid }) => uuid);
      expect([...sent].sort()).toEqual([...stored].sort());
      expect(bodies[0]).toMatchObject({ api_key: 'phc_there', historical_migration: true });
      expect(bodies[0]?.batch?.[0]?.properties).toMatchObject({
        $ip: null,
        $geoip_disable: true,
        command: 'up',
      });
      expect((await forward()).stdout).toContain('forwarded 0 events');
      await posthog.close();
    });
  });

  it('what it sends, another collector takes', async () => {
    await withCollector(async (first) => {
      await first.post(
        '/batch/',
        batchOf(event(), event({ properties: { service_name: 'plex', x: [1] } })),
      );
      const second = await startCollector({ COLLECTOR_PROJECT_TOKEN: 'phc_there' });
      await command(['forward', '--to', second.url, '--key', 'phc_there'], folder.path);
      expect(await second.events()).toEqual(await first.events());
      await second.stop();
    });
  });
});
