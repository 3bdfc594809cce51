// What a click leads to on the pages: to just the events that a number counts, to a filter, to a time;
// and that nothing jumps meanwhile.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { type Collector, startCollector } from './support/collector';
import {
  ago,
  keepVisits,
  sendAll,
  shipped,
  type Visit,
  type VisitOptions,
  visit,
  WITH_WAREHOUSE,
} from './support/visit';

const DAY = 24;

/** Waits for what a page shows; machines may be busy. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

const ran = (hours: number, id: string, properties: object) =>
  ago(hours, id, { properties: { command: 'up', success: true, duration_ms: 500, ...properties } });

/** An installation that starts, and ends so. */
const installation = (id: string, hours: number, os: string, duration_ms: number | undefined) => [
  ago(hours, id, { event: 'installation_started', properties: { os } }),
  ...(duration_ms === undefined
    ? []
    : [
        ago(hours, id, {
          event: 'installation_completed',
          properties: { os, success: true, duration_ms },
        }),
      ]),
];

describe.runIf(hasBrowser())('a click on the pages', () => {
  let browser: Browser;
  let collector: Collector;
  const visits = keepVisits();

  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    await sendAll(collector, [
      ...[1, 2, 3].map((n) => ran(n, `m${n}`, { os: 'linux', shim_version: '1.9.0' })),
      ...[2, 3].map((n) => ran(n * DAY, 'm4', { os: 'darwin', shim_version: '1.10.0' })),
      ...Array.from({ length: 5 }, () =>
        ago(4, 'm1', {
          event: 'error_occurred',
          properties: { command: 'up', error_type: 'exit_1' },
        }),
      ),
      ran(0.2, 'm1', { command: 'down', os: 'linux', shim_version: '1.9.0' }),
    ]);
    const made = await collector.admin('POST', '/api/v1/projects', { name: 'setup' });
    const { token } = (await made.json()) as { token: string };
    const batch = [
      ...installation('a', 30, 'linux', 1_000),
      ...installation('b', 40, 'linux', 1_000),
      ...installation('c', 50, 'darwin', 60_000),
      ...installation('d', 60, 'darwin', undefined),
    ];
    await collector.post('/batch/', { api_key: token, batch });
    await collector.admin('PATCH', '/api/v1/projects/setup', { kind: 'installs' });
    await shipped(collector);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  async function view(path: string, options?: VisitOptions): Promise<Visit> {
    return visits.add(await visit(browser, collector, path, options));
  }

  it('on a number leads to just the events that it counts', async () => {
    const { page } = await view('/');
    // Events of errors name the command too: they are none of its runs.
    const row = page.locator('#commands li', { hasText: 'up' });
    await row.locator('a.figure').click();
    await page.locator('#event-list tbody tr').first().waitFor();
    await poll(() => page.locator('#event-list h2').textContent()).toBe('5 events');
  });

  it('on the success rate leads to what failed', async () => {
    const { page } = await view('/');
    await page.locator('.tile', { hasText: 'Success rate' }).getByRole('link').click();
    await poll(() => page.url()).toContain('where=success:is:false');
    await page.locator('#event-list').waitFor();
  });

  it('on a name keeps what is shown, and the focus, until the answer is there', async () => {
    const { page } = await view('/');
    const name = page.locator('#by-os').getByRole('button', { name: 'macos' });
    await name.waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    let release = () => {};
    const gate = new Promise<void>((done) => {
      release = done;
    });
    let waiting = 0;
    await page.route('**/api/v1/query*', async (route) => {
      waiting += 1;
      await gate;
      // What nobody waits for any more was given up meanwhile.
      await route.continue().catch(() => undefined);
    });
    await name.focus();
    await page.keyboard.press('Enter');
    await page.locator('.chips').waitFor();
    await page.locator('#by-os .held').first().waitFor();
    expect(await page.locator('#commands li').count()).toBe(2);
    expect(await page.locator('.tiles.held').count()).toBe(1);
    await poll(() => waiting).toBeGreaterThan(3);
    release();
    await poll(() => page.locator('#commands li').count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('macos');
  });

  it('asks first for what is on the screen, then for what is below it', async () => {
    const { page, asked } = await view('/', { viewport: { width: 900, height: 500 } });
    await page.locator('#by-event li').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    asked.splice(0);
    let release = () => {};
    const gate = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/api/v1/query*', async (route) => {
      await gate;
      await route.continue().catch(() => undefined);
    });
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('#by-os button.name')?.click();
    });
    await poll(() => asked.some(({ search }) => search.includes('kind=series'))).toBe(true);
    const of = (column: string) =>
      asked.some(({ searchParams }) => searchParams.get('by') === column);
    expect(of('os')).toBe(false);
    release();
    await poll(() => of('os')).toBe(true);
    await poll(() => page.locator('#by-os li').count()).toBe(1);
  });

  it('on a second name, in a panel that still shows the view before, keeps the first filter', async () => {
    const { page } = await view('/', { viewport: { width: 900, height: 500 } });
    await page.locator('#by-event li').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (const list of ['#by-os', '#by-version']) {
        document.querySelector<HTMLElement>(`${list} button.name`)?.click();
        // Drawn by then; what is below the screen has its turn later.
        await frame();
        await frame();
      }
    });
    expect(new URL(page.url()).searchParams.getAll('where').length).toBe(2);
  });

  it('on a version in the list, or in the legend of its chart, filters by it', async () => {
    const { page } = await view('/');
    await page.locator('#adoption .legend').getByRole('button', { name: '1.10.0' }).click();
    await poll(() => page.url()).toContain('where=version:is:1.10.0');
    const row = page.locator('#by-version').getByRole('button', { name: '1.10.0' });
    await row.click();
    await poll(() => page.url()).not.toContain('where');
  });

  it('on a point of the chart shows its time; Enter does too', async () => {
    const { page } = await view('/?range=7d');
    const plot = page.locator('#activity .plot');
    await plot.locator('canvas').waitFor();
    await plot.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    const first = new Date(Date.now() - 6 * DAY * 3_600_000).toISOString().slice(0, 10);
    await poll(() => page.url()).toContain(`range=${first}..${first}`);
    await page.goBack();
    await page.getByText('Today so far').first().waitFor();
    await plot.locator('canvas').waitFor();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width - 20, box.y + 100);
    await page.mouse.click(box.x + box.width - 20, box.y + 100);
    const today = new Date().toISOString().slice(0, 10);
    await poll(() => page.url()).toContain(`range=${today}..${today}`);
  });

  it('on “Two values” compares values, also after days were compared', async () => {
    const { page } = await view('/?page=compare&side=2026-01-01..2026-01-31');
    await page.getByRole('button', { name: 'With the period before' }).waitFor();
    await page.getByRole('button', { name: 'Two values' }).click();
    const choices = page.locator('#compare-what select');
    await choices.nth(0).selectOption('os');
    await choices.nth(1).selectOption('os:is:macos');
    await choices.nth(2).selectOption('os:is:linux');
    const row = page.locator('#compare-totals tr', { hasText: 'Machines' });
    await poll(() => row.locator('td').allTextContents()).toEqual(['1', '3', '−67 %']);
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.getByRole('button', { name: 'With the period before' }).waitFor();
  });

  it('on “Sign out” leaves nothing of the numbers on the screen', async () => {
    const made = await view('/?project=default', { hasOwnSession: true });
    const { page } = made;
    await page.getByText('Machines by').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    expect(await page.locator('.tile, .card').count()).toBe(0);
    made.trouble.splice(0); // The browser tells of the socket that was ended.
  });

  it('on a range before the first event says that there is nothing in it, not that nothing ever came', async () => {
    const { page } = await view('/?project=default&range=2021-01-01..2021-01-31');
    await page.locator('#activity').waitFor();
    expect(await page.getByText('No event has arrived yet').count()).toBe(0);
  });

  it('on Weeks draws weeks, and says what is not over', async () => {
    const { page } = await view('/');
    const activity = page.locator('#activity');
    await activity.getByText('Today so far').waitFor();
    await activity.getByRole('button', { name: 'Weeks' }).click();
    await activity.getByText('This week so far').waitFor();
    await activity.locator('h2', { hasText: 'Machines by week' }).waitFor();
  });

  it('on OS shows how long installations take on each', async () => {
    const { page } = await view('/?project=setup');
    const durations = page.locator('#durations');
    await durations.getByLabel('Durations by').selectOption('os');
    const row = durations.locator('tbody tr', { hasText: 'macos' });
    await poll(() => row.locator('td').nth(1).textContent()).toBe('1 min 0 s');
    const funnel = page.locator('#funnel li');
    await poll(() => funnel.allTextContents()).toEqual([
      'Started4100 %',
      'Completed375 %',
      'Failed00 %',
      'Abandoned125 %',
    ]);
    await page.locator('#outcomes').getByRole('button', { name: 'Success rate' }).click();
    await page.locator('#outcomes .legend', { hasText: 'Success rate' }).waitFor();
  });
});

describe.runIf(hasBrowser())('what the pages say', () => {
  let browser: Browser;
  let collector: Collector;
  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    await sendAll(collector, [
      ran(0.03, 'a', { os: 'linux' }),
      ran(0.04, 'b', { command: 'down', os: 'darwin' }),
    ]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  it('says whose days they are, and until when they are counted, beside them', async () => {
    const { page, close } = await visit(browser, collector, '/?range=7d&zone=Asia/Kolkata');
    await poll(() => page.locator('.range').textContent()).toMatch(
      /, until \d.* Kolkata \(GMT\+5:30\)/,
    );
    await close();
  });

  it('mixes no languages: numbers and dates are the reader’s, sentences are the page’s', async () => {
    const { page, close } = await visit(browser, collector, '/', { locale: 'de-DE' });
    await page.locator('#activity canvas').waitFor();
    await poll(() => page.locator('footer').textContent()).toContain('Updated just now');
    await close();
  });

  it('begins the feed with what was last, and holds to the filters that it shows', async () => {
    const { page, close } = await visit(browser, collector, '/?page=live&where=os:is:linux');
    await page.getByText('Connected:').waitFor();
    await page.locator('.chips', { hasText: 'linux' }).waitFor();
    await poll(() => page.locator('#feed li').count()).toBe(1);
    await poll(() => page.locator('#here .number').textContent()).toBe('1');
    await sendAll(collector, [
      ran(0, 'c', { command: 'on-a-mac', os: 'darwin' }),
      ran(0, 'c', { command: 'on-linux', os: 'linux' }),
    ]);
    // The feed tells no system: the collector is asked.
    await page.locator('#feed li', { hasText: 'on-linux' }).waitFor();
    expect(await page.locator('#feed li', { hasText: 'on-a-mac' }).count()).toBe(0);
    await page.goto(`${collector.url}/?page=live&where=command:is:told`);
    await page.getByText('Connected:').waitFor();
    await sendAll(collector, [ran(0, 'c', {}), ran(0, 'c', { command: 'told' })]);
    await page.locator('#feed li', { hasText: 'told' }).waitFor();
    expect(await page.locator('#feed li').count()).toBe(1);
    await close();
  });

  it('notices a connection that says nothing any more, and takes up another', async () => {
    const { page, close } = await visit(browser, collector, '/?page=health');
    let sockets = 0;
    // It is accepted, and nobody is behind it, as when a network is gone without a word.
    await page.routeWebSocket('**/api/v1/live', () => {
      sockets += 1;
    });
    await page.clock.install();
    await page.goto(`${collector.url}/?page=live`);
    await page.getByText('Connected:').waitFor();
    const before = sockets;
    await page.clock.runFor(40_000);
    await poll(() => sockets).toBeGreaterThan(before);
    await close();
  });

  it('says once what went wrong, and does not say that it shows something when it does not', async () => {
    const { page, close } = await visit(browser, collector, '/?project=nowhere');
    await page.route('**/api/v1/query*', (route) =>
      route.fulfill({ status: 503, json: { detail: 'the warehouse is being filled' } }),
    );
    await page.getByRole('link', { name: 'default', exact: true }).click();
    await page.locator('.banner', { hasText: 'Nothing could be loaded yet' }).waitFor();
    await poll(() => page.getByText('The warehouse is being filled.').count()).toBe(1);
    await close();
  });

  it('tells how the collector is in sentences', async () => {
    const { page, close } = await visit(browser, collector, '/?page=health');
    await page.getByText('What arrives is written.').waitFor();
    await page.getByText('0 events behind').waitFor();
    await page.getByText(/used, .* free\./).waitFor();
    expect(await page.locator('.checks').textContent()).not.toMatch(/undefined|null|NaN/);
    await close();
  });

  it('says of no dead letters that there are none', async () => {
    const { page, close } = await visit(browser, collector, '/?page=dead-letters');
    await page.getByText('None: all that was sent was taken.').waitFor();
    await close();
  });
});
