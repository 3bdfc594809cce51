// PostHog v0 on the wire: every path, every wrapping, every answer its clients rely on.

import { gzipSync } from 'node:zlib';
import lz from 'lz-string';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(async () => {
  await collector.stop();
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const stored = async (uuid: string) =>
  (await collector.events()).find((each) => each.uuid === uuid);

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function admin(method: string, path: string, sent?: object): Promise<{ body: any }> {
  return { body: await (await collector.admin(method, path, sent)).json() };
}

describe('every path takes events, with and without a slash at its end', () => {
  const paths = ['/batch', '/capture', '/e', '/i/v0/e', '/track', '/engage'];
  it.each(paths.flatMap((path) => [path, `${path}/`]))('%s', async (path) => {
    const one = event();
    const posted = await collector.post(path, batchOf(one));
    expect(posted.status).toBe(200);
    expect(await posted.json()).toEqual({ status: 'Ok' });
    expect(await stored(one.uuid)).toBeDefined();

    const two = { ...event(), api_key: TOKEN };
    const got = await collector.request(
      'GET',
      `${path}?data=${encodeURIComponent(JSON.stringify(two))}`,
    );
    expect(got.status).toBe(200);
    expect(await stored(two.uuid)).toBeDefined();

    const preflight = await collector.request('OPTIONS', path, undefined, {
      origin: 'https://app.example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-anything',
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('x-anything');
  });
});

describe('every wrapping is taken off', () => {
  type Wrapped = { path?: string; body: string | Buffer; headers?: Record<string, string> };
  const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
  const wrappings: Record<string, (json: string) => Wrapped> = {
    'plain JSON': (json) => ({ body: json }),
    'JSON that says it is text': (json) => ({
      body: json,
      headers: { 'content-type': 'text/plain' },
    }),
    'JSON with a byte order mark': (json) => ({ body: `\uFEFF${json}` }),
    'gzip named in the header': (json) => ({
      body: gzipSync(json),
      headers: { 'content-encoding': 'gzip' },
    }),
    'gzip named in the query': (json) => ({
      path: '?compression=gzip-js',
      body: gzipSync(json),
      headers: { 'content-type': 'text/plain' },
    }),
    'gzip that nobody names': (json) => ({ body: gzipSync(json) }),
    'gzip promised but not there': (json) => ({ path: '?compression=gzip-js', body: json }),
    'base64 as the whole body': (json) => ({ body: base64(json) }),
    'base64 of gzip': (json) => ({ body: base64(gzipSync(json)) }),
    'gzip of base64': (json) => ({ body: gzipSync(base64(json)) }),
    'a form with data': (json) => ({
      body: `data=${encodeURIComponent(json)}`,
      headers: FORM,
    }),
    'a form with base64 data': (json) => ({
      body: `data=${encodeURIComponent(base64(json))}&compression=base64`,
      headers: FORM,
    }),
    'a form with base64 data whose + was not escaped': (json) => ({
      body: `data=${base64(`${json}${' '.repeat(3 - (Buffer.byteLength(json) % 3))}`)}`,
      headers: FORM,
    }),
    'a form with base64 of gzip': (json) => ({
      body: `compression=gzip&data=${encodeURIComponent(base64(gzipSync(json)))}`,
      headers: FORM,
    }),
    'JSON that says it is a form': (json) => ({ body: json, headers: FORM }),
    'lz64 in the body': (json) => ({ path: '?compression=lz64', body: lz.compressToBase64(json) }),
    'lz64 in a form': (json) => ({
      body: `compression=lz64&data=${encodeURIComponent(lz.compressToBase64(json))}`,
      headers: FORM,
    }),
  };
  it.each(Object.keys(wrappings))('%s', async (name) => {
    const one = event({ properties: { text: 'é?>~ÿÿþ 日本 "quoted" +/=' } });
    const { path = '', body, headers } = wrappings[name]!(JSON.stringify(batchOf(one)));
    const answer = await collector.post(`/e/${path}`, body, headers);
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({ status: 200 });
    expect((await stored(one.uuid))?.properties).toEqual(one.properties);
  });

  it.each(['base64', 'lz64'])('%s in the query', async (compression) => {
    const one = { ...event(), token: TOKEN };
    const json = JSON.stringify(one);
    const data = compression === 'lz64' ? lz.compressToBase64(json) : base64(json);
    const query = new URLSearchParams({ data, compression });
    const answer = await collector.request('GET', `/e/?${query}`);
    expect(answer.status).toBe(200);
    expect(await stored(one.uuid)).toBeDefined();
  });
});

describe('a token is found in each of its places', () => {
  const { uuid: _none, ...bare } = event();
  it.each<[string, unknown]>([
    ['api_key of a batch', { api_key: TOKEN, batch: [bare] }],
    ['token of a batch', { token: TOKEN, batch: [bare] }],
    ['api_key of an event', { ...bare, api_key: TOKEN }],
    ['token of an event', { ...bare, token: TOKEN }],
    ['$token of an event', { ...bare, $token: TOKEN }],
    ['token among the properties', { ...bare, properties: { token: TOKEN } }],
    [
      'token of the events of an array',
      [
        { ...bare, token: TOKEN },
        { ...bare, api_key: TOKEN },
      ],
    ],
    ['with space around it', { ...bare, api_key: ` ${TOKEN}\n` }],
  ])('%s', async (_name, body) => {
    expect((await collector.post('/e/', body)).status).toBe(200);
  });

  it.each<[string, unknown]>([
    ['no token', { batch: [bare] }],
    ['an empty token', { api_key: '', batch: [bare] }],
    ['an unknown token', { api_key: 'phc_nobody', batch: [bare] }],
    ['a personal key', { api_key: 'phx_personal', batch: [bare] }],
    ['a token that is no text', { api_key: 17, batch: [bare] }],
    ['a token that is too long', { api_key: 'a'.repeat(65), batch: [bare] }],
    [
      'two tokens',
      [
        { ...bare, token: TOKEN },
        { ...bare, token: 'phc_other' },
      ],
    ],
  ])('%s is answered with 401', async (_name, body) => {
    expect((await collector.post('/e/', body)).status).toBe(401);
  });

  it('and is never stored with the event', async () => {
    const text = await (await collector.admin('GET', '/api/v1/export')).text();
    expect(text).not.toContain(TOKEN);
  });
});

describe('a distinct id is found in each of its places', () => {
  it.each<[string, object, string]>([
    ['beside the event', { distinct_id: 'a' }, 'a'],
    ['with a dollar', { $distinct_id: 'b' }, 'b'],
    ['among the properties', { properties: { distinct_id: 'c' } }, 'c'],
    ['among the properties, with a dollar', { properties: { $distinct_id: 'd' } }, 'd'],
    ['the outer one wins', { distinct_id: 'e', properties: { distinct_id: 'f' } }, 'e'],
    ['a number is written out', { distinct_id: 23.5 }, '23.5'],
    ['a structure is written out', { distinct_id: { a: [1] } }, '{"a":[1]}'],
    ['a long one is cut at 200', { distinct_id: 'x'.repeat(222) }, 'x'.repeat(200)],
  ])('%s', async (_name, fields, expected) => {
    const { distinct_id: _none, properties: _no, ...bare } = event();
    expect((await collector.post('/e/', { ...bare, ...fields, token: TOKEN })).status).toBe(200);
    expect((await stored(bare.uuid))?.distinct_id).toBe(expected);
  });
});

describe('the clock of the client is corrected', () => {
  const timeOf = async (uuid: string) => Date.parse((await stored(uuid))!.timestamp) - Date.now();
  const HOUR = 3_600_000;
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  it.each<[string, (one: object) => unknown, number]>([
    [
      'a timestamp alone is taken as it is',
      (one) => batchOf({ ...one, timestamp: at(-HOUR) }),
      -HOUR,
    ],
    [
      'with sent_at, by how much the clock is off',
      (one) => ({ ...batchOf({ ...one, timestamp: at(-3 * HOUR) }), sent_at: at(-2 * HOUR) }),
      -HOUR,
    ],
    [
      'not when the event forbids it',
      (one) => ({
        ...batchOf({ ...one, timestamp: at(-3 * HOUR), properties: { $ignore_sent_at: true } }),
        sent_at: at(-2 * HOUR),
      }),
      -3 * HOUR,
    ],
    [
      'not in a migration',
      (one) => ({
        ...batchOf({ ...one, timestamp: at(-3 * HOUR) }),
        sent_at: at(-2 * HOUR),
        historical_migration: true,
      }),
      -3 * HOUR,
    ],
    [
      'an offset counts back from now',
      (one) => batchOf({ ...one, timestamp: undefined, offset: HOUR }),
      -HOUR,
    ],
    ['a time far ahead is now', (one) => batchOf({ ...one, timestamp: at(48 * HOUR) }), 0],
    ['no time is now', (one) => batchOf({ ...one, timestamp: undefined }), 0],
    ['a time that is none is now', (one) => batchOf({ ...one, timestamp: 'yesterday' }), 0],
  ])('%s', async (_name, make, expected) => {
    const one = event();
    expect((await collector.post('/batch/', make(one))).status).toBe(200);
    expect(Math.abs((await timeOf(one.uuid)) - expected)).toBeLessThan(60_000);
  });
});

describe('answers are what its clients expect', () => {
  const good = batchOf(event());
  it('204 for a beacon', async () => {
    expect((await collector.post('/e/?beacon=1', good)).status).toBe(204);
  });
  it.each<[string, number, string | Buffer]>([
    ['an empty body', 400, ''],
    ['no JSON', 400, '{"api_key":'],
    ['JSON that is no event', 400, '17'],
    ['an empty batch', 400, JSON.stringify(batchOf())],
    ['broken gzip', 400, gzipSync('x').subarray(0, 12)],
    ['a batch whose every event is bad', 400, JSON.stringify(batchOf({ event: 'a' }))],
    [
      'an event over 10 KB',
      413,
      JSON.stringify(batchOf(event({ properties: { a: 'x'.repeat(11_000) } }))),
    ],
    ['JSON that nests too deep', 400, `${'['.repeat(100_000)}`],
  ])('%s is answered with %i', async (_name, status, body) => {
    const answer = await collector.post('/batch/', body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      code: expect.any(String),
      detail: expect.any(String),
    });
  });

  it('429 when a project sends more than its rate', async () => {
    const slow = await startCollector({ COLLECTOR_RATE_PROJECT: '5' });
    try {
      const five = batchOf(event(), event(), event(), event(), event());
      expect((await slow.post('/batch/', five)).status).toBe(200);
      const refused = await slow.post('/batch/', five);
      expect(refused.status).toBe(429);
    } finally {
      await slow.stop();
    }
  });
});

describe('what SDKs ask besides', () => {
  it.each(['/flags', '/flags/?v=2&config=true', '/decide/?v=4'])(
    '%s has no flags',
    async (path) => {
      const answer = await collector.post(path, { token: TOKEN, distinct_id: 'a' });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ flags: {}, featureFlags: {} });
    },
  );
  it('the configuration of a project is there as JSON and as a script', async () => {
    const json = await collector.request('GET', `/array/${TOKEN}/config`);
    expect(await json.json()).toMatchObject({ sessionRecording: false, surveys: false });
    const script = await (await collector.request('GET', `/array/${TOKEN}/config.js`)).text();
    const window: Record<string, Record<string, unknown>> = {};
    new Function('window', script)(window);
    expect(window._POSTHOG_REMOTE_CONFIG?.[TOKEN]).toMatchObject({ siteApps: [] });
    expect((await collector.request('GET', '/array/phc_nobody/config.js')).status).toBe(404);
  });
});

describe('a bad event does not take its neighbours with it', () => {
  it('it becomes a dead letter with its reason, and can be replayed', async () => {
    const good = event();
    const bad = { ...event(), distinct_id: undefined };
    const answer = await collector.post('/batch/', batchOf(good, bad, 'text', null));
    expect(answer.status).toBe(200);
    expect(await stored(good.uuid)).toBeDefined();
    const { dead_letters: letters } = (await (
      await collector.admin('GET', '/api/v1/dead-letters?limit=1000')
    ).json()) as { dead_letters: { id: number; reason: string; payload: { uuid?: string } }[] };
    const letter = letters.find(({ payload }) => payload?.uuid === bad.uuid);
    expect(letter?.reason).toBe('missing_distinct_id');
    const replay = await collector.admin('POST', `/api/v1/dead-letters/${letter?.id}/replay`);
    expect(await replay.json()).toEqual({ replayed: false, reason: 'missing_distinct_id' });
    const exported = await collector.admin('GET', '/api/v1/dead-letters/export');
    expect((await exported.text()).split('\n').length).toBeGreaterThan(3);
  });

  it('is left when its id was an address: that is not kept, and not replaced by a word', async () => {
    const { body: made } = await admin('POST', '/api/v1/projects', { name: 'letters' });
    const send = (distinct_id: string) =>
      collector.post('/batch/', { api_key: made.token, batch: [event({ distinct_id })] });
    await send('203.0.113.9');
    await send('2001:db8::1');
    const { body: all } = await admin('POST', '/api/v1/dead-letters/replay?project=letters');
    expect(all).toEqual({ replayed: 0, left: 2, reasons: { address_removed: 2 } });
    const { body: page } = await admin('GET', '/api/v1/dead-letters?project=letters');
    const { body: one } = await admin(
      'POST',
      `/api/v1/dead-letters/${page.dead_letters[0].id}/replay`,
    );
    expect(one).toEqual({ replayed: false, reason: 'address_removed' });
    const exported = await collector.admin('GET', '/api/v1/export?project=letters');
    expect(await exported.text()).toBe('');
  });
});
