// What pages send: LittleStats' wire and Plausible's, over real HTTP.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Collector, makeFolder, startCollector } from '../support/collector.ts';
import { BROWSER, makeSite, type TestSite } from './support/site.ts';

let collector: Collector;
let site: TestSite;
let count = 0;
beforeAll(async () => {
  collector = await startCollector({
    COLLECTOR_TRUST_PROXY: '1',
    COLLECTOR_COUNTRY_HEADER: 'CF-IPCountry',
  });
});
afterAll(() => collector.stop());
let domain = '';
beforeEach(async () => {
  count++;
  domain = `site${count}.example`;
  site = await makeSite(collector, { domain });
});

const letters = async () => {
  const answer = await collector.admin('GET', `/api/v1/dead-letters?project=${site.id}`);
  return ((await answer.json()) as { dead_letters: { reason: string; payload: unknown }[] })
    .dead_letters;
};

describe('a page that speaks as LittleStats', () => {
  it('is a pageview with all that is derived, and nothing of the rest of its query', async () => {
    const answer = await site.send(
      {
        website: site.domainKey,
        type: 'pageview',
        url: '/pricing/?utm_source=letter&utm_campaign=may&token=secret',
        referrer: 'https://www.example.com/a?q=private',
        title: 'Prices',
        screen: '1920x1080',
        language: 'de-DE',
        visitorId: 'visitor-1',
      },
      { 'cf-ipcountry': 'de', 'x-forwarded-for': '203.0.113.9' },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(`https://${domain}`);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(await answer.json()).toEqual({
      success: true,
      cache: {
        visitId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        iat: expect.any(Number),
        sessionStart: expect.any(Number),
      },
    });
    const [event] = await site.events();
    expect(event).toMatchObject({ event: '$pageview', distinct_id: 'visitor-1' });
    expect(event!.properties).toEqual({
      $pathname: '/pricing',
      $referring_domain: 'example.com',
      $channel: 'Campaign',
      utm_source: 'letter',
      utm_campaign: 'may',
      $browser: 'Chrome',
      $browser_major: '143',
      os: 'linux',
      $device_type: 'desktop',
      $country: 'DE',
      $browser_language: 'de-DE',
      $screen: '1920x1080',
      $visit: expect.any(Number),
      title: 'Prices',
    });
    const all = JSON.stringify(await site.events());
    for (const word of ['secret', 'private', '203.0.113.9']) expect(all).not.toContain(word);
  });

  it('without a type is a pageview, or an event where it has a name', async () => {
    await site.send({ url: '/', visitorId: 'v' });
    await site.send({ url: '/', visitorId: 'v', name: 'signup', data: { plan: 'pro', $visit: 7 } });
    const events = await site.events();
    expect(events.map(({ event }) => event).sort()).toEqual(['$pageview', 'signup']);
    expect(events.find(({ event }) => event === 'signup')!.properties).toMatchObject({
      plan: 'pro',
    });
    expect(events[0]!.properties.$visit).toBe(events[1]!.properties.$visit);
  });

  it('sends several at once, packed, with a clock that is two days off', async () => {
    const sentAt = Date.now() + 2 * 86_400_000;
    const view = (secondsAgo: number, url: string) => ({
      ...{ type: 'pageview', url, visitorId: 'v', at: sentAt - secondsAgo * 1_000 },
    });
    const body = { siteId: site.domainKey, sentAt, events: [view(60, '/a'), view(5, '/b')] };
    const answer = await site.send(gzipSync(JSON.stringify(body)));
    expect(answer.status).toBe(200);
    const times = (await site.events()).map(({ timestamp }) => Date.now() - Date.parse(timestamp));
    expect(times[0]).toBeGreaterThan(55_000);
    expect(times[0]).toBeLessThan(90_000);
    expect(times[1]).toBeLessThan(times[0]! - 50_000);
    expect(await site.stats()).toMatchObject({ views: 2, visits: 1, visitors: 1, avgDuration: 55 });
  });

  it('may send again: by its uuid, or within the second, it counts once', async () => {
    const at = Date.now() - 10_000;
    const withId = {
      type: 'event',
      name: 'a',
      url: '/',
      visitorId: 'v',
      uuid: crypto.randomUUID(),
      at,
    };
    const without = { type: 'event', name: 'b', url: '/', visitorId: 'v', at };
    for (const body of [withId, withId, without, without])
      expect((await site.send(body)).status).toBe(200);
    expect(await site.events()).toHaveLength(2);
  });

  it('goes on after a kill as if nothing had been', async () => {
    const folder = makeFolder();
    const own = await startCollector({}, { folder: folder.path });
    const page = await makeSite(own, { domain: 'kill.example', domainKey: 'site_killed' });
    const first = await (await page.send({ url: '/a', visitorId: 'v' })).json();
    own.child.kill('SIGKILL');
    await own.ended;
    const again = await startCollector({}, { folder: folder.path });
    try {
      const answer = await again.request(
        'POST',
        '/api/v2/track/site_killed',
        { url: '/b', visitorId: 'v' },
        { origin: 'https://kill.example', 'user-agent': BROWSER },
      );
      expect(
        ((await answer.json()) as typeof first & { cache: { visitId: string } }).cache.visitId,
      ).toBe((first as { cache: { visitId: string } }).cache.visitId);
    } finally {
      await again.stop();
      folder.remove();
    }
  });

  it('that is not the site’s becomes a dead letter, and gets 200', async () => {
    const none = { origin: '', referer: '' };
    for (const headers of [
      { origin: 'https://other.example' },
      { origin: `https://${domain}.evil.example` },
      { origin: `https://evil${domain}` },
      { origin: 'null' },
      { ...none },
    ]) {
      const answer = await site.send({ url: '/', visitorId: 'v' }, headers);
      expect([answer.status, await answer.json()]).toEqual([200, { success: true }]);
    }
    expect(await site.events()).toEqual([]);
    expect((await letters()).map(({ reason }) => reason)).toEqual(Array(5).fill('other_origin'));
    for (const headers of [
      { origin: `https://www.${domain}` },
      { origin: `http://a.b.${domain}:8080` },
      { origin: '', referer: `https://${domain}/page` },
    ]) {
      await site.send(
        { type: 'event', name: JSON.stringify(headers), url: '/', visitorId: 'v' },
        headers,
      );
    }
    expect(await site.events()).toHaveLength(3);
  });

  it('of another host is taken when the site has allowed it', async () => {
    await collector.admin('PATCH', `/api/v2/sites/${site.id}`, { hosts: ['localhost'] });
    await site.send({ url: '/', visitorId: 'v' }, { origin: 'http://localhost:3000' });
    expect(await site.events()).toHaveLength(1);
  });

  it('is no bot: those are counted, and nothing of them is kept', async () => {
    const metric = async () =>
      Number(
        /^collector_bots_total (\d+)/m.exec(
          await (await collector.admin('GET', '/metrics')).text(),
        )![1],
      );
    const before = await metric();
    for (const agent of [
      'Googlebot/2.1 (+http://www.google.com/bot.html)',
      'curl/8.5.0',
      BROWSER.replace('Chrome', 'HeadlessChrome'),
    ]) {
      const answer = await site.send({ url: '/', visitorId: 'v' }, { 'user-agent': agent });
      expect(answer.status).toBe(200);
    }
    expect(await metric()).toBe(before + 3);
    expect([await site.events(), await letters()]).toEqual([[], []]);
  });

  it.each(['ann@example.org', '203.0.113.9', '2001:db8::1'])(
    'with a visitor who is called %s: kept as a hash, the same each time',
    async (visitorId) => {
      for (const url of ['/a', '/b']) await site.send({ url, visitorId });
      await site.send({ type: 'identify', id: visitorId, url: '/', visitorId });
      const events = await site.events();
      expect(new Set(events.map(({ distinct_id }) => distinct_id)).size).toBe(1);
      expect(events[0]!.distinct_id).toMatch(/^p_[\w-]{22}$/);
      expect(JSON.stringify(events)).not.toContain(visitorId);
      expect(await site.stats()).toMatchObject({ visitors: 1, visits: 1, views: 2 });
    },
  );

  it('without an id: one visitor an address and browser, told apart from others', async () => {
    const from = (address: string, agent = BROWSER) => ({
      'x-forwarded-for': address,
      'user-agent': agent,
    });
    await site.send({ url: '/a' }, from('203.0.113.1'));
    await site.send({ url: '/b' }, from('203.0.113.1'));
    await site.send({ url: '/a' }, from('203.0.113.2'));
    await site.send({ url: '/a' }, from('203.0.113.1', BROWSER.replace('143', '142')));
    expect(await site.stats()).toMatchObject({ visitors: 3, views: 4 });
  });

  it.each([
    [404, 'an unknown site', '/api/v2/track/nobody', '{}'],
    [400, 'no JSON', undefined, 'url=/'],
    [400, 'no object', undefined, '[1]'],
    [400, 'an empty list', undefined, '{"events":[]}'],
    [413, '51 events', undefined, JSON.stringify({ events: Array(51).fill({ url: '/' }) })],
    [413, 'more than 64 KB', undefined, JSON.stringify({ url: '/', title: 'x'.repeat(65_536) })],
    [
      413,
      'more than 64 KB when it is unpacked',
      undefined,
      gzipSync(JSON.stringify({ title: 'x'.repeat(70_000) })),
    ],
    [400, 'an event without a name', undefined, '{"type":"event","visitorId":"v"}'],
  ])('gets %i for %s', async (status, _what, path, body) => {
    const answer = await collector.request(
      'POST',
      path ?? `/api/v2/track/${site.domainKey}`,
      body,
      {
        origin: `https://${domain}`,
        'user-agent': BROWSER,
      },
    );
    expect(answer.status).toBe(status);
    expect(await site.events()).toEqual([]);
  });

  it('asks before it sends JSON with credentials, and is told that it may', async () => {
    const answer = await collector.request(
      'OPTIONS',
      `/api/v2/track/${site.domainKey}`,
      undefined,
      {
        origin: `https://${domain}`,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(`https://${domain}`);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('access-control-allow-headers')).toBe('content-type');
  });
});

describe('a page that speaks as Plausible', () => {
  const post = (body: unknown) =>
    collector.request('POST', '/api/event', body, {
      origin: `https://${domain}`,
      'user-agent': BROWSER,
      'content-type': 'text/plain',
    });

  it('is in the same visits', async () => {
    const url = `https://${domain}`;
    const view = await post({ name: 'pageview', url: `${url}/a?ref=x`, domain, referrer: null });
    expect([view.status, await view.text()]).toEqual([202, 'ok']);
    await post({ n: 'Signup', u: `${url}/a`, d: domain, p: '{"plan":"pro"}' });
    await post({ n: 'engagement', u: `${url}/a`, d: domain, e: 12_000 });
    const events = await site.events();
    expect(events.map(({ event }) => event).sort()).toEqual(['$pageleave', '$pageview', 'Signup']);
    expect(events.find(({ event }) => event === '$pageview')!.properties).toMatchObject({
      ...{ $pathname: '/a', $host: domain, utm_source: 'x' },
    });
    expect(events.find(({ event }) => event === 'Signup')!.properties).toMatchObject({
      plan: 'pro',
    });
    expect(await site.stats()).toMatchObject({
      views: 1,
      visits: 1,
      bounceRate: 0,
      avgDuration: 12,
    });
  });

  it('names a site by its domain, or gets 404', async () => {
    expect((await post({ name: 'pageview', url: '/', domain: 'nobody.example' })).status).toBe(404);
  });
});
