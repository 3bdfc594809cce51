// The report's page, in a real browser: drawn, silent, alone, and usable in more than one way.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from './support/browser';
import { type Host, makeHost } from './support/host';
import { recordOf, writeJournal } from './support/journal';
import { paintedOn } from './support/pixels';
import { ROOT } from './support/run';

const CHARTS = [
  'activity',
  'services',
  'overrides',
  'commands',
  'durations',
  'errors',
  'record',
  'events',
];
const DESK = { width: 1200, height: 900 };
const PHONE = { width: 360, height: 740 };

describe.runIf(hasBrowser())('the page of report --html', () => {
  let host: Host;
  let browser: Browser;
  let url: string;
  const trouble: string[] = [];
  const requests: string[] = [];
  const pages: Page[] = [];

  beforeAll(async () => {
    [host, browser] = await Promise.all([makeHost(), startBrowser()]);
    writeJournal(host.root, { delivered: 4000, dropped: 40, local: 100, waiting: 60 });
    const { status, stderr } = await host.shim(['report', '--html', 'report.html']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    url = pathToFileURL(join(host.root, 'report.html')).href;
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    host?.remove();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    expect(trouble.splice(0)).toEqual([]);
    expect(requests.splice(0).filter((each) => !each.startsWith('file:'))).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}, address = url): Promise<Page> {
    const context = await browser.newContext({ viewport: DESK, ...options });
    const page = await context.newPage();
    pages.push(page);
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(address);
    return page;
  }

  /** Pixels in the first colour of the theme, on the chart that has the fewest. */
  const leastPainted = async (page: Page) =>
    Math.min(...(await paintedOn(page, ['a'])).map(({ colours }) => colours.a!));

  it('draws every chart, as pixels in the colours of the theme, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ colorScheme });
      const painted = await paintedOn(page, ['a', 'c', 'bad']);
      expect(painted.map(({ id }) => id)).toEqual(CHARTS.map((id) => `chart-${id}`));
      for (const { id, colours } of painted) {
        expect(colours.a, `${id}, ${colorScheme}`).toBeGreaterThan(300);
      }
      const commands = painted.find(({ id }) => id === 'chart-commands')!;
      expect(commands.colours.bad).toBeGreaterThan(50);
    }
  });

  it('follows the scheme when it changes while the page is open', async () => {
    const page = await open({ colorScheme: 'light' });
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(dark).not.toBe(light);
    await expect.poll(() => leastPainted(page)).toBeGreaterThan(300);
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
    const totals = await page.locator('#totals').innerText();
    for (const number of ['4,200', '2,520', '60', '40']) expect(totals).toContain(number);
  });

  it('opens every table whole: no name is broken into letters, no column is cut off', async () => {
    const page = await open({ viewport: { width: 1440, height: 1000 } });
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('#events table').waitFor();
    const { tall, wide } = await page.evaluate(() => ({
      tall: [...document.querySelectorAll('tbody tr')]
        .filter((row) => row.getBoundingClientRect().height > 60)
        .map((row) => row.textContent),
      wide: [...document.querySelectorAll('.scroll')]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.closest('section')?.id),
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
        const own = element.closest('section')?.id ?? '';
        return `${own} ${element.tagName.toLowerCase()}`;
      });
      if (at === '') break;
      seen.push(at);
    }
    expect(seen[0]).toBe(' a');
    for (const id of CHARTS) {
      expect(seen).toEqual(
        expect.arrayContaining([`${id} canvas`, `${id} summary`, `${id} button`]),
      );
    }
  });

  it('goes along a chart with the arrow keys, shows the place and says it', async () => {
    const page = await open();
    const canvas = page.locator('#chart-commands');
    await canvas.focus();
    const said = page.locator('#commands [aria-live]');
    const before = (await paintedOn(page, [])).find(({ id }) => id === 'chart-commands')!;
    await page.keyboard.press('ArrowDown');
    expect(await said.textContent()).toMatch(/^enable-service: Succeeded [\d,]+, Failed \d+$/);
    await page.keyboard.press('End');
    expect(await said.textContent()).toMatch(/^(unknown|update|build): /);
    const after = (await paintedOn(page, [])).find(({ id }) => id === 'chart-commands')!;
    expect(after.painted).not.toBe(before.painted);
  });

  it('has each chart in words and as a table with headers, for a screen reader', async () => {
    const page = await open();
    for (const id of CHARTS) {
      const section = page.locator(`section#${id}`);
      expect(await section.locator('canvas').getAttribute('aria-label')).toMatch(/\d/);
      await section.locator('summary').focus();
      await page.keyboard.press('Enter');
      await section.locator('table').waitFor();
      expect(await section.locator('thead th[scope=col]').count()).toBeGreaterThan(1);
      const rows = await section.locator('tbody tr').count();
      expect(rows).toBeGreaterThan(0);
      expect(await section.locator('tbody th[scope=row]').count()).toBe(rows);
    }
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll('button, section, canvas')].filter(
          (each) =>
            !each.getAttribute('aria-label') &&
            !each.getAttribute('aria-labelledby') &&
            !each.textContent,
        ).length,
    );
    expect(unnamed).toBe(0);
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
        const grounds = ['paper', 'card'];
        return {
          text: ['ink', 'soft'].flatMap((name) => grounds.map((ground) => ratio(name, ground))),
          marks: ['a', 'b', 'c', 'd', 'bad', 'focus'].map((name) => ratio(name, 'card')),
        };
      });
      // WCAG 2.2, AA: text 4.5, graphics 3.
      expect(Math.min(...ratios.text)).toBeGreaterThan(4.5);
      expect(Math.min(...ratios.marks)).toBeGreaterThan(3);
    }
  });

  it('fits a phone: nothing has to be scrolled sideways, tables neither hide nor push', async () => {
    const page = await open({ viewport: PHONE, isMobile: true, hasTouch: true });
    for (const { id, colours } of await paintedOn(page, ['a'])) {
      expect(colours.a, id).toBeGreaterThan(100);
    }
    for (const summary of await page.locator('summary').all()) await summary.tap();
    await page.locator('#events table').waitFor();
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

  it('prints: charts in the colours of paper, and nothing that can only be clicked', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe('rgb(255, 255, 255)');
    await expect.poll(() => leastPainted(page)).toBeGreaterThan(300);
    expect(await page.locator('button:visible').count()).toBe(0);
    const pdf = await page.pdf({ format: 'A4' });
    const sheets = pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(sheets.length).toBeGreaterThan(0);
    expect(sheets.length).toBeLessThan(8);
  });

  it('gives a chart’s numbers as a CSV file', async () => {
    const page = await open();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#services button').click(),
    ]);
    expect(download.suggestedFilename()).toBe('services.csv');
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toMatch(/^Name,enabled,started,all\r\nplex,\d+,\d+,\d+\r\n/);
  });

  it('shows as text whatever somebody put into the journal', async () => {
    const evil = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>';
    const odd = await makeHost();
    writeJournal(odd.root, { delivered: 3 });
    const record = { ...recordOf(6, Date.now()), properties: { service_name: evil } };
    odd.write('.git/onramp-analytics/journal.ndjson', `${JSON.stringify(record)}\n`);
    await odd.shim(['report', '--html', 'report.html']);
    const page = await open({}, pathToFileURL(join(odd.root, 'report.html')).href);
    await page.locator('#services summary').click();
    expect(await page.locator('#services tbody th').textContent()).toBe(evil);
    expect(await page.title()).toBe('Usage');
    expect(await page.locator('img').count()).toBe(0);
    odd.remove();
  });

  it('says so where nothing was recorded', async () => {
    const empty = await makeHost();
    await empty.shim(['report', '--html', 'report.html']);
    const page = await open({}, pathToFileURL(join(empty.root, 'report.html')).href);
    expect(await page.locator('#message').textContent()).toBe('Nothing was recorded in this time.');
    empty.remove();
  });

  // Only when somebody wants them anew: SCREENSHOTS=1 npx vitest run test/page.test.ts
  it.runIf(process.env.SCREENSHOTS)('takes the screenshots of the docs', async () => {
    const shots = {
      light: { colorScheme: 'light', viewport: { width: 1100, height: 1150 } },
      dark: { colorScheme: 'dark', viewport: { width: 1100, height: 1150 } },
      phone: { colorScheme: 'light', viewport: { width: 390, height: 1150 } },
    } as const;
    const long = await makeHost();
    writeJournal(long.root, { delivered: 60_000, dropped: 120, local: 800, waiting: 160 });
    await long.shim(['report', '--html', 'report.html']);
    for (const [name, options] of Object.entries(shots)) {
      const page = await open(options, pathToFileURL(join(long.root, 'report.html')).href);
      await page.screenshot({ path: join(ROOT, `docs/images/report-${name}.png`) });
    }
    long.remove();
  });
});
