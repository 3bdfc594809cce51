// The public page in every state: nothing that axe finds, nothing that has to be scrolled sideways, no word of
// trouble, no question but for the published figures. `npm run screenshots` also takes a picture of each,
// into build/screenshots, to look at.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findings } from '../../../../test/support/axe';
import { hasBrowser, startBrowser } from '../../../../test/support/browser';
import { type Collector, startCollector } from '../support/collector';
import { monthsOf, publishedFolder } from '../support/published';

const FOLDER = process.env.SCREENSHOTS
  ? resolve(import.meta.dirname, '../../../../build/screenshots')
  : undefined;

interface State {
  readonly name: string;
  readonly path: string;
  readonly options?: BrowserContextOptions;
  /** What is done before it is looked at. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const DARK = { colorScheme: 'dark' } as const;
const more = (page: Page) =>
  page.locator('#list-services').getByRole('button', { name: 'more' }).click();
const year = '/public/a-year';

const STATES: readonly State[] = [
  { name: 'nothing', path: '/public/nobody' },
  { name: 'nothing-phone-dark', path: '/public/nobody', options: { ...PHONE, ...DARK } },
  { name: 'no-month', path: '/public/no-month' },
  { name: 'one-month', path: '/public/one-month' },
  { name: 'few', path: '/public/few' },
  { name: 'a-year', path: year },
  { name: 'a-year-dark', path: year, options: DARK },
  { name: 'a-year-phone', path: year, options: PHONE },
  { name: 'a-year-phone-dark', path: year, options: { ...PHONE, ...DARK } },
  { name: 'a-year-200-percent', path: year, options: { viewport: { width: 640, height: 500 } } },
  { name: 'a-year-forced-colours', path: year, options: { forcedColors: 'active' } },
  {
    name: 'a-year-print',
    path: year,
    options: DARK,
    prepare: (page) => page.emulateMedia({ media: 'print' }),
  },
  { name: 'a-year-german', path: year, options: { locale: 'de-DE' } },
  { name: 'a-year-arabic', path: year, options: { locale: 'ar-EG' } },
  { name: 'a-month-before', path: `${year}?month=2026-02` },
  { name: 'more', path: '/public/five-years', prepare: more },
  { name: 'more-phone', path: '/public/five-years', options: PHONE, prepare: more },
  {
    name: 'numbers-opened',
    path: '/public/five-years',
    prepare: (page) => page.locator('details summary').click(),
  },
  { name: 'five-years', path: '/public/five-years' },
  { name: 'five-years-phone', path: '/public/five-years', options: PHONE },
  { name: 'long-name', path: `/public/${'long-name-'.repeat(6)}`, options: PHONE },
];

describe.runIf(hasBrowser())('the public page in every state', () => {
  let browser: Browser;
  let collector: Collector;
  let folder: Awaited<ReturnType<typeof publishedFolder>>;
  beforeAll(async () => {
    folder = await publishedFolder([
      { name: 'no-month' },
      { name: 'one-month', months: monthsOf(1) },
      {
        name: 'few',
        kind: 'web',
        months: [...monthsOf(3).slice(0, 2), { month: '2026-10', ids: null, lists: {} }],
      },
      { name: 'a-year', months: monthsOf(12, 15) },
      { name: 'five-years', kind: 'product', months: monthsOf(59, 60) },
      { name: 'long-name-'.repeat(6), kind: 'installs', months: monthsOf(12, 2) },
    ]);
    [browser, collector] = await Promise.all([
      startBrowser(),
      startCollector({}, { folder: folder.path }),
    ]);
    if (FOLDER) mkdirSync(FOLDER, { recursive: true });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
    folder?.remove();
  });

  /** Opens a page as a stranger. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      locale: 'en-US',
      ...options,
    });
    const page = await context.newPage();
    const trouble: string[] = [];
    const asked: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => {
      // The browser itself reports every answer that is an error.
      if (!message.text().startsWith('Failed to load resource')) trouble.push(message.text());
    });
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(collector.url + path);
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    return { page, trouble, asked, close: () => context.close() };
  }

  it.each(STATES)(
    '$name',
    async ({ name, path, options = {}, prepare }) => {
      const { page, trouble, asked, close } = await open(path, options);
      try {
        await prepare?.(page);
        if (FOLDER) {
          await page.screenshot({ path: join(FOLDER, `public-${name}.png`), fullPage: true });
        }
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(page.viewportSize()!.width);
        expect(await findings(page)).toEqual([]);
        expect(trouble).toEqual([]);
        const own = `/api/v1${new URL(page.url()).pathname}`;
        expect(asked.filter((each) => !each.startsWith('/assets/')).slice(1)).toEqual([own]);
      } finally {
        await close();
      }
    },
    60_000,
  );

  it('has badges whose text fits, on light and on dark', async () => {
    const context = await browser.newContext({ viewport: { width: 420, height: 240 } });
    try {
      const page = await context.newPage();
      const badges = ['no-month', 'one-month', 'few', 'five-years']
        .map((name) => `<p><img alt="${name}" src="${collector.url}/public/${name}/badge.svg"></p>`)
        .join('');
      await page.setContent(
        `<body style="margin:0;display:flex"><div style="padding:8px;background:#fff">${badges}</div>
         <div style="padding:8px;background:#0d1117">${badges}</div></body>`,
      );
      await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
      const widths = await page.$$eval('img', (all) => all.map(({ naturalWidth }) => naturalWidth));
      for (const width of widths) expect(width).toBeGreaterThan(100);
      if (FOLDER) await page.screenshot({ path: join(FOLDER, 'public-badges.png') });
      // The text itself, drawn by this browser, is no wider than the part that it is in.
      await page.goto(`${collector.url}/public/five-years/badge.svg`);
      const fits = await page.evaluate(() => {
        const rects = [...document.querySelectorAll('g[clip-path] rect')].slice(0, 2);
        const texts = [...document.querySelectorAll('text:not([fill-opacity])')];
        return texts.map(
          (text, index) =>
            text.getBoundingClientRect().width < rects[index]!.getBoundingClientRect().width,
        );
      });
      expect(fits).toEqual([true, true]);
    } finally {
      await context.close();
    }
  });

  it('shows months by choice, keeps them in its address, and finds names', async () => {
    const { page, close } = await open(year);
    try {
      expect(await page.title()).toBe('a-year: published usage');
      const headline = page.locator('.headline');
      expect(await headline.textContent()).toBe('410 machines or more in October 2026');
      const month = page.locator('.month select');
      expect(await month.locator('option').count()).toBe(12);
      await month.selectOption('2026-02');
      await expect.poll(() => headline.textContent()).toBe('130 machines or more in February 2026');
      expect(page.url()).toMatch(/\?month=2026-02$/);
      await page.goBack();
      await expect.poll(() => headline.textContent()).toMatch(/^410/);
      await more(page);
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('searchbox').fill('SERVICE-12');
      await expect.poll(() => dialog.locator('li').count()).toBe(1);
      // Its place is the one among all of them.
      expect(await dialog.locator('li').textContent()).toMatch(/^15service-12/);
    } finally {
      await close();
    }
  });
});
