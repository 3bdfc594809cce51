// What strangers get of published projects: figures, a page and a badge, all of the same months; and nothing
// that tells a project that is not published from one that there is not.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from '../support/collector';
import { monthsOf, publishedFolder } from '../support/published';

const month = (name: string, ids: number | null) => ({ month: name, ids, lists: {} });
/** As hostile as a name of a project may be: markup is refused when it is made, and escaped anyway. */
const STRANGE = '<svg onload=alert(1)> & "sons"';

let folder: Awaited<ReturnType<typeof publishedFolder>>;
let collector: Collector;
beforeAll(async () => {
  folder = await publishedFolder([
    { name: 'app', months: monthsOf(3) },
    { name: 'secret', isPublic: false, months: monthsOf(3) },
    { name: 'fresh', kind: 'installs' },
    { name: 'small', kind: 'web', months: [month('2026-09', 120), month('2026-10', null)] },
    { name: 'large', months: [month('2026-10', 1_239_990)] },
    { name: STRANGE, months: [month('2026-10', 10)] },
  ]);
  collector = await startCollector({}, { folder: folder.path });
});
afterAll(async () => {
  await collector.stop();
  folder.remove();
});

const get = (path: string, headers: object = {}) =>
  collector.request('GET', path, undefined, headers);
const paths = (name: string) => [
  `/api/v1/public/${name}`,
  `/public/${name}`,
  `/public/${name}/badge.svg`,
  `/public/${name}/badge.json`,
];
/** Status, headers and body of an answer, without what varies from one to the next. */
async function whole(path: string): Promise<unknown> {
  const answer = await get(path);
  const headers = [...answer.headers].filter(
    ([name]) => name !== 'date' && !name.startsWith('x-ratelimit'),
  );
  return [answer.status, headers, await answer.text()];
}

describe('a project that is not published', () => {
  it('is answered as one that there is not, on every path, by GET and by HEAD', async () => {
    for (const [at, path] of paths('secret').entries()) {
      const others = ['nobody', '%3Cb%3E', 'Secret', '2'].map((name) => whole(paths(name)[at]!));
      const own = (await whole(path)) as [number];
      expect(own[0]).toBe(404);
      for (const other of await Promise.all(others)) expect(other).toEqual(own);
      expect((await collector.request('HEAD', path)).status).toBe(404);
    }
  });

  it('cannot be called by dots alone, which no address can name', async () => {
    for (const name of ['.', '..', '...']) {
      expect((await collector.admin('POST', '/api/v1/projects', { name })).status).toBe(400);
    }
  });

  it('is not published by a name that is strange', async () => {
    for (const name of ['%00', '..%2fapp', 'app%2f', 'a'.repeat(90), '%E0%A4%A']) {
      for (const path of paths(name)) {
        const { status } = await get(path);
        expect([path, status === 404 || status === 400]).toEqual([path, true]);
      }
    }
  });
});

describe('the page', () => {
  it('runs its own script alone, in no frame, and says nothing of the project by itself', async () => {
    const answer = await get('/public/app');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).toMatch(/connect-src 'self'.*frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const html = await answer.text();
    expect(html).not.toMatch(/app:|plex|<style|style=|onload/);
    expect(Buffer.byteLength(html)).toBeLessThan(1_000);
    for (const [, file] of html.matchAll(/"(\/assets\/[^"]+)"/g)) {
      const asset = await get(file!, { 'accept-encoding': 'gzip' });
      expect(asset.headers.get('cache-control')).toMatch(/immutable/);
      const bytes = Number(asset.headers.get('content-length'));
      expect(bytes, file).toBeLessThan(40_000);
    }
  });
});

describe('the badge', () => {
  it.each([
    ['app', /aria-label="machines: 140\+ in Oct 2026"/],
    ['fresh', /aria-label="installations: no month yet"/],
    ['small', /aria-label="visitors: fewer than 10 in Oct 2026"/],
    ['large', /aria-label="machines: 1\.2M\+ in Oct 2026"/],
  ])('of %s says what the figures say: %s', async (name, says) => {
    const answer = await get(`/public/${name}/badge.svg`);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const svg = await answer.text();
    expect(svg).toMatch(says);
    // A picture alone: nothing runs, nothing is loaded.
    expect(svg).not.toMatch(/<script|<foreignObject|href|url\((?!#)|\bon\w+=/);
  });

  it('is an endpoint of shields.io', async () => {
    const answer = await get('/public/app/badge.json', { origin: 'https://elsewhere.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toEqual({
      schemaVersion: 1,
      label: 'machines',
      message: '140+ in Oct 2026',
      color: '#1f66c7',
      cacheSeconds: 300,
    });
  });
});

describe('copies', () => {
  it('are asked for again, and not sent again; a badge may be kept for minutes', async () => {
    for (const path of paths('app')) {
      const answer = await get(path);
      expect(answer.headers.get('cache-control')).toBe(
        path.includes('badge') ? 'public, max-age=300' : 'public, no-cache',
      );
      const tag = answer.headers.get('etag')!;
      expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
      for (const known of [tag, `"x", ${tag}`, '*', tag.slice(2)]) {
        const again = await get(path, { 'if-none-match': known });
        expect([path, again.status, await again.text()]).toEqual([path, 304, '']);
      }
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
    const packed = await get('/api/v1/public/app', { 'accept-encoding': 'br' });
    expect(packed.headers.get('content-encoding')).toBe('br');
  });

  it('are worth nothing from the moment on at which a project is switched off', async () => {
    const set = (isPublic: boolean) =>
      collector.admin('PATCH', '/api/v1/projects/small', { public: isPublic });
    const known = await Promise.all(
      paths('small').map(async (path) => [path, (await get(path)).headers.get('etag')!] as const),
    );
    expect((await set(false)).status).toBe(200);
    for (const [path, tag] of known) {
      const answer = await get(path, { 'if-none-match': tag });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.text()).not.toMatch(/visitors|120|2026/);
    }
  });

  it('have the name and the kind that a project has now', async () => {
    const change = (body: object) => collector.admin('PATCH', '/api/v1/projects/large', body);
    await change({ kind: 'product' });
    const { counted } = (await (await get('/api/v1/public/large')).json()) as { counted: string };
    expect(counted).toBe('users');
    expect(await (await get('/public/large/badge.svg')).text()).toContain('users: 1.2M+');
    await change({ name: 'larger' });
    expect((await get('/api/v1/public/large')).status).toBe(404);
    expect(await (await get('/api/v1/public/larger')).json()).toMatchObject({ project: 'larger' });
  });
});

it('a name that would be markup is text in every answer', async () => {
  const [json, page, svg, endpoint] = await Promise.all(
    paths(encodeURIComponent(STRANGE)).map(async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      return answer.text();
    }),
  );
  expect(JSON.parse(json!)).toMatchObject({ project: STRANGE });
  for (const text of [page, svg, endpoint]) expect(text).not.toMatch(/onload|sons/);
});

it('strangers are bounded: all of it together, a minute and address', async () => {
  let status = 200;
  for (let sent = 0; sent < 320 && status !== 429; sent++) {
    status = (await get(paths('app')[sent % 4]!)).status;
  }
  expect(status).toBe(429);
});
