// What goes wrong: crashes, a full disk, a damaged file, slow clients. Never a false 200.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chance, SEED } from '../../../test/torture/chaos';
import { ADMIN, batchOf, command, event, makeFolder, startCollector } from './support/collector';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

/** How often to kill; the full fifty take a while. */
const KILLS = Number(process.env.TEST_KILLS ?? 5);

/** From `TORTURE_SEED`, which a failure names, so that the same moments can be had again. */
const { between } = chance(SEED);

describe(`kill -9 (seed ${SEED})`, () => {
  it(`loses nothing that was acknowledged and stores nothing twice (${KILLS} times)`, async () => {
    const acknowledged = new Set<string>();
    let pending = Array.from({ length: 4 }, () => [event(), event(), event()]);
    for (let kill = 0; kill < KILLS; kill++) {
      const collector = await startCollector({}, { folder: folder.path });
      let isKilled = false;
      const senders = pending.map(async (first, index) => {
        for (let batch = first; ; batch = [event(), event(), event()]) {
          pending[index] = batch; // sent again after the next start
          try {
            const { status } = await collector.post('/batch/', batchOf(...batch));
            if (status !== 200) throw new Error(`status ${status}`);
            for (const { uuid } of batch) acknowledged.add(uuid);
          } catch (error) {
            if (isKilled) return;
            throw error;
          }
        }
      });
      await new Promise((wake) => setTimeout(wake, between(150, 350)));
      isKilled = true;
      await collector.stop('SIGKILL');
      await Promise.all(senders);
      pending = [...pending];
    }
    const collector = await startCollector({}, { folder: folder.path });
    const stored = (await collector.events()).map(({ uuid }) => uuid);
    const { totals } = await collector.summary();
    await collector.stop();
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    expect(new Set(stored).size).toBe(stored.length);
    expect([...acknowledged].filter((uuid) => !stored.includes(uuid))).toEqual([]);
    // The rollups are of the same transactions.
    expect(totals.events).toBe(stored.length);
  }, 300_000);
});

describe('SIGTERM', () => {
  it('drains: what was received is answered and stored, and the port is free', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    const answers = Array.from({ length: 20 }, () =>
      collector.post('/batch/', batchOf(event())).then(
        ({ status }) => status,
        () => 0, // refused before it was received: the SDK sends it again
      ),
    );
    await Promise.race(answers);
    const { status, stderr } = await collector.stop('SIGTERM');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const acknowledged = (await Promise.all(answers)).filter((each) => each === 200).length;
    const again = await startCollector({}, { folder: folder.path });
    expect((await again.events()).length).toBeGreaterThanOrEqual(acknowledged);
    await again.stop();
  });
});

describe('the disk', () => {
  it('is full: 503 until there is room, and nothing acknowledged is missing', async () => {
    // A limit on the size of files stands for a full disk: writing fails in the same place.
    const launch = ['sh', '-c', 'trap "" XFSZ; ulimit -f 600; exec "$@"', 'sh'];
    const collector = await startCollector({}, { folder: folder.path, launch });
    const acknowledged: string[] = [];
    let refused = 0;
    for (let n = 0; n < 60 && refused < 5; n++) {
      const batch = Array.from({ length: 20 }, () =>
        event({ properties: { pad: 'x'.repeat(2_000) } }),
      );
      const answer = await collector.post('/batch/', batchOf(...batch));
      if (answer.status === 200) acknowledged.push(...batch.map(({ uuid }) => uuid));
      else {
        expect(answer.status).toBe(503);
        expect(answer.headers.get('retry-after')).toBe('1');
        refused++;
      }
    }
    expect(refused).toBe(5);
    expect((await collector.request('GET', '/api/v1/health')).status).toBe(200);
    const report = await collector.admin('GET', '/health');
    expect(report.status).toBe(503);
    expect(await report.text()).toContain('events cannot be written');
    const toStrangers = await collector.request('GET', '/health');
    expect(toStrangers.status).toBe(503);
    expect(await toStrangers.json()).toEqual({ status: 'failing' });
    await collector.stop('SIGKILL');
    const again = await startCollector({}, { folder: folder.path });
    const stored = new Set((await again.events()).map(({ uuid }) => uuid));
    expect(acknowledged.filter((uuid) => !stored.has(uuid))).toEqual([]);
    expect((await again.post('/batch/', batchOf(event()))).status).toBe(200);
    await again.stop();
  });

  it('cannot be written: the start says so', async () => {
    const { status, stderr } = await command(['serve'], '/proc/collector');
    expect(status).toBe(1);
    expect(stderr).toMatch(/the data folder \/proc\/collector cannot be used/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('holds a damaged database: the start says so and changes nothing', async () => {
    const file = join(folder.path, 'collector.db');
    const damaged = 'not a database at all. '.repeat(1_000);
    writeFileSync(file, damaged);
    const { status, stderr } = await command(['serve'], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('damaged, or is not a database');
    expect(stderr).toContain('restore');
    expect(readFileSync(file, 'utf8')).toBe(damaged);
  });

  it('holds a database whose middle is damaged: 503 or an error, never a false 200', async () => {
    const first = await startCollector({}, { folder: folder.path });
    await first.post('/batch/', batchOf(...Array.from({ length: 3_000 }, () => event())));
    await first.stop();
    const file = join(folder.path, 'collector.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 * 8);
    writeFileSync(file, bytes);
    const second = await startCollector({}, { folder: folder.path }).catch(() => undefined);
    if (!second) return;
    const sent = Array.from({ length: 50 }, () => event());
    for (const one of sent) expect((await second.post('/batch/', batchOf(one))).status).toBe(503);
    expect((await second.admin('GET', '/api/v1/summary')).status).toBe(500);
    await second.stop();
  });
});

describe('the clock', () => {
  it('set back by two days loses nothing, counts nothing twice, and locks nobody out', async () => {
    const preload = join(folder.path, 'clock.mjs');
    writeFileSync(
      preload,
      `const real = Date.now; let offset = 0; Date.now = () => real() + offset;
       process.on('SIGUSR2', () => { offset = -2 * 86_400_000; console.log('clock set back'); });`,
    );
    const collector = await startCollector(
      { NODE_OPTIONS: `--import ${preload}` },
      { folder: folder.path },
    );
    const login = async () => {
      const answer = await collector.post('/api/v1/login', { token: ADMIN });
      return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    };
    const cookie = await login();
    const batch = batchOf(event(), event({ timestamp: undefined }));
    expect((await collector.post('/batch/', batch)).status).toBe(200);
    process.kill(collector.pid, 'SIGUSR2');
    await vi.waitFor(() => expect(collector.output()).toContain('clock set back'), 20_000);
    expect((await collector.post('/batch/', batch)).status).toBe(200);
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    expect(await collector.events()).toHaveLength(3);
    for (const each of [cookie, await login()]) {
      const answer = await collector.request('GET', '/api/v1/summary', undefined, { cookie: each });
      expect(answer.status).toBe(200);
    }
    await collector.stop();
  });
});

describe('a second collector', () => {
  it('on the same folder is refused in plain words, and the first goes on', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    const { status, stderr } = await command(['serve'], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('another collector is running');
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    await collector.stop('SIGKILL');
    const next = await startCollector({}, { folder: folder.path });
    expect(await next.events()).toHaveLength(1);
    await next.stop();
  });

  it('on the same port is refused in plain words, and makes no tokens that nobody sees', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    const other = makeFolder();
    const { port } = new URL(collector.url);
    const { status, stderr } = await command(['serve'], other.path, { COLLECTOR_PORT: port });
    const made = existsSync(join(other.path, 'collector.db'));
    other.remove();
    await collector.stop();
    expect(status).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
    expect(made).toBe(false);
  });
});

describe('configuration', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['a port that is none', { COLLECTOR_PORT: '80a' }, 'COLLECTOR_PORT: use a whole number'],
    [
      'a short admin token',
      { COLLECTOR_ADMIN_TOKEN: 'abc' },
      'COLLECTOR_ADMIN_TOKEN: use 16 to 128',
    ],
    ['a switch that is none', { COLLECTOR_ANONYMOUS: 'maybe' }, 'COLLECTOR_ANONYMOUS: use 1 or 0'],
    ['a host that is none', { COLLECTOR_HOST: 'my host' }, 'COLLECTOR_HOST: use an address'],
    [
      'a name that does not exist',
      { COLLECTOR_PROT: '1' },
      'COLLECTOR_PROT: there is no such setting',
    ],
    [
      'to listen beyond loopback without an admin token',
      { COLLECTOR_HOST: '0.0.0.0', COLLECTOR_ADMIN_TOKEN: undefined },
      'there is no admin token',
    ],
  ])('%s is refused at start', async (_name, env, words) => {
    const { status, stdout, stderr } = await command(['serve'], folder.path, env);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
  });

  it('is made on the first start: folder, project, token', async () => {
    const nested = join(folder.path, 'a/b');
    mkdirSync(join(folder.path, 'a'));
    const collector = await startCollector({ COLLECTOR_DATA: nested }, { folder: nested });
    for (const [path, mode] of [
      [nested, 0o700],
      [join(nested, 'collector.db'), 0o600],
    ] as const) {
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
    await collector.stop();
  });
});

describe('slow clients', () => {
  it('are cut off, and do not hold up a quick one', async () => {
    const collector = await startCollector(
      { COLLECTOR_REQUEST_TIMEOUT_MS: '500' },
      { folder: folder.path },
    );
    const { port } = new URL(collector.url);
    const slow = connect(Number(port), '127.0.0.1');
    const closed = new Promise<string>((done) => {
      let text = '';
      slow.on('data', (piece) => {
        text += piece;
      });
      slow.on('error', () => {});
      slow.on('close', () => done(text));
    });
    slow.write('POST /batch/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    expect(await closed).toMatch(/^(HTTP\/1\.1 408|$)/);
    await collector.stop();
  });
});
