// The public page in every state: nothing that axe finds, nothing that has to be scrolled sideways, no word of
// trouble, no question but for the published figures. `npm run screenshots` also takes a picture of each,
// into build/screenshots, to look at.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../../test/support/browser';
import {
  DARK,
  ENLARGED,
  FORCED,
  type Look,
  lookAtEach,
  openList,
  openTables,
  PHONE,
  picture,
  print,
} from '../../../../test/support/looks';
import { type Collector, startCollector } from '../support/collector';
import { monthsOf, publishedFolder } from '../support/published';
import { type VisitOptions, visit } from '../support/visit';

interface State extends Look {
  readonly path: string;
}

const more = openList('list-services');
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
  { name: 'a-year-200-percent', path: year, options: ENLARGED },
  { name: 'a-year-forced-colours', path: year, options: FORCED },
  { name: 'a-year-print', path: year, options: DARK, prepare: print },
  { name: 'a-year-german', path: year, options: { locale: 'de-DE' } },
  { name: 'a-year-arabic', path: year, options: { locale: 'ar-EG' } },
  { name: 'a-month-before', path: `${year}?month=2026-02` },
  { name: 'more', path: '/public/five-years', prepare: more },
  { name: 'more-phone', path: '/public/five-years', options: PHONE, prepare: more },
  { name: 'numbers-opened', path: '/public/five-years', prepare: openTables },
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
      {
        name: 'began-later',
        months: monthsOf(6).map((each, at) =>
          at < 4 ? { month: each.month, ids: null, lists: {} } : { ...each, ids: 20 + at * 10 },
        ),
      },
      { name: 'five-years', kind: 'product', months: monthsOf(59, 60) },
      { name: 'long-name-'.repeat(6), kind: 'installs', months: monthsOf(12, 2) },
    ]);
    [browser, collector] = await Promise.all([
      startBrowser(),
      startCollector({}, { folder: folder.path }),
    ]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
    folder?.remove();
  });

  /** Opens a page as a stranger. */
  async function open(path: string, options: VisitOptions = {}) {
    const made = await visit(browser, collector, path, { ...options, isSignedIn: false });
    await made.page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    return made;
  }

  lookAtEach(STATES, ({ path, options = {} }) => open(path, options), {
    prefix: 'public-',
    check({ page, paths }) {
      const { pathname } = new URL(page.url());
      const others = paths.filter((each) => !each.startsWith('/assets/'));
      expect(others).toEqual([pathname, `/api/v1${pathname}`]);
    },
  });

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
      await picture(page, 'public-badges');
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

  it('begins with the first month of which something is said', async () => {
    const { page, close } = await open('/public/began-later');
    try {
      await page.locator('.headline', { hasText: '70 machines or more in October' }).waitFor();
      expect(await page.locator('.month option').allTextContents()).toEqual([
        'October 2026',
        'September 2026',
      ]);
    } finally {
      await close();
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
