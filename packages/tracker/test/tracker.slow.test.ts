// The tracker in a real browser, on pages of another origin than its host.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';

const DIST = join(import.meta.dirname, '../dist/tracker.js');
execFileSync(process.execPath, [join(import.meta.dirname, '../build.mjs')]);
const { makeWorld } = await import('./support/site');
type World = Awaited<ReturnType<typeof makeWorld>>;

it('is at most 2.5 KB after gzip', () => {
  expect(gzipSync(readFileSync(DIST), { level: 9 }).length).toBeLessThanOrEqual(2_500);
});

describe.skipIf(!hasBrowser())('the tracker', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let world: World;
  let thrown: string[];

  beforeAll(async () => {
    browser = await startBrowser(['--disable-back-forward-cache']);
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    world = await makeWorld();
    context = await browser.newContext();
    thrown = [];
    // A browser that is driven says so; people's do not.
    await context.addInitScript(
      'Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false })',
    );
    page = await open();
  });
  afterEach(async () => {
    await context.close();
    await world.close();
    expect(thrown).toEqual([]);
  });

  async function open(): Promise<Page> {
    const opened = await context.newPage();
    opened.on('pageerror', (error) => thrown.push(String(error)));
    return opened;
  }

  /** The pages that were counted. What a page that ended could not know of is sent again, and is one by its uuid. */
  const views = () =>
    [...new Map(world.sent.map((each) => [each.uuid, each])).values()]
      .filter(({ type }) => type === 'pageview')
      .map(({ url }) => url);

  /** Has the page send everything, and resolves when its last word, an event, is here. */
  async function settle(): Promise<void> {
    await page.evaluate("littlestats.track('settled'); littlestats.destroy()");
    for (
      let count = 1;
      !world.sent.some(({ name }) => name === 'settled') && count < 60;
      count += 1
    ) {
      await world.until(world.sent.length + 1);
    }
  }

  describe('pages', () => {
    it('counts a page that loads, with what the wire wants', async () => {
      await page.goto(`${world.site}/one?utm_source=news&secret=1`);
      const [sent] = await world.until(1);
      expect(sent).toMatchObject({
        website: 'site-1',
        type: 'pageview',
        url: '/one?utm_source=news',
        referrer: '',
        title: '/one',
        screen: '1280x720',
        language: 'en-US',
      });
      expect(sent!.uuid).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(sent!.visitorId).toMatch(/^[0-9a-f-]{36}$/);
      expect(world.bodies[0]).toMatchObject({ siteId: 'site-1', sentAt: expect.any(Number) });
    });

    it('counts what a single-page application pushes, replaces, and goes back to, once each', async () => {
      await page.goto(`${world.site}/`);
      await page.evaluate("history.pushState({}, '', '/a')");
      await page.evaluate("history.pushState({}, '', '/a')");
      await page.evaluate("history.replaceState({}, '', '/b')");
      await page.evaluate("history.replaceState({}, '', '/b?utm_source=x&sort=up')");
      await page.evaluate("history.pushState({}, '', '/c#part')");
      await page.evaluate(
        'new Promise(done => { addEventListener("popstate", done, { once: true }); history.back() })',
      );
      await settle();
      expect(views()).toEqual(['/', '/a', '/b', '/c', '/b?utm_source=x']);
      expect(
        world.sent.find(({ url, type }) => url === '/a' && type === 'pageview')!.referrer,
      ).toBe(`${world.site}/`);
    });

    it('counts hashes only with data-hash, and queries only with data-query', async () => {
      await page.goto(`${world.site}/#one`);
      await page.evaluate(
        'new Promise(done => { addEventListener("hashchange", done, { once: true }); location.hash = "two" })',
      );
      await settle();
      expect(views()).toEqual(['/']);
      world.sent.length = 0;
      world.attributes = 'data-hash data-query="id"';
      await page.goto(`${world.site}/?id=1&token=x#one`);
      await page.evaluate(
        'new Promise(done => { addEventListener("hashchange", done, { once: true }); location.hash = "two" })',
      );
      await page.evaluate("history.pushState({}, '', '/?id=2&token=y')");
      await settle();
      expect(views()).toEqual(['/?id=1#one', '/?id=1#two', '/?id=2']);
    });

    it('counts a reload, and where a redirect led to', async () => {
      await page.goto(`${world.site}/redirect`);
      await world.until(1);
      await page.reload();
      await settle();
      expect(views()).toEqual(['/landed', '/landed']);
    });

    it('counts a page that comes back from where the browser had put it', async () => {
      await page.goto(`${world.site}/first`);
      await world.until(1);
      await page.goto(`${world.site}/second`);
      await world.until(3);
      await page.evaluate('history.back()');
      await world.until(world.sent.length + 2);
      expect(views()).toEqual(['/first', '/second', '/first']);
      // Else the browser loaded it anew.
      expect(world.requests.filter((path) => path === '/first')).toHaveLength(1);
    });

    it('counts no page when a tab is hidden and shown again', async () => {
      await page.goto(`${world.site}/`);
      await world.until(1);
      await hide(page, 'hidden');
      await hide(page, 'visible');
      await settle();
      expect(views()).toEqual(['/']);
    });

    it('leaves out what data-exclude names, and with data-auto="false" counts what it is told to', async () => {
      world.attributes = 'data-exclude="/admin/*, /private"';
      await page.goto(`${world.site}/admin/users`);
      await page.goto(`${world.site}/private`);
      await page.goto(`${world.site}/privately`);
      await settle();
      expect(views()).toEqual(['/privately']);
      world.sent.length = 0;
      world.attributes = 'data-auto="false"';
      await page.goto(`${world.site}/`);
      await page.evaluate("history.pushState({}, '', '/by-hand'); littlestats.trackPageView()");
      await settle();
      expect(views()).toEqual(['/by-hand']);
    });

    it('counts a page that was prepared only when it is shown', async () => {
      world.body =
        '<script type="speculationrules">{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}</script><a href="/next">on</a>';
      await page.goto(`${world.site}/`);
      await world.until(1);
      await Promise.all([page.waitForURL('**/next'), page.click('a')]);
      await settle();
      expect(views()).toEqual(['/', '/next']);
    });
  });

  /** As when another tab is chosen: a browser without a window does not hide one. */
  const hide = (on: Page, state: 'hidden' | 'visible') =>
    on.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);

  describe('events', () => {
    it('sends a flat object, and nothing that is not', async () => {
      await page.goto(`${world.site}/`);
      await page.evaluate(`track('bought', {
        what: 'x'.repeat(600), count: 3, gift: true, when: new Date(0), none: null, bad: NaN, deep: { a: 1 }, list: [1],
        call() {}, ['k'.repeat(50)]: 'long',
      })`);
      await page.evaluate(
        "track('many', Object.fromEntries(Array.from({ length: 40 }, (_, n) => ['k' + n, n])))",
      );
      await settle();
      const [bought, many] = world.sent.filter(({ type }) => type === 'event');
      expect(bought!.data).toEqual({
        what: 'x'.repeat(500),
        count: 3,
        gift: true,
        when: '1970-01-01T00:00:00.000Z',
        ['k'.repeat(40)]: 'long',
      });
      expect(Object.keys(many!.data!)).toHaveLength(30);
    });

    it('identifies without becoming another visitor', async () => {
      await page.goto(`${world.site}/`);
      await page.evaluate("identify('user-1', { plan: 'pro' }); track('after')");
      await settle();
      expect(world.sent.find(({ type }) => type === 'identify')).toMatchObject({
        id: 'user-1',
        data: { plan: 'pro' },
      });
      expect(new Set(world.sent.map(({ visitorId }) => visitorId)).size).toBe(1);
    });

    it('sends ten together at once, and fewer after five seconds', async () => {
      await page.goto(`${world.site}/`);
      await world.until(1);
      await page.evaluate("for (let n = 0; n < 12; n += 1) track('e' + n)");
      await world.until(13);
      expect(world.bodies.map(({ events }) => events.length)).toEqual([1, 10, 2]);
    });

    it("does not take the page's own names, nor is it disturbed by them", async () => {
      world.body = '<script>window.track = () => "mine"</script>';
      await page.goto(`${world.site}/`);
      await page.evaluate('window.fetch = () => { throw new Error("no") }');
      expect(await page.evaluate('track()')).toBe('mine');
      await page.evaluate(
        "littlestats.track('x', { get bad() { throw new Error('no') } }); littlestats.track()",
      );
      await settle();
      expect(views()).toEqual(['/']);
    });

    it('says how long a page was read, when it is left', async () => {
      await page.goto(`${world.site}/read`);
      await world.until(1);
      await page.mouse.move(10, 10);
      await page.waitForTimeout(300);
      await page.mouse.wheel(0, 500);
      await page.evaluate("history.pushState({}, '', '/next')");
      await settle();
      const exit = world.sent.find(({ type, url }) => type === 'page_exit' && url === '/read')!;
      expect(exit.engaged).toBeGreaterThanOrEqual(300);
      expect(exit.engaged).toBeLessThan(10_000);
    });
  });

  describe('what is kept', () => {
    it('is the same visitor in another tab, and on the next day; and sends what the server said of the visit', async () => {
      await page.goto(`${world.site}/`);
      await world.until(1);
      const other = await open();
      await other.goto(`${world.site}/other`);
      const [first, second] = await world.until(2);
      expect(second!.visitorId).toBe(first!.visitorId);
      expect(second!.cache).toMatchObject({ visitId: 'visit-1' });
    });

    it('keeps the visitor of LittleStats', async () => {
      await page.goto(`${world.site}/`);
      await page.evaluate("localStorage.setItem('_ls_vid', 'an-old-visitor')");
      await page.reload();
      await world.until(2);
      expect(world.sent.at(-1)!.visitorId).toBe('an-old-visitor');
    });

    it('keeps nothing with data-storage="none"', async () => {
      world.attributes = 'data-storage="none"';
      await page.goto(`${world.site}/`);
      await world.until(1);
      expect(world.sent[0]!.visitorId).toBeUndefined();
      world.status = 503;
      await page.evaluate("track('lost'); littlestats.destroy()");
      expect(await page.evaluate('localStorage.length')).toBe(0);
    });

    it('works where storage is forbidden', async () => {
      await context.addInitScript(`for (const name of ['getItem', 'setItem', 'removeItem'])
        Storage.prototype[name] = () => { throw new DOMException('no', 'SecurityError') }`);
      await page.goto(`${world.site}/`);
      await page.evaluate("track('x')");
      await settle();
      expect(world.sent.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['pageview', 'event']),
      );
      expect(world.sent[0]!.visitorId).toBeUndefined();
    });

    it('sends with the next page what could not be sent, once, and with its time', async () => {
      world.status = 503;
      await page.goto(`${world.site}/lost`);
      await page.waitForFunction("localStorage.getItem('_ls_kept')");
      world.status = 200;
      await page.goto(`${world.site}/found`);
      await settle();
      expect(views()).toEqual(['/lost', '/found']);
      expect(new Set(world.sent.map(({ uuid }) => uuid)).size).toBe(world.sent.length);
    });

    it('sends with the next page what was done offline', async () => {
      await page.goto(`${world.site}/`);
      await world.until(1);
      await context.setOffline(true);
      await page.evaluate("for (let n = 0; n < 60; n += 1) track('e' + n)");
      await page.waitForFunction("(localStorage.getItem('_ls_kept') ?? '').includes('e59')", null, {
        timeout: 10_000,
      });
      await context.setOffline(false);
      await page.reload();
      await settle();
      const names = world.sent.map(({ name }) => name).filter((name) => name?.startsWith('e'));
      expect(names).toHaveLength(50); // The youngest: no more are kept.
      expect(names.at(-1)).toBe('e59');
    });
  });

  describe('who is not counted', () => {
    const REFUSALS = {
      'Do Not Track':
        "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })",
      'Global Privacy Control':
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })",
      'a driven browser':
        "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => true })",
      'who said so here': "localStorage.setItem('littlestats_ignore', 'true')",
    };
    for (const [who, script] of Object.entries(REFUSALS)) {
      it(`${who}: nothing is sent, nothing kept, and calls do nothing`, async () => {
        await page.addInitScript(script);
        await page.goto(`${world.site}/`);
        await page.evaluate(
          "track('x'); identify('y'); littlestats.trackPageView(); littlestats.destroy()",
        );
        const before = await page.evaluate("localStorage.getItem('_ls_vid')");
        expect(before).toBeNull();
        // A page that is counted comes after it: nothing was on its way.
        const other = await browser.newContext();
        await other.addInitScript(
          'Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false })',
        );
        await (await other.newPage()).goto(`${world.site}/counted`);
        await world.until(1);
        await other.close();
        expect(views()).toEqual(['/counted']);
      });
    }
  });

  it('leaves nothing behind after destroy()', async () => {
    await context.addInitScript(`window.listening = new Set();
      const { addEventListener, removeEventListener } = EventTarget.prototype;
      EventTarget.prototype.addEventListener = function (type, does, options) { listening.add(does); return addEventListener.call(this, type, does, options) };
      EventTarget.prototype.removeEventListener = function (type, does, options) { listening.delete(does); return removeEventListener.call(this, type, does, options) };
      window.originals = [history.pushState, history.replaceState];`);
    await page.goto(`${world.site}/`);
    await world.until(1);
    expect(await page.evaluate('listening.size')).toBeGreaterThan(0);
    await page.evaluate('littlestats.destroy()');
    expect(await page.evaluate('listening.size')).toBe(0);
    expect(
      await page.evaluate(
        'history.pushState === originals[0] && history.replaceState === originals[1]',
      ),
    ).toBe(true);
    const count = world.sent.length;
    await page.evaluate(
      "history.pushState({}, '', '/after'); track('after'); littlestats.trackPageView()",
    );
    await page.reload();
    await world.until(count + 2);
    expect(views()).toEqual(['/', '/after']); // The second by the reload.
  });

  it("works under a page's strict policy", async () => {
    const { origin } = new URL(world.site);
    world.headers = {
      'content-security-policy': `default-src 'none'; script-src http://127.0.0.1:*; connect-src http://127.0.0.1:*`,
    };
    expect(origin).toBe(world.site);
    await page.goto(`${world.site}/strict`);
    await world.until(1);
    expect(views()).toEqual(['/strict']);
  });
});
