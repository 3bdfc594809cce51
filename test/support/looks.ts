// Looks at a page as it is: what axe finds, whether it has to be scrolled sideways. `npm run screenshots`
// also takes a picture, into build/screenshots, and those of the docs.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findings } from './axe';
import { savePicture } from './picture';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'build/screenshots');
const DOCS_FOLDER = join(ROOT, 'docs/images');

/** A page in a state that it is looked at in. */
export interface Look {
  /** Of the picture, and of the test. */
  readonly name: string;
  readonly options?: BrowserContextOptions;
  /** A picture of the docs, by its name: what is seen without scrolling. */
  readonly docs?: string;
  /** What is done before it is looked at. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export const DESK = { viewport: { width: 1440, height: 1000 }, locale: 'en-US' } as const;
export const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
export const TABLET = { viewport: { width: 768, height: 1024 } };
export const ENLARGED = { viewport: { width: 640, height: 500 } };
export const DARK = { colorScheme: 'dark' } as const;
export const FORCED = { forcedColors: 'active' } as const;
/** What the pictures of the docs show. */
export const DOCS = { viewport: { width: 1100, height: 960 } };
export const DOCS_PHONE = { viewport: { width: 390, height: 960 } };

/** As it is printed. */
export const print = (page: Page) => page.emulateMedia({ media: 'print' });

/** Opens everything that is folded. */
export async function openTables(page: Page): Promise<void> {
  for (const summary of await page.locator('details summary').all()) await summary.click();
}

/** The end of a list that is opened: where the long names are. */
export const endOfList = (id: string) => async (page: Page) => {
  await openList(id)(page);
  await page.getByRole('dialog').locator('li').last().scrollIntoViewIfNeeded();
};

/** Opens the whole list of a card. */
export const openList = (id: string) => (page: Page) =>
  page.locator(`#${id}`).getByRole('button', { name: 'more' }).click();

/** Takes a picture of the page where pictures are asked for; `docs`: one of the docs too, by its name. */
export async function picture(page: Page, name: string, docs?: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
  if (docs) await savePicture(page, join(DOCS_FOLDER, `${docs}.webp`));
}

/** Expects that the page and the numbers of its charts are as wide as the window, and that axe finds nothing. */
export async function look(page: Page, name: string, docs?: string): Promise<void> {
  await picture(page, name, docs);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(page.viewportSize()!.width);
  const hidden = await page
    .locator('.series .scroll')
    .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
  expect(Math.max(0, ...hidden)).toBe(0);
  expect(await findings(page)).toEqual([]);
}

/** A page that was opened to be looked at. */
export interface Opened {
  readonly page: Page;
  /** What went wrong meanwhile. */
  readonly trouble: readonly string[];
  close(): Promise<void>;
}

/**
 * A test for each state: the page is opened, prepared and looked at, and has no trouble. Pictures are called
 * `prefix` and the name of the state; `check` may look at more.
 */
export function lookAtEach<S extends Look, O extends Opened>(
  states: readonly S[],
  open: (state: S) => Promise<O>,
  { prefix = '', check }: { prefix?: string; check?: (opened: O) => void } = {},
): void {
  it.each(states)(
    '$name',
    async (state) => {
      const opened = await open(state);
      try {
        await state.prepare?.(opened.page);
        await opened.page.waitForFunction(
          () => !document.querySelector('main .waiting[aria-busy="true"]'),
        );
        await look(opened.page, prefix + state.name, state.docs);
        expect(opened.trouble).toEqual([]);
        check?.(opened);
      } finally {
        await opened.close();
      }
    },
    60_000,
  );
}
