// Published figures, from events that are sent to what strangers get: nothing unless it is asked for, and
// then months in tens.

import { afterEach, describe, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector } from '../support/collector';
import { monthPublished, people, settledFolder } from '../support/published';

/** Tests have none, unless they ask for it. */
const WAREHOUSE = { COLLECTOR_WAREHOUSE: 'duckdb' };

let collector: Collector | undefined;
afterEach(async () => {
  await collector?.stop();
  collector = undefined;
});

const get = (name: string) => collector!.request('GET', `/api/v1/public/${name}`);

describe('what strangers get', () => {
  it('is nothing, whatever the name, unless a project is published', async () => {
    collector = await startCollector();
    await collector.post('/batch/', batchOf(...people(40, 'plex', { os: 'linux' })));
    const [own, unknown] = await Promise.all([get('default'), get('nobody')]);
    expect([own.status, unknown.status]).toEqual([404, 404]);
    expect(await own.text()).toBe(await unknown.text());
    const old = await collector.request('GET', '/api/v1/public/summary?days=30');
    expect(old.status).toBe(404);
    const projects = await collector.admin('GET', '/api/v1/projects');
    expect(await projects.json()).toMatchObject({ projects: [{ public: false }] });
  });

  it('is a month in tens of one project, and the same after somebody was forgotten', async () => {
    const folder = await settledFolder();
    collector = await startCollector(WAREHOUSE, { folder: folder.path });
    await collector.post(
      '/batch/',
      batchOf(
        ...people(35, 'plex', { os: 'linux' }),
        ...people(4, 'rare', { os: 'haiku' }, 35),
        ...people(12, 'traefik', { os: 'linux' }),
      ),
    );
    await collector.post(
      '/batch/',
      batchOf(event({ distinct_id: 'person-0' }), event({ distinct_id: 'today' })),
    );
    const set = (body: object) => collector!.admin('PATCH', '/api/v1/projects/default', body);
    expect((await set({ public: 'yes' })).status).toBe(400);
    expect(await (await set({ public: true })).json()).toMatchObject({ public: true });
    type Shown = { months: unknown[] };
    let shown: Shown = { months: [] };
    while (shown.months.length === 0) {
      await new Promise((wake) => setTimeout(wake, 500));
      shown = (await (await get('default')).json()) as Shown;
    }
    expect(shown).toEqual({
      project: 'default',
      counted: 'machines',
      time_zone: 'UTC',
      at_least: 10,
      rounded_down_to: 10,
      months: [
        {
          month: monthPublished().toISOString().slice(0, 7),
          ids: 30,
          lists: expect.objectContaining({
            os: [{ name: 'linux', ids: 30 }],
            services: [
              { name: 'plex', ids: 30 },
              { name: 'traefik', ids: 10 },
            ],
          }),
        },
      ],
    });
    const before = await (await get('default')).text();
    expect(before).not.toMatch(/rare|haiku|person|today|39|35|phc_/);
    expect((await get('anonymous')).status).toBe(404);
    // Nine are forgotten: the month would be 30 of 30, so that who subtracts would know.
    for (let n = 0; n < 9; n++) {
      await collector.admin('POST', '/api/v1/forget', { distinct_id: `person-${n}` });
    }
    await collector.stop();
    collector = await startCollector(WAREHOUSE, { folder: folder.path });
    expect(await (await get('default')).text()).toBe(before);
    await set({ public: false });
    expect((await get('default')).status).toBe(404);
    await collector.stop();
    collector = undefined;
    folder.remove();
  }, 60_000);

  it('may be shown by pages of other sites, and is asked for each time', async () => {
    collector = await startCollector(WAREHOUSE);
    await collector.admin('PATCH', '/api/v1/projects/1', { public: true });
    const answer = await collector.request('GET', '/api/v1/public/default', undefined, {
      origin: 'https://elsewhere.example',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cache-control')).toBe('public, no-cache');
    const { months } = (await answer.json()) as { months: unknown[] };
    expect(months).toEqual([]);
  });
});

it('is refused where there is no warehouse to count', async () => {
  collector = await startCollector();
  const answer = await collector.admin('PATCH', '/api/v1/projects/1', { public: true });
  expect([answer.status, await answer.json()]).toEqual([
    501,
    expect.objectContaining({ detail: expect.stringMatching(/COLLECTOR_WAREHOUSE/) }),
  ]);
  expect((await get('default')).status).toBe(404);
});

describe('COLLECTOR_PUBLIC, which published every project', () => {
  it('is refused, in words that say what to do; switched off it is no matter', async () => {
    await expect(startCollector({ COLLECTOR_PUBLIC: '1' })).rejects.toThrow(
      /COLLECTOR_PUBLIC: .*PATCH \/api\/v1\/projects\/ID \{"public": true\}/,
    );
    collector = await startCollector({ COLLECTOR_PUBLIC: '0' });
    expect((await get('default')).status).toBe(404);
  });
});
