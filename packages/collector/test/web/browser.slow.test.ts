// A site on a collector, in a real browser: our own tracker, and those of others as npm has them, unmodified.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSite } from '../../../../examples/site.mjs';
import { EXPECTED, visitAll } from '../../../../examples/visits.mjs';
import { hasBrowser, startBrowser } from '../../../../test/support/browser.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { BROWSER, makeSite, type TestSite } from './support/site.ts';

const require = createRequire(import.meta.url);
/** Somewhere else, whose pages are sites. */
const HOST = '127.0.0.1';

describe.skipIf(!hasBrowser())('a site in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let collector: Collector;
  let site: TestSite & { token: string };
  let scripts: Record<string, string>;
  let body: string;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://site');
    const script = scripts[pathname];
    if (script !== undefined) {
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    }
    response.writeHead(pathname === '/favicon.ico' ? 204 : 200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>${pathname}</title>${body}`);
  });
  const url = () => `http://${HOST}:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    browser = await startBrowser();
    await new Promise<void>((done) => server.listen(0, HOST, done));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    collector = await startCollector();
    site = (await makeSite(collector, { domain: HOST })) as typeof site;
    scripts = {};
    context = await browser.newContext({ userAgent: BROWSER });
    await context.addInitScript(
      'Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false })',
    );
  });
  afterEach(async () => {
    await context.close();
    await collector.stop();
  });

  /** The events that are stored, by name and page, when there are so many; how long was read is apart. */
  const names = (count: number) =>
    vi.waitFor(
      async () => {
        const shown = (await site.events()).filter(({ event }) => event !== '$pageleave');
        expect(shown.length).toBeGreaterThanOrEqual(count);
        return shown.map(({ event, properties }) => `${event} ${properties.$pathname}`).sort();
      },
      { timeout: 15_000, interval: 100 },
    );

  it('is counted as it was visited: pages, a form, an app, a dead link', async () => {
    const example = await startSite(() => site.embedCode);
    try {
      await visitAll(example.url);
      await vi.waitFor(
        async () => {
          const { visits, views } = EXPECTED;
          expect(await site.stats()).toMatchObject({
            visits,
            views,
            visitors: visits,
            bounceRate: 25,
          });
        },
        { timeout: 15_000, interval: 200 },
      );
      const own = (await site.events()).filter(({ event }) => !event.startsWith('$'));
      expect(own.map(({ event }) => event).sort()).toEqual(['contact', 'not_found', 'order']);
    } finally {
      await example.close();
    }
  }, 60_000);

  it('shows the page again that a driven browser loads: it is not counted', async () => {
    const driven = await browser.newContext({ userAgent: BROWSER });
    body = site.embedCode;
    const page = await driven.newPage();
    await page.goto(`${url()}/driven`);
    await driven.close();
    const other = await context.newPage();
    await other.goto(`${url()}/people`);
    expect(await names(1)).toEqual(['$pageview /people']);
  });

  it('moved from Plausible by one host name: its snippet loads ours', async () => {
    body = `<script defer data-domain="${HOST}" src="${collector.url}/js/script.js"></script>`;
    const page = await context.newPage();
    await page.goto(`${url()}/moved`);
    expect(await names(1)).toEqual(['$pageview /moved']);
  });

  it('with @plausible-analytics/tracker', async () => {
    const folder = dirname(require.resolve('@plausible-analytics/tracker'));
    scripts = { '/plausible.js': readFileSync(join(folder, 'plausible.js'), 'utf8') };
    body = `<script type="module">
      import { init, track } from '/plausible.js';
      init({ domain: '${HOST}', endpoint: '${collector.url}/api/event', captureOnLocalhost: true });
      track('Signup', { props: { plan: 'pro' } });
      history.pushState({}, '', '/two');
    </script>`;
    const page = await context.newPage();
    await page.goto(`${url()}/one`);
    expect(await names(3)).toEqual(['$pageview /one', '$pageview /two', 'Signup /one']);
    expect(await site.stats()).toMatchObject({ visits: 1, visitors: 1, views: 2 });
  });

  it('with plausible-tracker', async () => {
    const bundle = await rolldown({
      input: require.resolve('plausible-tracker'),
      platform: 'browser',
    });
    const { output } = await bundle.generate({ format: 'esm' });
    scripts = { '/plausible.js': output[0].code };
    body = `<script type="module">
      import Plausible from '/plausible.js';
      const create = Plausible.default ?? Plausible;
      const { trackPageview, trackEvent } = create({ domain: '${HOST}', apiHost: '${collector.url}', trackLocalhost: true });
      trackPageview();
      trackEvent('Signup', { props: { plan: 'pro' } });
    </script>`;
    const page = await context.newPage();
    await page.goto(`${url()}/one`);
    expect(await names(2)).toEqual(['$pageview /one', 'Signup /one']);
  });

  it('with posthog-js: its pages are in the same visits', async () => {
    body = `<script src="${collector.url}/static/array.js"></script>
      <script>
        posthog.init('${site.token}', { api_host: '${collector.url}', capture_pageview: 'history_change',
          autocapture: false, request_batching: false, disable_session_recording: true });
        posthog.capture('signup');
      </script>`;
    const page = await context.newPage();
    await page.goto(`${url()}/one?utm_source=letter`, { referer: 'https://www.google.com/' });
    await names(2);
    await page.evaluate("history.pushState({}, '', '/two')");
    expect(await names(3)).toEqual([...['$pageview /one', '$pageview /two', 'signup /one']]);
    const [view] = (await site.events()).filter(
      ({ properties }) => properties.$pathname === '/one',
    );
    expect(view!.properties).toMatchObject({
      ...{ $browser: 'Chrome', $browser_major: '143', $device_type: 'desktop' },
      utm_source: 'letter',
    });
    expect(await site.stats()).toMatchObject({ visits: 1, visitors: 1, views: 2 });
  });
});
