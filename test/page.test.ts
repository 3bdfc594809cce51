// The report's page, in a real browser: drawn, silent, alone, and usable in more than one way.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from './support/browser';
import { type Host, makeHost } from './support/host';
import { ID, uuidOf, writeJournal } from './support/journal';
import { paintedOn } from './support/pixels';

const LISTS = ['services', 'commands', 'errors', 'overrides', 'record', 'events'];
const PANELS = ['activity', 'durations', ...LISTS];
const DESK = { width: 1200, height: 900 };
const PHONE = { width: 360, height: 740 };

describe.runIf(hasBrowser())('the page of report --html', () => {
  let host: Host;
  let browser: Browser;
  let url: string;
  const trouble: string[] = [];
  const requests: string[] = [];
  const pages: Page[] = [];
  const hosts: Host[] = [];

  beforeAll(async () => {
    [host, browser] = await Promise.all([makeHost(), startBrowser()]);
    writeJournal(host.root, { delivered: 4000, dropped: 40, local: 100, waiting: 60 });
    url = await reportOf(host);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    host?.remove();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    for (const each of hosts.splice(0)) each.remove();
    expect(trouble.splice(0)).toEqual([]);
    expect(requests.splice(0).filter((each) => !each.startsWith('file:'))).toEqual([]);
  });

  async function reportOf(of: Host): Promise<string> {
    const { status, stderr } = await of.shim(['report', '--html', 'report.html']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return pathToFileURL(join(of.root, 'report.html')).href;
  }

  /** Opens the report of these events. */
  async function openOf(
    events: readonly [event: string, properties: object][],
    options?: BrowserContextOptions,
  ): Promise<Page> {
    const own = await makeHost();
    hosts.push(own);
    writeJournal(own.root, {});
    const timestamp = new Date().toISOString();
    const lines = events.map(([event, properties], index) =>
      JSON.stringify({ uuid: uuidOf(index), event, timestamp, distinct_id: ID, properties }),
    );
    own.write('.git/onramp-analytics/journal.ndjson', `${lines.join('\n')}\n`);
    return open(options, await reportOf(own));
  }

  async function open(options: BrowserContextOptions = {}, address = url): Promise<Page> {
    const context = await browser.newContext({ viewport: DESK, locale: 'en-US', ...options });
    const page = await context.newPage();
    pages.push(page);
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(address);
    return page;
  }

  const openTables = async (page: Page) => {
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('#activity table').waitFor();
  };

  it('draws the series as pixels in the colours of the theme, and follows the scheme', async () => {
    const page = await open({ colorScheme: 'light' });
    const painted = async () => (await paintedOn(page, ['a', 'bad']))[0]!;
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    const first = await painted();
    expect(first.id).toBe('activity');
    expect(first.colours.a).toBeGreaterThan(300);
    expect(first.colours.bad).toBeGreaterThan(50);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
    await expect.poll(async () => (await painted()).colours.a).toBeGreaterThan(300);
  });

  it('has every panel, and lists as text whose bars are as long as their numbers', async () => {
    const page = await open();
    const ids = await page.locator('section.card').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids.sort()).toEqual([...PANELS].sort());
    for (const id of LISTS) {
      const rows = await page.locator(`#${id} .ranked li:not(.soft)`).evaluateAll((all) =>
        all.map((row) => ({
          name: row.querySelector('.name')!.textContent,
          count: Number(row.querySelector('.figure:not(.measured)')!.textContent.replace(/,/g, '')),
          bar: row.querySelector('.bar')!.getBoundingClientRect().width,
        })),
      );
      expect(rows.length, id).toBeGreaterThan(1);
      const [first] = rows;
      for (const { name, count, bar } of rows) {
        expect(name, id).not.toBe('');
        const expected = Math.max(2, (count / first!.count) * first!.bar);
        expect(Math.abs(bar - expected), `${id}: ${name}`).toBeLessThan(2);
      }
    }
  });

  it('has the rest behind "more", with a search and whole names', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `service-${String(n).padStart(2, '0')}`);
    const long = 'a-name-that-is-longer-than-any-line-of-a-phone-because-names-are-free';
    const page = await openOf(
      [...names, long].flatMap((service_name, rank) =>
        Array.from({ length: 41 - rank }, () => ['service_started', { service_name }] as const),
      ) as [string, object][],
    );
    const services = page.locator('#services');
    expect(await services.locator('.ranked li').count()).toBe(9);
    await services.getByRole('button', { name: '32 more' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('li').count()).toBe(41);
    await dialog.getByRole('searchbox').fill('LONGER');
    expect(await dialog.locator('li .name').allTextContents()).toEqual([long]);
    expect(await dialog.getByRole('status').textContent()).toBe('1 of 41');
    // The first one empties the search.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('32 more');
  });

  it('counts what was interrupted as neither a success nor a failure', async () => {
    const ran = (properties: object): [string, object] => [
      'command_executed',
      { command: 'up', duration_ms: 5, ...properties },
    ];
    const page = await openOf([ran({ success: true }), ran({ success: false }), ran({}), ran({})]);
    await page.locator('#commands summary').click();
    const table = page.locator('#commands table');
    expect((await table.innerText()).split(/\s+/)).toEqual(
      'Commands Command Runs Failed Interrupted Success Median p95 up 4 1 2 50 % 5 ms 5 ms'.split(
        ' ',
      ),
    );
    expect(await page.locator('.tiles').innerText()).toMatch(/Success rate\s+50 %/);
  });

  it('adds errors up by type or by command, and shows the rest as one row', async () => {
    const types = Array.from({ length: 12 }, (_, n) => `type_${String(n).padStart(2, '0')}`);
    const page = await openOf(
      types.flatMap((error_type, rank) =>
        Array.from({ length: 13 - rank }, (_, n) => [
          'error_occurred',
          { error_type, command: n === 0 ? 'up' : 'down' },
        ]),
      ) as [string, object][],
    );
    const rows = () => page.locator('#errors .ranked li').allInnerTexts();
    const found = (await rows()).map((row) => row.split(/\s+/).slice(0, 2).join(' '));
    expect(found.slice(0, 2)).toEqual(['type_00 13', 'type_01 12']);
    expect(found.at(-1)).toBe('Other 9');
    await page.locator('#errors').getByRole('button', { name: 'Commands' }).click();
    expect((await rows()).map((row) => row.split(/\s+/).slice(0, 2).join(' '))).toEqual([
      'down 78',
      'up 12',
    ]);
  });

  it('shows the hours of a single day', async () => {
    const page = await openOf([['command_executed', { command: 'up', success: true }]]);
    expect(await page.locator('#activity h2').textContent()).toBe('Commands by hour');
    await page.locator('#activity summary').click();
    await page.locator('#activity tbody tr').nth(23).waitFor();
    expect(await page.locator('#activity tbody tr').count()).toBe(24);
  });

  it('allows its own script and its own style, and nothing else', () => {
    const page = readFileSync(new URL(url), 'utf8');
    const hashOf = (tag: string) => {
      const [, text] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)!;
      return `'sha256-${createHash('sha256').update(text!).digest('base64')}'`;
    };
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
    expect(policy!.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf('script')}`,
      `style-src ${hashOf('style')}`,
      'img-src data:',
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('makes no request but for itself, and could not make one', async () => {
    const page = await open();
    expect(requests).toEqual([url]);
    const blocked = await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'sent',
        () => 'blocked',
      ),
    );
    expect(blocked).toBe('blocked');
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "foreign script"';
      document.body.append(script);
    });
    expect(await page.title()).toBe('Usage');
    expect(trouble.splice(0).join()).toContain('Content Security Policy');
    requests.splice(0);
  });

  it('says the numbers that the summary has', async () => {
    const page = await open();
    const totals = await page.locator('.tiles').innerText();
    for (const number of ['4,200', '2,520', '60', '40']) expect(totals).toContain(number);
  });

  it('speaks the language of the browser in numbers and dates', async () => {
    const page = await open({ locale: 'de-DE' });
    expect(await page.locator('.tiles').innerText()).toContain('4.200');
    expect(await page.locator('header').innerText()).toMatch(/\d\d\.\d\d\.\d{4}/);
  });

  it('opens every table whole: no name is broken into letters, no column is cut off', async () => {
    const page = await open({ viewport: { width: 1440, height: 1000 } });
    await openTables(page);
    const { tall, wide } = await page.evaluate(() => ({
      tall: [...document.querySelectorAll('tbody tr')]
        .filter((row) => row.getBoundingClientRect().height > 60)
        .map((row) => row.textContent),
      wide: [...document.querySelectorAll('.scroll')]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.closest('section.card')?.id),
    }));
    expect({ tall, wide }).toEqual({ tall: [], wide: [] });
  });

  it('is wholly reachable with the keyboard', async () => {
    const page = await open();
    const seen: string[] = [];
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (!element || element === document.body) return '';
        const own = element.closest('section.card')?.id ?? '';
        return `${own} ${element.tagName.toLowerCase()}`;
      });
      if (at === '') break;
      seen.push(at);
    }
    expect(seen[0]).toBe(' a');
    expect(seen).toContain('activity div');
    for (const id of ['activity', 'services', 'overrides', 'commands', 'errors']) {
      expect(seen).toContain(`${id} summary`);
    }
    for (const id of LISTS) expect(seen).toContain(`${id} button`);
  });

  it('goes along the chart with the arrow keys, shows the place and says it', async () => {
    const page = await open();
    await page.locator('#activity .plot').focus();
    const said = page.locator('#activity [aria-live]');
    const cursor = () =>
      page.locator('#activity .u-cursor-x').evaluate((line) => getComputedStyle(line).transform);
    await page.keyboard.press('Home');
    expect(await said.textContent()).toMatch(/^\w+, \w+ \d+, \d{4}: Commands [\d,]+, Failed \d+$/);
    expect(await said.getAttribute('aria-live')).toBe('polite');
    const [first, at] = [await said.textContent(), await cursor()];
    await page.keyboard.press('ArrowRight');
    expect(await said.textContent()).not.toBe(first);
    expect(await cursor()).not.toBe(at);
  });

  it('has the series in words and as a table with headers, for a screen reader', async () => {
    const page = await open();
    expect(await page.locator('#activity [role=img]').getAttribute('aria-label')).toMatch(
      /^Commands by day\. Most: .*\d/,
    );
    await openTables(page);
    for (const table of await page.locator('table').all()) {
      expect(await table.locator('thead th[scope=col]').count()).toBeGreaterThan(1);
      const rows = await table.locator('tbody tr').count();
      expect(rows).toBeGreaterThan(0);
      expect(await table.locator('tbody th[scope=row]').count()).toBe(rows);
      expect(await table.locator('caption').textContent()).not.toBe('');
    }
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('has text that stands out enough from its ground, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ colorScheme });
      const ratios = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const luminance = (name: string) => {
          const value = Number.parseInt(style.getPropertyValue(`--${name}`).trim().slice(1), 16);
          const parts = [value >> 16, (value >> 8) & 255, value & 255].map((part) => {
            const share = part / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!;
        };
        const ratio = (a: string, b: string) => {
          const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [
            number,
            number,
          ];
          return (high + 0.05) / (low + 0.05);
        };
        return {
          text: ['paper', 'card'].flatMap((ground) =>
            ['ink', 'soft'].map((name) => ratio(name, ground)),
          ),
          // The numbers of a ranked list stand on its bars.
          onBars: ratio('ink', 'bar'),
          marks: ['a', 'b', 'c', 'd', 'bad', 'focus'].map((name) => ratio(name, 'card')),
        };
      });
      // WCAG 2.2, AA: text 4.5, graphics 3.
      expect(Math.min(...ratios.text, ratios.onBars)).toBeGreaterThan(4.5);
      expect(Math.min(...ratios.marks)).toBeGreaterThan(3);
    }
  });

  it('fits a phone: nothing has to be scrolled sideways, tables neither hide nor push', async () => {
    const page = await open({ viewport: PHONE, isMobile: true, hasTouch: true });
    expect((await paintedOn(page, ['a']))[0]!.colours.a).toBeGreaterThan(100);
    for (const summary of await page.locator('summary').all()) await summary.tap();
    await page.locator('#activity table').waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.width);
    const small = await page.evaluate(
      () =>
        [...document.querySelectorAll('button, summary')].filter(
          (each) => each.getBoundingClientRect().height < 24,
        ).length,
    );
    expect(small).toBe(0);
  });

  it('prints: in the colours of paper, and nothing that can only be clicked', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe('rgb(255, 255, 255)');
    await expect
      .poll(async () => (await paintedOn(page, ['a']))[0]!.colours.a)
      .toBeGreaterThan(300);
    expect(await page.locator('button:visible').count()).toBe(0);
    const pdf = await page.pdf({ format: 'A4' });
    const sheets = pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(sheets.length).toBeGreaterThan(0);
    expect(sheets.length).toBeLessThan(5);
  });

  it('gives a panel’s numbers as a CSV file', async () => {
    const page = await open();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV: Services' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('services.csv');
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toMatch(/^Service,Enabled,Started,All\r\nplex,\d+,\d+,\d+\r\n/);
  });

  it('shows as text whatever somebody put into the journal', async () => {
    const evil = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>';
    const page = await openOf([['service_enabled', { service_name: evil }]]);
    expect(await page.locator('#services .name').last().textContent()).toBe(evil);
    expect(await page.title()).toBe('Usage');
    expect(await page.locator('img').count()).toBe(0);
  });

  it('says so where nothing was recorded', async () => {
    const page = await openOf([]);
    expect(await page.locator('main').innerText()).toContain('Nothing was recorded in this time.');
  });
});
