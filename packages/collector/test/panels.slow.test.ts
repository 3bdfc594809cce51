// What single panels say, in a real browser: durations along time, errors along time, health, and what
// stands where there is nothing.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { type Collector, startCollector } from './support/collector';
import { ago, keepVisits, sendAll, visit, WITH_WAREHOUSE } from './support/visit';

const DAY = 24;

/** Waits for what a page shows; machines may be busy. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

describe.runIf(hasBrowser())('panels', () => {
  let browser: Browser;
  let collector: Collector;
  const visits = keepVisits();

  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    const completed = (days: number, id: string, duration_ms: number) =>
      ago(days * DAY, id, {
        event: 'installation_completed',
        properties: { success: true, duration_ms, os: 'linux' },
      });
    const failed = (days: number, error_type: string) =>
      ago(days * DAY, `of-${error_type}`, {
        event: 'installation_failed',
        properties: { success: false, error_type, os: 'linux' },
      });
    await sendAll(collector, [
      ...[1_000, 2_000, 9_000].map((ms, n) => completed(4, `four-${n}`, ms)),
      ...[30_000, 40_000].map((ms, n) => completed(2, `two-${n}`, ms)),
      ...['one', 'two', 'three', 'four', 'five', 'six'].flatMap((type, n) =>
        Array.from({ length: 7 - n }, () => failed(3, type)),
      ),
    ]);
    // Sent as an SDK sends, which installs do not take: they have their kind from then on.
    await collector.admin('PATCH', '/api/v1/projects/1', { kind: 'installs' });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  const view = async (path: string, options?: object) =>
    visits.add(await visit(browser, collector, path, options));

  /** The table behind a chart, a row by its first cell that matches. */
  async function numbers(panel: import('playwright-core').Locator): Promise<string[][]> {
    await panel.getByText('Numbers', { exact: true }).click();
    return panel
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((each) => each.textContent)));
  }

  it('how long installations take, along time: median and p95 of each interval', async () => {
    const { page } = await view('/?range=7d');
    const panel = page.locator('#durations-over-time');
    await panel.locator('canvas').waitFor();
    const medians = (await numbers(panel)).map(([, median]) => median);
    expect(medians).toEqual(['–', '–', '2.0 s', '–', '30.0 s', '–', '–']);
    await panel.getByRole('button', { name: 'p95' }).click();
    const p95s = () => panel.locator('tbody td').allTextContents();
    await poll(p95s).toEqual(['–', '–', '9.0 s', '–', '40.0 s', '–', '–']);
    await panel.getByRole('button', { name: 'Hours' }).click();
    await poll(async () => (await p95s()).length).toBe(7 * DAY);
  });

  it('a day with no day beside it is a point: a line would not show it', async () => {
    const { page } = await view('/?range=7d');
    const canvas = page.locator('#durations-over-time canvas');
    await canvas.waitFor();
    // Two days, each alone: without points the canvas has the axes and nothing in the line's colour.
    const blue = () =>
      canvas.evaluate((each: HTMLCanvasElement) => {
        // A copy: to read one canvas again and again is something that the browser warns of.
        const copy = new OffscreenCanvas(each.width, each.height).getContext('2d')!;
        copy.drawImage(each, 0, 0);
        const { data } = copy.getImageData(0, 0, each.width, each.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3]! > 200 && data[at + 2]! - data[at]! > 100) count++;
        }
        return count;
      });
    await poll(blue).toBeGreaterThan(10);
  });

  it('errors along time: the four most frequent, and the rest as one line', async () => {
    const { page } = await view('/?range=7d');
    const panel = page.locator('#errors-over-time');
    await panel.locator('canvas').waitFor();
    expect(await panel.locator('thead th, .legend li').allTextContents()).toEqual([
      'one',
      'two',
      'three',
      'four',
      'Other',
      'Today so far',
    ]);
    const rows = await numbers(panel);
    expect(rows.map((row) => row.slice(1)).filter(([one]) => one !== '0')).toEqual([
      ['7', '6', '5', '4', '5'],
    ]);
  });

  it('errors and durations along time begin with weeks where days would be many', async () => {
    const { page } = await view('/?range=90d');
    for (const panel of ['#errors-over-time', '#durations-over-time']) {
      const weeks = page.locator(panel).getByRole('button', { name: 'Weeks' });
      await poll(() => weeks.getAttribute('aria-pressed')).toBe('true');
    }
    const days = page.locator('#activity').getByRole('button', { name: 'Days' });
    expect(await days.getAttribute('aria-pressed')).toBe('true');
  });

  it('a filter that matches nothing is said to be why', async () => {
    const { page } = await view('/?range=7d&where=os:is:beos');
    const funnel = page.locator('#durations-over-time');
    await funnel.getByText('Nothing matches the filter in this time.').waitFor();
    await page.goto(`${collector.url}/?range=7d&where=os:is:beos&where=ci:is:true`);
    await funnel.getByText('Nothing matches the filters in this time.').waitFor();
    await page.goto(`${collector.url}/?range=today`);
    await funnel.getByText('Nothing in this time.').waitFor();
  });

  it('every panel asks a question', async () => {
    const { page } = await view('/?range=7d');
    await page.locator('#by-os').waitFor();
    const said = () => page.locator('.card-head p.soft').allTextContents();
    await poll(async () => (await said()).length).toBeGreaterThan(8);
    for (const each of await said()) expect(each).toMatch(/\?$/);
  });

  it('what is off, or was not done yet, is neither well nor unwell', async () => {
    const { page } = await view('/?page=health');
    const mark = (title: string) =>
      page.locator('.checks dt', { hasText: title }).locator('[aria-hidden]');
    await poll(() => mark('Writing').textContent()).toBe('✓');
    expect(await mark('Archive').textContent()).toBe('–');
    const backup = page.locator('.checks > div', { hasText: 'Backup' });
    const isProblem = (await backup.locator('strong').count()) > 0;
    expect(await mark('Backup').textContent()).toBe(isProblem ? '!' : '–');
  });

  it('on a phone the head of a comparison has two lines, and its days stand above it', async () => {
    const { page } = await view('/?page=compare&range=30d', {
      viewport: { width: 360, height: 740 },
    });
    const head = page.locator('#compare-totals thead');
    await head.waitFor();
    const height = (await head.boundingBox())!.height;
    const row = (await page.locator('#compare-totals tbody tr').first().boundingBox())!.height;
    expect(height).toBeLessThan(2.2 * row);
    const days = page.locator('#compare-totals .sides li');
    expect(await days.first().textContent()).toMatch(/^This period: .*20\d\d/);
    expect(await days.first().isVisible()).toBe(true);
    await page.setViewportSize({ width: 1_200, height: 740 });
    expect(await days.first().isVisible()).toBe(false);
    expect(await head.locator('.days').first().isVisible()).toBe(true);
  });
});
