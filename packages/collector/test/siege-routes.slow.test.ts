// A siege of everything else that can be asked for, with all of it on: warehouse, archive, published
// figures. Strangers get a refusal, whoever has a token gets an answer, and neither holds anybody up.

import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ADMIN,
  batchOf,
  type Collector,
  event,
  makeFolder,
  startCollector,
} from './support/collector';
import { type Sent, Siege } from './support/siege';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

let collector: Collector;
let archive: ReturnType<typeof makeFolder>;
afterEach(async () => {
  await collector?.stop();
  archive?.remove();
});

const GET = { ':method': 'GET' };
const GUESS = { authorization: 'Bearer a-guess-that-is-long-enough' };
const AS_ADMIN = { authorization: `Bearer ${ADMIN}`, ':method': 'GET' };
const keys = `{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join(',')}}`;

/** What a stranger may try: [request, statuses that it may get]. 0: the connection is closed. */
const STRANGE: Record<string, [Sent, number[]]> = {
  'questions without a token': [['/api/v1/query?kind=totals', undefined, GET], [401]],
  'questions of 12 KB': [
    [`/api/v1/query?kind=totals&where=${'os:is:x'.repeat(1_700)}`, undefined, GET],
    [401],
  ],
  'questions with a guess': [
    ['/api/v1/query?kind=totals', undefined, { ...GUESS, ...GET }],
    [401, 429],
  ],
  'headers of 20 KB': [
    ['/api/v1/query', undefined, { ...GET, 'x-a': 'a'.repeat(20_000) }],
    [431, 0],
  ],
  'tokens to be made, of 2 MB': [['/api/v1/tokens', Buffer.alloc(2 * MIB, 0x20)], [401]],
  'a token to be revoked': [['/api/v1/tokens/1', undefined, { ':method': 'DELETE' }], [401]],
  'a project to be deleted': [['/api/v1/projects/1', undefined, { ':method': 'DELETE' }], [401]],
  'the warehouse to be rebuilt': [['/api/v1/warehouse/rebuild'], [401]],
  'an export': [['/api/v1/export', undefined, GET], [401]],
  metrics: [
    ['/metrics', undefined, { ...GUESS, ...GET }],
    [401, 429],
  ],
  'a login of 200,000 keys': [
    ['/api/v1/login', keys],
    [413, 429],
  ],
  'logins by guess': [
    ['/api/v1/login', '{"token":"a guess"}'],
    [401, 429],
  ],
  'an id of 200,000 keys to forget': [['/api/v1/forget', keys], [401]],
  'published figures': [
    ['/api/v1/public/default', undefined, GET],
    [200, 400, 404, 503],
  ],
  'a public page': [
    ['/public/default', undefined, GET],
    [200, 404, 429],
  ],
  'a badge of a name of 7 KB': [
    [`/public/${'%3Csvg%3E'.repeat(780)}/badge.svg`, undefined, GET],
    [404, 414, 429],
  ],
  'published figures of odd months': [
    ['/api/v1/public/%00?month=9999-99&days=1e9', undefined, GET],
    [400, 404],
  ],
  'paths out of the pages': [
    ['/..%2f..%2f..%2fetc/passwd', undefined, GET],
    [400, 403, 404],
  ],
  'a path of 7 KB': [
    [`/${'a/'.repeat(3_500)}`, undefined, GET],
    [404, 414],
  ],
  'installs that are deep': [
    ['/v1/installs', `{"data":${'['.repeat(4_000)}${']'.repeat(4_000)}}`],
    [400, 429],
  ],
  'telemetry of 200,000 keys, gzip': [
    ['/api/v1/telemetry/batch', gzipSync(keys)],
    [400, 401, 413, 429, 503],
  ],
};

const question = (params: string) =>
  `/api/v1/query?project=default&from=2020-01-01&to=2027-01-01&${params}`;
const many = (count: number, each: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => each(n)).join('&');

/** Questions of whoever may ask, as absurd as they can be: they are answered, or cut. */
const ABSURD: Record<string, string> = {
  'half a year by the hour, with the one before':
    '/api/v1/query?project=default&kind=series&interval=hour&from=2026-06-01&to=2026-11-30&before=1',
  'a breakdown by a property that each event has anew': question(
    'kind=breakdown&by=prop.unique&limit=1000',
  ),
  'the same, measured': question('kind=breakdown&by=prop.unique&measure=duration_ms'),
  'retention of as many weeks as there may be':
    '/api/v1/query?project=default&kind=retention&from=2023-12-04&to=2026-12-20',
  'a funnel of eight steps': question(
    `kind=funnel&${many(8, () => 'step=event:is:command_executed')}`,
  ),
  'paths of everybody, as long as they may be': question(
    'kind=paths&by=event&direction=from&value=command_executed&depth=5&limit=1000',
  ),
  'twenty conditions on properties': question(
    `kind=totals&${many(20, (n) => `where=prop.a${n}:is_not:x`)}`,
  ),
  'a condition of 2 KB': question(`kind=totals&where=prop.unique:contains:${'_'.repeat(2_000)}`),
  'every event': question('kind=events&limit=1000'),
  SQL: question("kind=totals&where=os:is:');DROP TABLE events;--"),
  'a summary of ten years': '/api/v1/summary?from=2017-01-01&to=2026-12-31',
  'an export of everything': '/api/v1/export?format=csv',
  'dead letters by the million': '/api/v1/dead-letters?limit=1000000000',
};

/** What is no question: more than there may be, or what cannot be. */
const REFUSED: Record<string, string> = {
  'seven years by the hour': question('kind=series&interval=hour'),
  'retention of seven years': question('kind=retention'),
  'a funnel of a hundred steps': question(
    `kind=funnel&${many(100, () => 'step=event:is:command_executed')}`,
  ),
  'a hundred conditions': question(
    `kind=totals&${many(100, (n) => `where=prop.a${n}:contains:x`)}`,
  ),
  'a condition of 8 KB': question(`kind=totals&where=prop.unique:contains:${'_'.repeat(8_000)}`),
  'a zone that is none': question('kind=series&interval=day&zone=../../etc/passwd'),
  'from after to': '/api/v1/query?project=default&kind=totals&from=2027-01-01&to=2020-01-01',
  'the end of time':
    '/api/v1/query?project=default&kind=series&interval=hour&from=0001-01-01&to=9999-12-31',
  'a summary of everything': '/api/v1/summary?from=0001-01-01&to=9999-12-31',
};

describe('with everything on', () => {
  it('strangers at every route, then absurd questions, then all of it at once', async () => {
    archive = makeFolder();
    collector = await startCollector({
      COLLECTOR_WAREHOUSE: 'duckdb',
      COLLECTOR_ARCHIVE: archive.path,
    });
    const isPublic = await collector.admin('PATCH', '/api/v1/projects/default', { public: true });
    expect(isPublic.status).toBe(200);
    for (let n = 0; n < 20; n++) {
      const batch = Array.from({ length: 1_000 }, (_, m) =>
        event({
          distinct_id: `id-${(n * 1_000 + m) % 700}`,
          timestamp: new Date(Date.now() - ((n * 1_000 + m) % 300) * DAY_MS).toISOString(),
          properties: {
            command: 'up',
            os: 'linux',
            duration_ms: m,
            unique: `u${n}-${m}`,
            pad: 'x'.repeat(200),
          },
        }),
      );
      expect(
        (await collector.post('/batch/', gzipSync(JSON.stringify(batchOf(...batch))))).status,
      ).toBe(200);
    }
    const behind = async () => {
      const health = await (await collector.admin('GET', '/health')).json();
      return (health as { checks: { warehouse: { behind_events: number } } }).checks.warehouse;
    };
    await vi.waitFor(
      async () => expect(await behind()).toMatchObject({ behind_events: 0 }),
      30_000,
    );

    const siege = new Siege(collector);
    try {
      for (const [name, [sent, allowed]] of Object.entries(STRANGE)) {
        const statuses = await siege.endure(name, [sent]);
        expect(
          [...new Set(statuses)].filter((status) => !allowed.includes(status)),
          name,
        ).toEqual([]);
      }
      const questions = [
        ...Object.entries(ABSURD).map(([name, path]) => [name, path, [200, 503]] as const),
        ...Object.entries(REFUSED).map(([name, path]) => [name, path, [400]] as const),
      ].map(
        ([name, path, allowed]) => [name, [path, undefined, AS_ADMIN] as Sent, allowed] as const,
      );
      // Guesses from here have used up what an address may guess; a minute later the token counts again.
      await vi.waitFor(
        async () => expect((await collector.admin('GET', '/api/v1/projects')).status).toBe(200),
        { timeout: 90_000, interval: 1_000 },
      );
      for (const [name, sent, allowed] of questions) {
        const statuses = await siege.endure(name, [sent]);
        expect(
          [...new Set(statuses)].filter(
            (status) => !(allowed as readonly number[]).includes(status),
          ),
          name,
        ).toEqual([]);
      }
      const all = [
        ...questions.map(([, sent]) => sent),
        ...Object.values(STRANGE).map(([sent]) => sent),
      ];
      await siege.endure('all of them, mixed', all);
    } finally {
      siege.end();
    }
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    const { status, stderr } = await collector.stop();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }, 900_000);
});
