// Sites: made, changed, seen by those who may; and the tracker that their pages load.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from '../support/collector.ts';
import { makeSite } from './support/site.ts';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.stop());

const status = async (method: string, path: string, body?: unknown) =>
  (await collector.admin(method, path, body)).status;

describe('a site', () => {
  it('is made with what its pages need, and listed', async () => {
    const made = await collector.admin('POST', '/api/v2/sites', {
      domain: 'https://www.One.example/',
    });
    expect(made.status).toBe(201);
    const { token, ...site } = (await made.json()) as Record<string, unknown>;
    expect(token).toMatch(/^phc_/);
    expect(site).toMatchObject({
      domain: 'one.example',
      name: 'one.example',
      hosts: [],
      sessionMinutes: 30,
    });
    const { sites } = (await (await collector.admin('GET', '/api/v2/sites')).json()) as {
      sites: unknown[];
    };
    expect(sites).toContainEqual(site);
  });

  it('keeps the id that it had elsewhere', async () => {
    const key = '0b8f2c1e-7d5a-4b61-9a35-4e3d0f6f7c11';
    const site = await makeSite(collector, { domain: 'moved.example', domainKey: key });
    expect((await site.send({ url: '/', visitorId: 'v' })).status).toBe(200);
    expect(await site.stats()).toMatchObject({ siteId: key, views: 1 });
  });

  it.each([
    [400, { domain: 'not a host' }],
    [400, { domain: 'a..b' }],
    [400, { domain: 'host:80' }],
    [400, {}],
    [400, { domain: 'x.example', hosts: 'localhost' }],
    [400, { domain: 'x.example', hosts: ['a b'] }],
    [400, { domain: 'x.example', domainKey: 'short' }],
    [400, { domain: 'x.example', sessionMinutes: 0 }],
    [409, { domain: 'taken.example', name: 'another' }],
    [409, { domain: 'other.example', name: 'taken.example' }],
    [409, { domain: 'other.example', domainKey: 'taken-key' }],
  ])('is refused with %i: %j', async (expected, body) => {
    if (expected === 409)
      await collector.admin('POST', '/api/v2/sites', {
        domain: 'taken.example',
        domainKey: 'taken-key',
      });
    expect(await status('POST', '/api/v2/sites', body)).toBe(expected);
  });

  it('ends its visits after a silence of its own', async () => {
    const site = await makeSite(collector, { domain: 'silent.example', sessionMinutes: 5 });
    const now = Date.now();
    for (const minutes of [20, 16, 9]) {
      await site.send({
        events: [{ url: `/${minutes}`, visitorId: 'v', at: now - minutes * 60_000 }],
        sentAt: now,
      });
    }
    expect(await site.stats()).toMatchObject({ visits: 2 });
  });

  it('is seen with its own tokens, and with no others', async () => {
    const [a, b] = [
      await makeSite(collector, { domain: 'a.example' }),
      await makeSite(collector, { domain: 'b.example' }),
    ];
    const made = await collector.admin('POST', '/api/v1/tokens', { scope: 'read', project: a.id });
    const { token } = (await made.json()) as { token: string };
    const get = (path: string) =>
      collector.request('GET', path, undefined, { authorization: `Bearer ${token}` });
    expect((await get(`/api/v2/sites/${a.id}/stats`)).status).toBe(200);
    expect((await get(`/api/v2/sites/a.example/stats`)).status).toBe(200);
    for (const id of [b.id, b.domainKey, 'b.example']) {
      expect((await get(`/api/v2/sites/${id}/stats`)).status).toBe(404);
    }
    const { sites } = (await (await get('/api/v2/sites')).json()) as {
      sites: { domain: string }[];
    };
    expect(sites.map(({ domain }) => domain)).toEqual(['a.example']);
    expect((await collector.request('GET', '/api/v2/sites')).status).toBe(401);
  });

  it('says with which pages visits began and ended, in days of its own time zone', async () => {
    const site = await makeSite(collector, { domain: 'ends.example' });
    await collector.admin('PATCH', `/api/v1/projects/${site.id}`, {
      time_zone: 'Pacific/Kiritimati',
    });
    const now = Date.now();
    const view = (visitorId: string, url: string, secondsAgo: number) => ({
      ...{ url, visitorId, at: now - secondsAgo * 1_000 },
    });
    const events = [
      ...[view('a', '/', 90), view('a', '/b', 60), view('b', '/', 80), view('c', '/c', 70)],
      ...[view('c', '/', 50), view('c', '/b', 40)],
    ];
    await site.send({ events, sentAt: now });
    const pages = async (end: string, query = '') =>
      (
        (await (
          await collector.admin('GET', `/api/v2/sites/${site.id}/${end}-pages${query}`)
        ).json()) as { pages: unknown[] }
      ).pages;
    expect(await pages('entry')).toEqual([
      { path: '/', visits: 2, visitors: 2, bounceRate: 50 },
      { path: '/c', visits: 1, visitors: 1, bounceRate: 0 },
    ]);
    expect(await pages('exit', '?limit=1')).toEqual([
      { path: '/b', visits: 2, visitors: 2, bounceRate: 0 },
    ]);
    // Fourteen hours ahead of UTC.
    const today = new Date(now + 14 * 3_600_000).toISOString().slice(0, 10);
    const yesterday = new Date(now - 10 * 3_600_000).toISOString().slice(0, 10);
    expect(await pages('entry', `?start=${today}&end=${today}`)).toHaveLength(2);
    expect(await pages('entry', `?start=${yesterday}&end=${yesterday}`)).toEqual([]);
  });

  it('compares a range with the one before it', async () => {
    const site = await makeSite(collector, { domain: 'change.example' });
    const day = 86_400_000;
    const now = Date.now();
    const views = [1, 2, 3, 31, 32].map((days) => ({
      url: '/',
      visitorId: `v${days}`,
      at: now - days * day,
    }));
    await site.send({ events: views, sentAt: now });
    expect(await site.stats()).toMatchObject({
      visitors: 3,
      bounceRate: 100,
      change: { visitors: 50, views: 50, bounceRate: 0 },
    });
  });
});

describe('the tracker', () => {
  it('is what the snippet says: its bytes have its hash, and it may be kept for good', async () => {
    const { embedCode, domainKey } = await makeSite(collector, { domain: 'script.example' });
    const [, src] = /src="([^"]+)"/.exec(embedCode)!;
    const [, integrity] = /integrity="([^"]+)"/.exec(embedCode)!;
    expect(embedCode).toContain(`data-site-id="${domainKey}"`);
    const answer = await fetch(src!, { headers: { origin: 'https://script.example' } });
    const text = await answer.text();
    expect(`sha384-${createHash('sha384').update(text).digest('base64')}`).toBe(integrity);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://script.example');
    const again = await fetch(src!, { headers: { 'if-none-match': answer.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });

  it.each(['/tracker.js', '/js/script.js', '/tracker.js?v=old'])(
    '%s is asked for again',
    async (path) => {
      const answer = await collector.request('GET', path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    },
  );
});
