// The pages as a collector serves them: alone, compressed, kept; and what `forget` of the shim leaves.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { makeHost } from '../../../test/support/host';
import { ADMIN, type Collector, event, startCollector, TOKEN } from './support/collector';
import { sendAll, visit, WITH_WAREHOUSE } from './support/visit';

describe('the dashboard', () => {
  let collector: Collector;

  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector?.stop());

  const send = (...events: object[]) =>
    collector.post('/batch/', { api_key: TOKEN, batch: events.map((each) => event(each)) });

  it('cannot be put into a frame', async () => {
    const { status, headers } = await fetch(`${collector.url}/`);
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy')!.split('; ');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('sends its files compressed, to be kept for good, and its answers compressed', async () => {
    const page = await (await fetch(`${collector.url}/`)).text();
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page)!;
    const get = async (path: string, encoding: string) => {
      const { headers, body, status } = await fetch(collector.url + path, {
        headers: { 'accept-encoding': encoding, authorization: `Bearer ${ADMIN}` },
      });
      await body?.cancel();
      expect(status, path).toBe(200);
      return headers;
    };
    for (const encoding of ['br', 'gzip']) {
      const headers = await get(script!, encoding);
      expect(headers.get('content-encoding')).toBe(encoding);
      expect(headers.get('cache-control')).toContain('immutable');
    }
    expect((await get('/', 'identity')).get('cache-control')).toBe('no-cache');
    // Long enough to be worth it.
    await send(...Array.from({ length: 40 }, (_, n) => ({ properties: { command: `c${n}` } })));
    const answer = await get('/api/v1/summary', 'br');
    expect(answer.get('content-encoding')).toBe('br');
    expect(answer.get('cache-control')).toBe('no-store');
    expect((await get('/api/v1/summary', 'identity')).get('content-encoding')).toBeNull();
  });

  it('has 110 KB of JavaScript at most, compressed', async () => {
    const page = await (await fetch(`${collector.url}/`)).text();
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page)!;
    const text = await (await fetch(collector.url + script!)).text();
    expect(gzipSync(text).length).toBeLessThan(110_000);
    expect(page).not.toContain('<script>');
  });

  // All that the pages promise is in pages.slow.test.ts; this is the way through.
  it.runIf(hasBrowser())(
    'shows in a browser what was sent, to who has the token',
    async () => {
      const browser = await startBrowser();
      const asked = await startCollector(WITH_WAREHOUSE);
      try {
        await sendAll(asked, [event({}), event({ distinct_id: 'id-2' })]);
        const { page, trouble } = await visit(browser, asked, '/', { isSignedIn: false });
        await page.getByLabel('Token', { exact: true }).fill(ADMIN);
        await page.keyboard.press('Enter');
        await page.locator('#commands li', { hasText: 'up' }).waitFor();
        await page.locator('#activity canvas').waitFor();
        expect(await page.locator('.tile .number').first().textContent()).toBe('2');
        expect(trouble).toEqual([]);
      } finally {
        await browser.close();
        await asked.stop();
      }
    },
    60_000,
  );

  it('forgets an id when the shim asks with its project’s token', async () => {
    const host = await makeHost();
    const env = { ONRAMP_ANALYTICS_SENDER: 'http', POSTHOG_HOST: collector.url };
    await host.shim(['enable']);
    const id = (await host.shim(['show-id'])).stdout.trim();
    const track = ['track', 'service_started', 'service_name=plex'];
    await host.shim(track, { ...env, POSTHOG_API_KEY: TOKEN });
    const mine = async () =>
      (await collector.events()).filter(({ distinct_id }) => distinct_id === id).length;
    expect(await mine()).toBe(1);
    const wrong = { ...env, POSTHOG_API_KEY: 'phc_of_nobody' };
    const refused = await host.shim(['forget', '--yes'], wrong);
    expect(refused.stdout).toContain(`  ${id}\n`);
    expect(await mine()).toBe(1);
    const again = ['forget', '--yes', '--id', id];
    const { stdout } = await host.shim(again, { ...env, POSTHOG_API_KEY: TOKEN });
    // Not how many they were: the token is known to every user of the project.
    expect(stdout).toContain(`deleted everything under ${id}.`);
    expect(await mine()).toBe(0);
    host.remove();
  });
});
