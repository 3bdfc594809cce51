// The pages say what their numbers are of: which intervals are there only in part, what each of two sides is,
// which filter cannot be used, and that the collector is gone.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { type Collector, makeFolder, startCollector, TOKEN } from './support/collector';
import { ago, sendAll, shipped, visit, WITH_WAREHOUSE } from './support/visit';

const DAY_MS = 86_400_000;
/** Weeks of the range: more than 90 days are drawn in weeks. */
const WEEKS = 15;

/** Waits for what a page shows; machines may be busy. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

const today = Math.floor(Date.now() / DAY_MS);
/** A Monday long enough ago: 1 January 1970 was a Thursday. */
const monday = today - ((today + 3) % 7) - (WEEKS + 2) * 7;
/** From a Wednesday to a Thursday: their weeks are cut. */
const [first, last] = [monday + 2, monday + WEEKS * 7 + 3];
const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Some machine at noon of a day. */
const at = (day: number, id: string, properties: object = {}) =>
  ago((Date.now() - day * DAY_MS) / 3_600_000 - 12, id, {
    properties: { command: 'up', success: true, os: 'linux', ...properties },
  });

const LONG = 'x'.repeat(300);

describe.runIf(hasBrowser())('the pages say', () => {
  let browser: Browser;
  let collector: Collector;
  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    const days = last - first + 1;
    await sendAll(collector, [
      // Another machine every day, in the range and as long before it.
      ...Array.from({ length: 2 * days }, (_, n) => at(last - n, `m${n}`)),
      at(today - 1, 'n', { shell: LONG, os: 'darwin' }),
      at(today - 1, 'o', { shell: '  ' }),
      at(today - 1, 'p', { shell: '', shim_version: '' }),
      ...['enabled', 'started', 'restarted', 'disabled', 'stopped', 'nuked'].map((what) =>
        ago(1, `s-${what}`, { event: `service_${what}`, properties: { service_name: what } }),
      ),
    ]);
    for (const kind of ['agents', 'installs']) {
      const made = await collector.admin('POST', '/api/v1/projects', { name: `some-${kind}` });
      const { token } = (await made.json()) as { token: string };
      const properties = kind === 'agents' ? { agent: 'one', command: 'up', success: true } : {};
      const names =
        kind === 'agents' ? ['agent_ran'] : ['installation_started', 'installation_failed'];
      const batch = names.map((event, n) => ago(2 - n, 'somebody', { event, properties }));
      await collector.post('/batch/', { api_key: token, batch });
      await collector.admin('PATCH', `/api/v1/projects/some-${kind}`, { kind });
    }
    await shipped(collector);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  it('which weeks are cut by the range, and put each against the same time before', async () => {
    const path = `/?range=${iso(first)}..${iso(last)}`;
    const { page, close, trouble } = await visit(browser, collector, path);
    const activity = page.locator('#activity');
    await activity.locator('canvas').waitFor();
    await activity.getByText('Part of a week').waitFor();
    await activity.getByText('Period before').waitFor();
    await activity.locator('summary').click();
    const rows = activity.locator('tbody tr');
    await poll(() => rows.count()).toBe(WEEKS + 1);
    const cells = (row: number) => rows.nth(row).locator('td').allTextContents();
    // Five days, against a week of seven: that would be no comparison.
    expect(await cells(0)).toEqual(['5', '–']);
    expect(await cells(1)).toEqual(['7', '7']);
    expect((await cells(WEEKS))[0]).toBe('4');
    expect(await rows.nth(0).locator('th').textContent()).toContain('only in part');
    expect(await rows.nth(1).locator('th').textContent()).not.toContain('only in part');
    expect(await rows.nth(WEEKS).locator('th').textContent()).toContain('only in part');
    expect(trouble).toEqual([]);
    await close();
  });

  it('nothing beside a day that the period before has not: there is no 31 February', async () => {
    const month = (day: number, by: number) => {
      const date = new Date(day * DAY_MS);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by) / DAY_MS;
    };
    // The latest month that is longer than the one before it, and over.
    let from = month(today, -1);
    while (month(from, 1) - from <= from - month(from, -1)) from = month(from, -1);
    const { page, close } = await visit(browser, collector, '/', { locale: 'en-US' });
    await page.clock.setFixedTime(new Date((month(from, 1) - 1) * DAY_MS + DAY_MS / 2));
    await page.goto(`${collector.url}/?range=month`);
    const activity = page.locator('#activity');
    await activity.getByText('Period before').waitFor();
    await activity.locator('summary').click();
    const lastRow = activity.locator('tbody tr').nth(month(from, 1) - from - 1);
    await poll(() => lastRow.locator('td').nth(1).textContent()).toBe('–');
    await close();
  });

  it('what each side of a comparison is, and how they differ', async () => {
    const { page, close } = await visit(browser, collector, '/?page=compare&range=7d');
    const head = page.locator('#compare-totals thead th');
    await poll(() => head.allTextContents()).toEqual([
      'Number',
      expect.stringMatching(/^This period.*\d/),
      expect.stringMatching(/^Period before.*\d/),
      'Change',
    ]);
    await page.locator('#compare-lists').getByLabel('Break down by').selectOption('os');
    await page.locator('#compare-lists thead', { hasText: 'This period' }).waitFor();
    await close();
  });

  it('nothing of one side before the other is there: a zero would be none', async () => {
    const path = '/?page=compare&range=7d&side=os:is:linux&side=os:is:macos';
    const { page, close } = await visit(browser, collector, '/?project=nowhere');
    let release = () => {};
    const gate = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/api/v1/query*macos*', async (route) => {
      await gate;
      await route.continue().catch(() => undefined);
    });
    const first = page.waitForResponse(
      (answer) => answer.url().includes('breakdown') && answer.url().includes('linux'),
    );
    await page.goto(collector.url + path);
    await first;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(0))));
    expect(await page.locator('#compare-lists tbody, #compare-totals tbody').count()).toBe(0);
    release();
    await page.locator('#compare-lists tbody tr').first().waitFor();
    await close();
  });

  it('panels of one’s own on the overview, wherever one was meanwhile', async () => {
    const { page, close } = await visit(browser, collector, '/?by=prop.shell');
    await page.locator('#own-prop-shell li').first().waitFor();
    const go = (name: string) =>
      page.getByLabel('Pages').getByRole('link', { name, exact: true }).click();
    await go('Compare');
    await page.locator('#compare-lists').getByLabel('Break down by').selectOption('os');
    await go('Overview');
    await page.locator('#own-prop-shell li').first().waitFor();
    expect(await page.locator('#own-os').count()).toBe(0);
    await close();
  });

  it('names of any length, and blank ones by a word that can be clicked', async () => {
    const { page, close } = await visit(browser, collector, '/?by=prop.shell&range=7d');
    const list = page.locator('#own-prop-shell');
    await list.getByRole('button', { name: LONG }).waitFor();
    expect(await list.getByRole('button', { name: '(empty)' }).count()).toBe(2);
    await list.getByRole('button', { name: '(empty)' }).first().click();
    await page.locator('.chips', { hasText: '(empty)' }).waitFor();
    await poll(() => page.locator('#by-os li').count()).toBe(1);
    await close();
  });

  it.each([
    ['where=nonsense:is:x', 'nonsense is x', 'no “nonsense”'],
    ['where=nonsense', 'nonsense', 'It is no filter'],
    ['where=success:is:perhaps', 'success is perhaps', 'true or false'],
  ])(
    'once what is wrong with a filter, asks nothing with it, and removes it: %s',
    async (search, name, why) => {
      const { page, asked, close } = await visit(
        browser,
        collector,
        `/?${search}&where=os:is:linux`,
      );
      const alert = page.locator('.unusable');
      await alert.getByText(name, { exact: true }).waitFor();
      await alert.getByText(why).waitFor();
      expect(await page.locator('.trouble:not(:empty)').count()).toBe(0);
      expect(asked).toEqual([]);
      await alert.getByRole('button', { name: 'Remove it' }).click();
      await page.locator('#activity canvas').waitFor();
      expect(new URL(page.url()).searchParams.getAll('where')).toEqual(['os:is:linux']);
      await close();
    },
  );

  it('once what the collector has against a filter', async () => {
    const { page, close } = await visit(browser, collector, '/?project=nowhere');
    await page.route('**/api/v1/query*', (route) =>
      route.request().url().includes('where')
        ? route.fulfill({ status: 400, json: { detail: 'where: this is none' } })
        : route.continue(),
    );
    await page.goto(`${collector.url}/?where=os:is:linux`);
    await poll(() => page.getByText('Where: this is none.').count()).toBe(1);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.locator('#activity canvas').waitFor();
    await close();
  });

  it('what was done with a service: all that the shim tells', async () => {
    const { page, close } = await visit(browser, collector, '/');
    const services = page.locator('#services');
    for (const what of ['Enabled', 'Started', 'Restarted', 'Disabled', 'Stopped', 'Nuked']) {
      await services.getByLabel('Services: what counts').selectOption(what);
      await poll(() => services.locator('li .name').allTextContents()).toEqual([
        what.toLowerCase(),
      ]);
    }
    await close();
  });

  it('who uses agents: people, not machines', async () => {
    const { page, close } = await visit(browser, collector, '/?project=some-agents');
    await page.locator('.tile').first().waitFor();
    await poll(() => page.locator('.tile dt').first().textContent()).toBe('Users');
    expect(await page.locator('main').textContent()).not.toMatch(/machines/i);
    await close();
  });

  it('which events are behind the installations that failed', async () => {
    const { page, close } = await visit(browser, collector, '/?project=some-installs');
    await page.locator('#funnel').getByRole('link', { name: 'Failed' }).click();
    await poll(() => page.locator('#event-list h2').textContent()).toBe('1 event');
    await close();
  });

  it('points in the reader’s language', async () => {
    const { page, close } = await visit(browser, collector, '/?project=nowhere', {
      locale: 'de-DE',
    });
    const totals = (rate: number) => ({
      ids: 9,
      events: 9,
      failures: 1,
      judged: 9,
      failure_rate: rate,
      median: 1,
      p95: 1,
    });
    await page.route('**/api/v1/query*kind=totals*', (route) => {
      const to = Number(new URL(route.request().url()).searchParams.get('to'));
      const now = totals(to > Date.now() ? 0.1 : 0.145);
      return route.fulfill({
        json: { kind: 'totals', cut: null, ms: 1, data: { now, before: null } },
      });
    });
    await page.goto(`${collector.url}/?range=7d`);
    await page.locator('.tile .change', { hasText: '+4,5 points' }).waitFor();
    await close();
  });

  it('when a time zone was saved', async () => {
    const { page, close } = await visit(browser, collector, '/?project=some-agents&page=settings');
    await page.locator('#time-zone input').fill('Asia/Tokyo');
    await page.locator('#time-zone').getByRole('button', { name: 'Save' }).click();
    await page.locator('#time-zone').getByText('Saved. Its days are those of Asia/Tokyo').waitFor();
    await close();
  });

  it('where to see to dead letters, and offers to try again only what is kept', async () => {
    const big = { event: 'big', distinct_id: 'x', properties: { text: 'y'.repeat(900_000) } };
    await collector.post('/batch/', { api_key: TOKEN, batch: [big] });
    const { page, close } = await visit(browser, collector, '/?page=health');
    const check = page.locator('.checks > div', { hasText: 'Dead letters' });
    await check.locator('strong', { hasText: /the last (\d+ . ago|just now)/ }).waitFor();
    expect(await page.locator('.checks').textContent()).not.toMatch(/\dT\d\d:/);
    await check.getByRole('link', { name: 'Look at the dead letters' }).click();
    const reason = page.locator('.reason').first();
    await reason.getByText('there is nothing to be tried again').waitFor();
    expect(await reason.getByRole('button', { name: /Try/ }).count()).toBe(0);
    expect(await reason.getByRole('button', { name: 'Delete …' }).count()).toBe(1);
    await close();
  });
});

describe.runIf(hasBrowser())('while somebody looks', () => {
  it.each(['/', '/?page=live', '/?range=2026-01-01..2026-01-31&page=health'])(
    'a collector that is killed is noticed within five seconds, and so is its return: %s',
    async (path) => {
      const folder = makeFolder();
      const browser = await startBrowser();
      let collector = await startCollector(WITH_WAREHOUSE, { folder: folder.path });
      const { port } = new URL(collector.url);
      try {
        await sendAll(collector, [ago(0.01, 'a')]);
        const { page, close } = await visit(browser, collector, path);
        await page.locator('.card .number, .checks, #activity canvas').first().waitFor();
        // What is shown is there, and the feed is open.
        await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
        await poll(() => page.locator('footer').textContent()).toMatch(/Updated/);
        await collector.stop('SIGKILL');
        await page.locator('.banner', { hasText: 'cannot be reached' }).waitFor({ timeout: 5_000 });
        await page.locator('.stale').first().waitFor();
        collector = await startCollector(
          { ...WITH_WAREHOUSE, COLLECTOR_PORT: port },
          { folder: folder.path },
        );
        await page.locator('.banner').waitFor({ state: 'detached' });
        expect(await page.locator('.stale').count()).toBe(0);
        await close();
      } finally {
        await browser.close();
        await collector.stop();
        folder.remove();
      }
    },
    90_000,
  );
});
