// The pages of a collector, in a real browser: what they count, what can be clicked, what the address
// keeps, and what they say when something is wrong.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { ADMIN, type Collector, makeFolder, startCollector, TOKEN } from './support/collector';
import { ago, keepVisits, sendAll, type Visit, visit, WITH_WAREHOUSE } from './support/visit';

const DAY = 24;

/** Waits for what a page shows; machines may be busy. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

/** A service event of a machine. */
const service = (hours: number, id: string, name: string, what = 'started') =>
  ago(hours, id, { event: `service_${what}`, properties: { service_name: name } });

const tile = ({ page }: Visit, name: string) =>
  page.locator('.tile', { has: page.locator(`dt:text-is("${name}")`) });

describe.runIf(hasBrowser())('the pages', () => {
  let browser: Browser;
  let collector: Collector;
  let website: string;
  const visits = keepVisits();

  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    const made = await collector.admin('POST', '/api/v1/projects', { name: 'website' });
    website = String(((await made.json()) as { id: number }).id);
    await sendAll(collector, [
      // One machine does a lot on Linux, three do a little on macOS.
      ...Array.from({ length: 60 }, (_, n) =>
        ago(n * 3 + 1, 'busy', {
          properties: { command: 'up', success: n % 10 !== 0, duration_ms: 500, os: 'linux' },
        }),
      ),
      ...['a', 'b', 'c'].map((id) =>
        ago(5, id, { properties: { command: 'down', success: true, os: 'darwin', shell: 'zsh' } }),
      ),
      // Somebody who came once, long ago.
      ago(40 * DAY, 'gone'),
      ...Array.from({ length: 14 }, (_, n) => service(4, `m${n % 3}`, `service-${n}`)),
      service(4, 'm1', 'a-name-of-a-service-that-is-as-long-as-names-of-services-come'),
      ...['exit_1', 'exit_2', 'timeout', 'zzz_the_most'].flatMap((type, n) =>
        Array.from({ length: n * 2 + 1 }, () =>
          ago(6, 'busy', {
            event: 'error_occurred',
            properties: { command: 'up', error_type: type },
          }),
        ),
      ),
      ...Array.from({ length: 12 }, (_, n) =>
        ago(6, 'busy', {
          event: 'error_occurred',
          properties: { command: 'up', error_type: `rare_${n}` },
        }),
      ),
    ]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  async function open(
    ...args: Parameters<typeof visit> extends [unknown, ...infer Rest] ? Partial<Rest> : never
  ) {
    const [on = collector, path, options] = args as [Collector?, string?, object?];
    return visits.add(await visit(browser, on, path, options));
  }
  const view = (path: string, options?: object) => open(collector, path, options);

  it('counts machines that were active, not every id that was ever seen', async () => {
    const made = await view('/');
    await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('7');
    await made.page.getByLabel('Range').selectOption('90d');
    await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('8');
  });

  it('leads with people, events last, each against the period before', async () => {
    const made = await view('/?range=7d');
    await tile(made, 'Events').locator('.number a').waitFor();
    const names = await made.page.locator('.tile dt').allTextContents();
    expect(names[0]).toBe('Machines');
    expect(names.at(-1)).toBe('Events');
    await poll(() => tile(made, 'Success rate').locator('.change').textContent()).toMatch(/points/);
    expect(await tile(made, 'Success rate').locator('.number').textContent()).toMatch(/^[89]\d %$/);
  });

  it('shares are of machines: one that does a lot weighs as much as any other', async () => {
    const { page } = await view('/');
    const row = page.locator('#by-os li', { hasText: 'macos' });
    await row.waitFor();
    expect(await row.locator('.figure').first().textContent()).toBe('3');
    expect(await page.locator('#by-os li').first().textContent()).toContain('macos');
  });

  it('ranks by machines: what many use is first, though others have more events', async () => {
    const own = await startCollector(WITH_WAREHOUSE);
    try {
      await sendAll(own, [
        ...Array.from({ length: 120 }, (_, n) => [
          service(4, 'busy', `own-${n}`),
          service(3, 'busy', `own-${n}`),
          service(2, 'busy', `own-${n}`),
        ]).flat(),
        ...['x', 'y'].map((id) => service(4, id, 'shared')),
      ]);
      const { page } = await open(own, '/');
      const first = page.locator('#services li').first();
      await first.waitFor();
      expect(await first.textContent()).toMatch(/^shared\s*2/);
      await page.locator('#services').getByRole('button', { name: '112 more' }).waitFor();
      await visits.closeAll();
    } finally {
      await own.stop();
    }
  }, 60_000);

  it('lists services that were only started', async () => {
    const { page } = await view('/');
    await page.locator('#services li', { hasText: 'service-0' }).waitFor();
    const what = page.locator('#services').getByLabel('Services: what counts');
    await what.selectOption('Enabled');
    await page.locator('#services').getByText('Nothing in this time').waitFor();
    await what.selectOption('Started');
    await page.locator('#services li', { hasText: 'service-0' }).waitFor();
  });

  it('ranks errors by how often they happen, and shows the rest as one row', async () => {
    const { page } = await view('/');
    const rows = page.locator('#errors li');
    await rows.first().waitFor();
    expect(await rows.first().textContent()).toContain('zzz_the_most');
    expect(await rows.last().textContent()).toMatch(/Other\s*7/);
    const shares = await page.locator('#errors li .share').allTextContents();
    const sum = shares.reduce((total, text) => total + Number.parseFloat(text), 0);
    expect(sum).toBeGreaterThan(97);
    expect(sum).toBeLessThan(103);
  });

  it('has the rest behind "more", with a search and whole names', async () => {
    const { page } = await view('/');
    await page
      .locator('#services')
      .getByRole('button', { name: /^\d+ more$/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill('LONG-as');
    await poll(() => dialog.locator('li').count()).toBe(1);
    expect(await dialog.locator('li .name').textContent()).toBe(
      'a-name-of-a-service-that-is-as-long-as-names-of-services-come',
    );
    // The first one empties the search.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('breaks no name into letters: lists and opened tables are as wide as what they hold', async () => {
    const { page } = await view('/');
    await page.locator('#activity summary').click();
    await page.locator('#activity table').waitFor();
    await page.locator('#services li').first().waitFor();
    const tall = await page.evaluate(() =>
      [...document.querySelectorAll('tbody tr, .ranked li')]
        .filter((each) => each.getBoundingClientRect().height > 60)
        .map((each) => each.textContent),
    );
    expect(tall).toEqual([]);
    const clipped = await page.evaluate(() =>
      [...document.querySelectorAll('.card')]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map(({ id }) => id),
    );
    expect(clipped).toEqual([]);
  });

  it('filters by a click: a chip, in the address, with back and forward, for all panels', async () => {
    const made = await view('/');
    const { page } = made;
    await page.locator('#by-os').getByRole('button', { name: 'macos' }).click();
    await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('3');
    expect(page.url()).toContain('where=os:is:macos');
    const commands = page.locator('#commands li');
    await poll(() => commands.count()).toBe(1);
    expect(await commands.first().textContent()).toContain('down');
    await page.goBack();
    await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('7');
    expect(await page.locator('.chips').count()).toBe(0);
    await page.goForward();
    await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('3');
    // Two of them, and loaded anew.
    await commands.first().getByRole('button').click();
    await poll(() => page.url()).toContain('where=command:is:down');
    await page.reload();
    await page.getByRole('button', { name: 'Remove the filter: os is macos' }).click();
    await poll(() => page.url()).not.toContain('os:is');
    await page.getByRole('button', { name: 'Remove the filter: command is down' }).click();
    await poll(() => page.url()).not.toContain('where');
  });

  it('shows the project that the address names, and stays with it', async () => {
    const { page, asked } = await view('/?project=website');
    const chosen = page.getByLabel('Project');
    expect(await chosen.inputValue()).toBe('website');
    await page.getByLabel('Range').selectOption('7d');
    await poll(() => page.url()).toContain('range=7d');
    expect(page.url()).toContain('project=website');
    expect(await chosen.inputValue()).toBe('website');
    expect(new Set(asked.map(({ searchParams }) => searchParams.get('project')))).toEqual(
      new Set([website]),
    );
    await chosen.selectOption('default');
    await poll(() => page.url()).toContain('project=default');
  });

  it('takes links of 1.0.0: a number, and two days', async () => {
    const { page } = await view(`/?project=${website}&from=2026-01-01&to=2026-01-31`);
    expect(await page.getByLabel('Project').inputValue()).toBe('website');
    await page.getByText('Jan 1 – 31, 2026').waitFor();
  });

  it('keeps relative ranges relative: a shared link means the days of whoever opens it', async () => {
    const made = await view('/');
    const { page, asked } = made;
    const before = new Date(Date.UTC(2027, 2, 1, 23, 59, 30));
    await page.clock.install({ time: before });
    await page.goto(`${collector.url}/?range=7d`);
    await page.locator('.tile').first().waitFor();
    const to = () =>
      Number(
        asked
          .filter((url) => url.searchParams.get('kind') === 'totals')
          .at(-1)
          ?.searchParams.get('to'),
      );
    const last = () =>
      Math.max(...asked.slice(-12).map((url) => Number(url.searchParams.get('to'))));
    await poll(last).toBe(Date.UTC(2027, 2, 2));
    // Past midnight the page goes on to the new day by itself.
    await page.clock.runFor(61_000);
    await poll(last).toBe(Date.UTC(2027, 2, 3));
    expect(to()).toBeGreaterThan(0);
    expect(page.url()).toContain('range=7d');
  });

  it('does not take a range that ends before it starts, and says so', async () => {
    const { page } = await view('/');
    await page.getByLabel('Range').selectOption('custom');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First day').fill('2026-05-02');
    await dialog.getByLabel('Last day').fill('2026-05-01');
    await dialog.getByText('The last day is before the first.').waitFor();
    await dialog.getByRole('button', { name: 'Show' }).click();
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByLabel('Last day').fill('2026-05-03');
    await dialog.getByRole('button', { name: 'Show' }).click();
    await page.getByText('May 2 – 3, 2026').waitFor();
    expect(page.url()).toContain('range=2026-05-02..2026-05-03');
  });

  it('says the collector’s own words when it refuses a question', async () => {
    const { page } = await view('/?range=all');
    await page.route('**/api/v1/query*by=service*', (route) =>
      route.fulfill({ status: 400, json: { detail: 'this is not answered' } }),
    );
    await page.reload();
    await page.locator('#services .trouble', { hasText: 'This is not answered.' }).waitFor();
  });

  it('speaks the browser’s language in numbers and dates, and says whose days they are', async () => {
    const made = await view('/?range=7d', { locale: 'de-DE', timezoneId: 'Europe/Berlin' });
    await poll(() => tile(made, 'Success rate').locator('.change').textContent()).toMatch(
      /points|Punkte/,
    );
    expect(await made.page.locator('.range').textContent()).toMatch(/\d{2}\.\d{2}\.\d{4}/);
    const zone = made.page.getByLabel('Days are those of');
    expect(await zone.inputValue()).toBe('UTC');
    await zone.selectOption('Europe/Berlin');
    await poll(() => made.asked.at(-1)?.searchParams.get('zone')).toBe('Europe/Berlin');
  });

  it('has the days of the project, unless a link says others', async () => {
    const own = await startCollector(WITH_WAREHOUSE);
    try {
      await own.admin('PATCH', '/api/v1/projects/1', { time_zone: 'Asia/Tokyo' });
      await sendAll(own, [ago(1, 'somebody')]);
      const options = { timezoneId: 'America/New_York' };
      const made = await open(own, '/?range=today', options);
      const zone = made.page.getByLabel('Days are those of');
      await poll(() => zone.inputValue()).toBe('Asia/Tokyo');
      await poll(() => made.asked.length).toBeGreaterThan(0);
      for (const { searchParams } of made.asked) {
        expect(searchParams.get('zone')).toBe('Asia/Tokyo');
        const day = new Date(Number(searchParams.get('from')) + 9 * 3_600_000).toISOString();
        expect(day).toMatch(/T00:00:00/);
      }
      const other = await open(own, '/?range=today&zone=Europe/Paris', options);
      await poll(() => other.asked.at(-1)?.searchParams.get('zone')).toBe('Europe/Paris');
      await visits.closeAll();
    } finally {
      await own.stop();
    }
  }, 60_000);

  it('leads from a number to the events behind it, and to a file of them', async () => {
    const { page } = await view('/');
    await page.locator('#by-os li', { hasText: 'macos' }).locator('a.figure').click();
    // How many there are is a question of its own, whose answer may come after the list.
    await poll(() => page.locator('#event-list h2').textContent()).toBe('3 events');
    await page.locator('#event-list tbody tr').first().waitFor();
    expect(page.url()).toContain('page=events');
    expect(await page.locator('#event-list tbody tr').count()).toBe(3);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#event-list').getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('events.csv');
  });

  it('breaks down by a property, in a panel of one’s own that stays', async () => {
    const { page } = await view('/');
    await page.getByLabel('Break down by').selectOption('prop.shell');
    await page.locator('#own-prop-shell li', { hasText: 'zsh' }).waitFor();
    expect(page.url()).toContain('by=prop.shell');
    await page.goto(collector.url);
    await page.locator('#own-prop-shell li', { hasText: 'zsh' }).waitFor();
    // Whatever the project is called.
    await collector.admin('PATCH', '/api/v1/projects/1', { name: 'other' });
    await page.goto(collector.url);
    await page.getByRole('button', { name: 'Remove the panel By shell' }).waitFor();
    await collector.admin('PATCH', '/api/v1/projects/1', { name: 'default' });
    await page.getByRole('button', { name: 'Remove the panel By shell' }).click();
    await page.locator('#own-prop-shell').waitFor({ state: 'detached' });
  });

  it('puts two values side by side', async () => {
    const { page } = await view('/?page=compare&side=os:is:macos&side=os:is:linux');
    const row = page.locator('#compare-totals tr', { hasText: 'Machines' });
    await poll(() => row.locator('td').allTextContents()).toEqual(['3', '1', '+200 %']);
  });

  it('walks along a chart with the arrow keys, and says where it is', async () => {
    const { page } = await view('/?range=7d');
    const plot = page.locator('#activity .plot');
    await plot.locator('canvas').waitFor();
    await plot.focus();
    await page.keyboard.press('End');
    await page.locator('#activity .at', { hasText: 'not over yet' }).waitFor();
    const last = await page.locator('#activity .at').textContent();
    await page.keyboard.press('ArrowLeft');
    await poll(() => page.locator('#activity .at').textContent()).not.toBe(last);
    expect(await plot.getAttribute('aria-label')).toMatch(/Most: .*\d/);
  });

  it('shows dead letters by reason, tries them again and deletes them', async () => {
    await collector.post('/batch/', { api_key: TOKEN, batch: [{ event: '', distinct_id: 'x' }] });
    const { page } = await view('/?page=dead-letters');
    await page.locator('.reason').first().waitFor();
    await page.getByText('Examples').first().click();
    await page.locator('.example pre').first().waitFor();
    expect(await page.locator('.example pre').first().textContent()).toMatch(/"time": ".*20\d\d/);
    // What Health says of it leads to this page, not to the API.
    await page.goto(`${collector.url}/?page=health`);
    await page.getByText('Mend what sends them').waitFor();
    expect(await page.locator('.checks').textContent()).not.toContain('GET /api');
    await page.getByRole('link', { name: 'Look at the dead letters' }).click();
    await page.locator('.reason').first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('the reason is still there').waitFor();
    await page.getByRole('button', { name: 'Delete …' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('None: all that was sent was taken.').waitFor();
  });

  it('asks who it is, says when the token is wrong, and goes on where it was', async () => {
    const { page } = await view('/?range=7d', { isSignedIn: false });
    const token = page.getByLabel('Token', { exact: true });
    await token.fill('wrong');
    await token.press('Enter');
    await page.getByText('This is not the token.').waitFor();
    await token.fill(ADMIN);
    await token.press('Enter');
    await page.locator('.tile').first().waitFor();
    expect(page.url()).toContain('range=7d');
    expect(page.url()).not.toContain(ADMIN);
  });

  it('has one socket, whatever happens to the session; after its end it asks to sign in again', async () => {
    const made = await view('/?page=live&range=7d', { hasOwnSession: true });
    const { page } = made;
    await page.getByText('Connected:').waitFor();
    const open = new Set<object>();
    let made_ = 0;
    page.on('websocket', (socket) => {
      made_ += 1;
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    await page.reload();
    await page.getByText('Connected:').waitFor();
    for (let round = 0; round < 2; round += 1) {
      // Somewhere else, with the same cookie.
      await page.evaluate(() => fetch('/api/v1/logout', { method: 'POST' }));
      const token = page.getByRole('dialog').getByLabel('Token', { exact: true });
      await token.waitFor();
      await poll(() => open.size).toBe(0);
      const before = made_;
      await page.waitForFunction(() =>
        document.querySelector('#feed')?.textContent?.includes('Not connected'),
      );
      expect(made_).toBe(before);
      await token.fill(ADMIN);
      await token.press('Enter');
      await page.getByText('Connected:').waitFor();
      expect(open.size).toBe(1);
    }
    expect(page.url()).toContain('range=7d');
    await sendAll(collector, [service(0, 'm1', 'live-one')]);
    await page.locator('#feed li', { hasText: 'live-one' }).waitFor();
    expect(await page.locator('#feed li').count()).toBe(1);
    made.trouble.splice(0);
  });
});

describe.runIf(hasBrowser())('a page whose collector goes away', () => {
  it('shows no chart of another range, says since when, and recovers by itself', async () => {
    const folder = makeFolder();
    const browser = await startBrowser();
    let collector = await startCollector(WITH_WAREHOUSE, { folder: folder.path });
    const port = new URL(collector.url).port;
    try {
      await sendAll(collector, [ago(1, 'a'), ago(300, 'b')]);
      const made = await visit(browser, collector);
      const { page } = made;
      await page.locator('#activity canvas').waitFor();
      await collector.stop();
      await page.getByLabel('Range').selectOption('7d');
      await page.locator('.banner', { hasText: 'cannot be reached' }).waitFor();
      await page.locator('.banner', { hasText: 'Trying again' }).waitFor();
      expect(await page.locator('#activity canvas').count()).toBe(0);
      collector = await startCollector(
        { ...WITH_WAREHOUSE, COLLECTOR_PORT: port },
        { folder: folder.path },
      );
      await page.locator('.banner').getByRole('button', { name: 'Try now' }).click();
      await poll(() => tile(made, 'Machines').locator('.number').textContent()).toBe('1');
      await poll(() => page.locator('.banner').count()).toBe(0);
      await made.close();
    } finally {
      await browser.close();
      await collector.stop();
      folder.remove();
    }
  }, 90_000);
});

describe.runIf(hasBrowser())('a collector without an event', () => {
  it('says how to send one, and watches it arrive', async () => {
    const browser = await startBrowser();
    const collector = await startCollector(WITH_WAREHOUSE);
    try {
      const { page, close } = await visit(browser, collector);
      await page.getByText('No event has arrived yet').waitFor();
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByText('it is not shown again').waitFor();
      const command = (await page.locator('.copied pre').last().textContent())!;
      expect(command).toContain(collector.url);
      const [, body] = /-d '(.*)' http/.exec(command)!;
      const path = new URL(command.split(' ').at(-1)!).pathname;
      const { status } = await collector.post(path, JSON.parse(body!));
      expect(status).toBe(200);
      await page.locator('#activity').waitFor();
      await expect
        .poll(() => page.locator('#by-event li').first().textContent())
        .toContain('hello');
      await close();
    } finally {
      await browser.close();
      await collector.stop();
    }
  }, 90_000);
});
