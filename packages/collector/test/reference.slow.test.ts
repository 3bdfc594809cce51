// Pictures of the pages against those that somebody looked at: what a change of a style sheet or a part does
// to other pages is seen. Answers, clock and letters are always the same ones, so that another machine draws
// nearly the same; what is drawn into charts as text is left out.
//
// `npm run references` takes the pictures anew: look at each before it is committed.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import { answerAll } from './support/canned';
import { type Collector, startCollector } from './support/collector';

const PICTURES = resolve(import.meta.dirname, 'reference');
/** Where a picture goes that differs, and what differs in it. */
const DIFFERENT = resolve(import.meta.dirname, '../../../build/reference');
const IS_WRITING = process.env.REFERENCES === 'write';

/** How much of a picture may differ: letters are drawn a little differently elsewhere. */
const TOLERANCE = 0.003;
/** How much a pixel may differ, from 0 to 1. */
const THRESHOLD = 0.2;

const require = createRequire(import.meta.url);
const letters = (weight: number) =>
  readFileSync(
    require.resolve(`@fontsource/lato/files/lato-latin-${weight}-normal.woff2`),
  ).toString('base64');
const STYLE = `
  ${[400, 700]
    .map(
      (weight) =>
        `@font-face { font-family: Pinned; font-weight: ${weight}; src: url(data:font/woff2;base64,${letters(weight)}) }`,
    )
    .join('\n')}
  * { font-family: Pinned !important; text-rendering: geometricPrecision !important; transition: none !important; caret-color: transparent !important }`;

interface State {
  readonly name: string;
  readonly path: string;
  readonly options?: BrowserContextOptions;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const PHONE = { viewport: { width: 360, height: 740 } };

const STATES: readonly State[] = [
  { name: 'overview', path: '/', options: { viewport: { width: 1200, height: 1400 } } },
  { name: 'overview-dark', path: '/?where=os:is:linux', options: { colorScheme: 'dark' } },
  { name: 'overview-phone', path: '/', options: { viewport: { width: 360, height: 1500 } } },
  { name: 'installs', path: '/?project=setup&range=90d' },
  { name: 'compare', path: '/?page=compare' },
  { name: 'events-phone', path: '/?page=events', options: PHONE },
  { name: 'health', path: '/?page=health' },
  {
    name: 'more',
    path: '/',
    options: { viewport: { width: 900, height: 700 } },
    prepare: async (page) => {
      await page.locator('#services').getByRole('button', { name: 'more' }).click();
      await page.getByRole('dialog').getByText('caddy').waitFor();
    },
  },
];

async function take(browser: Browser, url: string, { path, options, prepare }: State) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    // The letters are not the page's own.
    bypassCSP: true,
    ...options,
  });
  try {
    const page = await context.newPage();
    await answerAll(page);
    await page.addInitScript(() => {
      CanvasRenderingContext2D.prototype.fillText = () => {};
    });
    await page.goto(url + path);
    await page.addStyleTag({ content: STYLE });
    await page.waitForFunction(() =>
      Promise.all([document.fonts.load('16px Pinned'), document.fonts.load('bold 16px Pinned')]),
    );
    await page.locator('.card').first().waitFor();
    await page.waitForFunction(
      () =>
        !document.querySelector('main [aria-busy="true"]') &&
        !document.querySelector('footer')?.textContent?.includes('Loading'),
    );
    await prepare?.(page);
    return await page.screenshot();
  } finally {
    await context.close();
  }
}

describe.runIf(hasBrowser())('the pages look as they did when somebody looked at them', () => {
  let browser: Browser;
  let collector: Collector;
  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector()]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  it.each(STATES)(
    '$name',
    async (state) => {
      const taken = await take(browser, collector.url, state);
      const file = join(PICTURES, `${state.name}.png`);
      if (IS_WRITING) {
        mkdirSync(PICTURES, { recursive: true });
        writeFileSync(file, taken);
        return;
      }
      const [known, now] = [PNG.sync.read(readFileSync(file)), PNG.sync.read(taken)];
      const { width, height } = known;
      expect([now.width, now.height]).toEqual([width, height]);
      const difference = new PNG({ width, height });
      const options = { threshold: THRESHOLD };
      const count = pixelmatch(known.data, now.data, difference.data, width, height, options);
      const share = count / (width * height);
      if (share > TOLERANCE) {
        mkdirSync(DIFFERENT, { recursive: true });
        writeFileSync(join(DIFFERENT, `${state.name}.png`), taken);
        writeFileSync(join(DIFFERENT, `${state.name}-difference.png`), PNG.sync.write(difference));
      }
      expect(share, `see build/reference/${state.name}-difference.png`).toBeLessThanOrEqual(
        TOLERANCE,
      );
    },
    60_000,
  );
});
