// `/health`: strangers learn whether events are taken; admins, what is wrong and what to do.

import { afterEach, describe, expect, it } from 'vitest';
import {
  archiveIs,
  backups,
  disk,
  integrity,
  queue,
  Writes,
  warehouseIs,
} from '../src/health/checks';
import { Health, type Report } from '../src/health/health';
import { Unavailable } from '../src/store/errors';
import {
  ADMIN,
  batchOf,
  type Collector,
  command,
  event,
  startCollector,
} from './support/collector';

let collector: Collector;
afterEach(async () => {
  await collector?.stop();
});

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 28);

/** A warehouse that is nine events behind. */
const COPY = {
  state: 'ready',
  reason: 'it was killed',
  source: 'x',
  lastBatch: 1,
  behind: 9,
  writtenMs: NOW_MS,
  rows: 1,
  hasErasedBytes: false,
  bytes: 1,
  memoryBytes: 1,
  waiting: 9,
  isFilling: false,
  failingSinceMs: null,
} as const;

describe('GET /health', () => {
  it('says ok to strangers, and nothing else, whatever they send', async () => {
    collector = await startCollector();
    const get = (headers: object = {}) => collector.request('GET', '/health', undefined, headers);
    for (const headers of [
      {},
      { authorization: 'Bearer a-guess' },
      { cookie: 'collector_session=1.2.3' },
    ]) {
      const answer = await get(headers);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ status: 'ok' });
    }
  });

  it('tells admins what was looked at', async () => {
    collector = await startCollector();
    await collector.post('/batch/', batchOf(event()));
    const report = await (await collector.admin('GET', '/health')).json();
    expect(report).toMatchObject({
      status: 'ok',
      checks: {
        store: { failing_since: null },
        queue: { waiting_events: 0 },
        disk: { data_bytes: expect.any(Number), free_bytes: expect.any(Number) },
        backup: { last_backup: null },
      },
    });
    const file = `${collector.folder}/copy.db`;
    expect((await command(['backup', file], collector.folder)).status).toBe(0);
    const later = (await (await collector.admin('GET', '/health')).json()) as {
      checks: { backup: { last_backup: string } };
    };
    expect(Date.parse(later.checks.backup.last_backup)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('tells admins of events that were not taken, until they have seen to them', async () => {
    collector = await startCollector();
    const COLLECTOR_PORT = new URL(collector.url).port;
    const looked = async () => {
      const report = (await (await collector.admin('GET', '/health')).json()) as Report;
      const { stdout } = await command(['health'], collector.folder, { COLLECTOR_PORT });
      return {
        letters: report.checks.dead_letters,
        problems: report.problems.filter(({ check }) => check === 'dead_letters'),
        said: stdout,
      };
    };
    // What strangers send with a token that they made up is nobody's loss, and they shall not cry wolf.
    await collector.post('/batch/', { ...batchOf(event()), api_key: 'phc_nobody' });
    expect(await looked()).toMatchObject({ letters: { newest_at: null }, problems: [] });
    await collector.post('/batch/', batchOf(event({ distinct_id: '' }), event()));
    const { letters, problems, said } = await looked();
    expect(letters).toMatchObject({ newest_at: expect.any(String) });
    expect(problems[0]!.problem).toMatch(/not taken.*GET \/api\/v1\/dead-letters/);
    expect(said).toMatch(/^collector: ok\n(.*\n)*dead_letters: events of a project were not taken/);
    const { dead_letters } = (await (
      await collector.admin('GET', '/api/v1/dead-letters?project=1')
    ).json()) as { dead_letters: { id: number }[] };
    for (const { id } of dead_letters)
      await collector.admin('DELETE', `/api/v1/dead-letters/${id}`);
    expect(await looked()).toMatchObject({ letters: { newest_at: null }, problems: [] });
  });
});

describe('collector health', () => {
  it('ends with 0 while it is well, with 1 where nobody answers, and says what to do', async () => {
    collector = await startCollector();
    const COLLECTOR_PORT = new URL(collector.url).port;
    const ask = (env: Record<string, string | undefined> = {}) =>
      command(['health'], collector.folder, { COLLECTOR_PORT, ...env });
    expect(await ask()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('collector: ok'),
    });
    expect(await ask({ COLLECTOR_HOST: '0.0.0.0' })).toMatchObject({ status: 0 });
    expect(await ask({ COLLECTOR_ADMIN_TOKEN: undefined })).toMatchObject({ status: 0 });
    await collector.stop();
    const { status, stderr } = await ask();
    expect(status).toBe(1);
    expect(stderr).toContain(`http://127.0.0.1:${COLLECTOR_PORT} (ECONNREFUSED)`);
    expect(stderr).toContain('Start it (collector serve)');
    expect(stderr).not.toContain(ADMIN);
  });
});

describe('what is looked at', () => {
  it('a check that hangs or fails holds nothing up, and is a problem by itself', async () => {
    const health = new Health(
      {
        hangs: () => new Promise(() => {}),
        fails: () => {
          throw new Error('no such thing');
        },
        works: () => ({ value: 7 }),
      },
      () => NOW_MS,
    );
    const report = await health.look();
    expect(report.status).toBe('ok');
    expect(report.checks).toEqual({ hangs: null, fails: null, works: 7 });
    expect(report.problems.map(({ check }) => check)).toEqual(['hangs', 'fails']);
  });

  it('fails while the store cannot write, and no longer', async () => {
    let nowMs = NOW_MS;
    const writes = new Writes(() => nowMs);
    const health = new Health({ store: writes.check }, () => nowMs);
    writes.undone(new Error('a name that is taken'));
    expect((await health.look()).status).toBe('ok');
    writes.undone(new Unavailable('not written', 'the disk is full'));
    const report = await health.look();
    expect(report.status).toBe('failing');
    expect(report.problems[0]!.problem).toContain('the disk is full');
    expect(health.isOk).toBe(false);
    writes.done();
    expect((await health.look()).status).toBe('ok');
    // Nobody may send any more, because it says that it is failing: then it has to be tried again.
    writes.undone(new Unavailable('not written', 'the disk is full'));
    expect((await health.look()).status).toBe('failing');
    nowMs += 61_000;
    expect((await health.look()).status).toBe('ok');
  });

  it.each([
    [
      'little space',
      disk(async () => ({ bytes: 1, freeBytes: 500 * 2 ** 20 })),
      false,
      'only 500 MiB are free',
    ],
    ['no space', disk(async () => ({ bytes: 1, freeBytes: 2 ** 20 })), true, 'about to be refused'],
    ['a long queue', queue(() => 150_000), false, '150000 events wait'],
    [
      'damage',
      integrity(() => ({ isWhole: false, damage: ['page 7'], checkedMs: NOW_MS })),
      true,
      'restore the last backup',
    ],
    [
      'no backup',
      backups(
        async () => undefined,
        NOW_MS - 9 * DAY_MS,
        () => NOW_MS,
      ),
      false,
      'no backup was made yet',
    ],
    [
      'an old backup',
      backups(
        async () => NOW_MS - 9 * DAY_MS,
        0,
        () => NOW_MS,
      ),
      false,
      '9 days old',
    ],
    [
      'a warehouse that is down',
      warehouseIs(
        async () => ({ ...COPY, failingSinceMs: NOW_MS - 600_000 }),
        () => NOW_MS,
      ),
      false,
      'and is 9 events behind: it was killed. Filtered questions',
    ],
    [
      'a warehouse that is filled anew',
      warehouseIs(
        async () => ({ ...COPY, isFilling: true }),
        () => NOW_MS,
      ),
      false,
      'with 9 events to go',
    ],
    [
      'an archive that cannot be written',
      archiveIs(
        () => ({ doneMs: null, error: 'EACCES' }),
        NOW_MS - 60_000,
        () => NOW_MS,
      ),
      false,
      'not brought up to date for 1 minutes: EACCES',
    ],
  ])('%s is a problem with words', async (_name, check, isFailing, words) => {
    const seen = await check();
    expect(seen.problem).toContain(words);
    expect(seen.isFailing ?? false).toBe(isFailing);
  });

  it.each([
    ['space', disk(async () => ({ bytes: 1, freeBytes: 2 ** 40 }))],
    ['a short queue', queue(() => 100)],
    ['a whole database', integrity(() => ({ isWhole: true, damage: [], checkedMs: NOW_MS }))],
    ['a database that nobody has checked yet', integrity(() => undefined)],
    [
      'a new backup',
      backups(
        async () => NOW_MS - DAY_MS,
        0,
        () => NOW_MS,
      ),
    ],
    [
      'a warehouse that follows',
      warehouseIs(
        async () => COPY,
        () => NOW_MS,
      ),
    ],
    [
      'no warehouse',
      warehouseIs(
        async () => undefined,
        () => NOW_MS,
      ),
    ],
    [
      'no archive',
      archiveIs(
        () => undefined,
        0,
        () => NOW_MS,
      ),
    ],
    [
      'an archive of this hour',
      archiveIs(
        () => ({ doneMs: NOW_MS - 1, error: null }),
        0,
        () => NOW_MS,
      ),
    ],
  ])('%s is none', async (_name, check) => {
    const seen = await check();
    expect(seen.problem).toBeUndefined();
    expect(seen.isFailing ?? false).toBe(false);
  });
});
