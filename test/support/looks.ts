// Looks at a page as it is: what axe finds, whether it has to be scrolled sideways. `npm run screenshots`
// also takes a picture, into build/screenshots, and those of the docs.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { findings } from './axe';
import { savePicture } from './picture';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'build/screenshots');
const DOCS_FOLDER = join(ROOT, 'docs/images');

/** A page in a state that it is looked at in. */
export interface Look {
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

/** As it is printed. */
export const print = (page: Page) => page.emulateMedia({ media: 'print' });

/** Opens everything that is folded. */
export async function openTables(page: Page): Promise<void> {
  for (const summary of await page.locator('details summary').all()) await summary.click();
}

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

/** Expects that the page is as wide as its window and that axe finds nothing on it. */
export async function look(page: Page, name: string, docs?: string): Promise<void> {
  await picture(page, name, docs);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(page.viewportSize()!.width);
  expect(await findings(page)).toEqual([]);
}
