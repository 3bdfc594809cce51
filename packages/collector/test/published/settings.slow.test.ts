// Settings of a project on its pages: whether it is published, with what goes into a README, and its time zone.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../../test/support/browser';
import { DARK, ENLARGED, FORCED, look, PHONE } from '../../../../test/support/looks';
import { type Collector, startCollector } from '../support/collector';
import { monthsOf, publishedFolder } from '../support/published';
import { type Visit, type VisitOptions, visit, WITH_WAREHOUSE } from '../support/visit';

const PATH = '/?project=app&page=settings';

describe.runIf(hasBrowser())('settings of a project', () => {
  let browser: Browser;
  let collector: Collector;
  let folder: Awaited<ReturnType<typeof publishedFolder>>;
  let made: Visit;
  beforeAll(async () => {
    folder = await publishedFolder([{ name: 'app', isPublic: false, months: monthsOf(3) }]);
    [browser, collector] = await Promise.all([
      startBrowser(),
      startCollector(WITH_WAREHOUSE, { folder: folder.path }),
    ]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
    folder?.remove();
  });
  afterEach(async () => {
    await made.close();
    expect(made.trouble).toEqual([]);
  });

  async function open(options?: VisitOptions) {
    made = await visit(browser, collector, PATH, options);
    const panel = made.page.locator('#publishing');
    await panel.waitFor();
    return { ...made, panel };
  }
  const statusOfPage = async () => (await collector.request('GET', '/public/app')).status;

  it('publish it, say what goes into a README, and take it back at once', async () => {
    const { page, panel } = await open();
    expect(await panel.getByRole('status').textContent()).toContain('It is not public.');
    expect([await statusOfPage(), await panel.locator('pre').count()]).toEqual([404, 0]);
    await look(made.page, 'settings');
    await panel.getByRole('button', { name: 'Publish' }).click();
    await panel.getByText('It is public.').waitFor();
    const at = `${collector.url}/public/app`;
    expect(await panel.locator('pre').first().textContent()).toBe(
      `[![machines](${at}/badge.svg)](${at})`,
    );
    await look(made.page, 'settings-public');
    const stranger = await browser.newPage();
    await stranger.goto(
      (await panel.getByRole('link', { name: 'The page' }).getAttribute('href'))!,
    );
    await stranger.locator('.headline').waitFor();
    await panel.getByRole('button', { name: 'Stop publishing' }).click();
    await panel.getByText('It is not public.').waitFor();
    expect(await statusOfPage()).toBe(404);
    await stranger.reload();
    await stranger.getByText('Nothing is published here').waitFor();
    await stranger.close();
    await page.close();
  }, 60_000);

  it('set its time zone, which the pages then have; a wrong one is said to be wrong', async () => {
    const { page } = await open();
    const panel = page.locator('#time-zone');
    const zone = panel.getByLabel('Days, weeks and months are those of');
    await zone.fill('Europe/Atlantis');
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.locator('.trouble', { hasText: 'no time zone of this name' }).waitFor();
    expect(await zone.inputValue()).toBe('Europe/Atlantis');
    await look(made.page, 'settings-wrong-zone');
    await zone.fill('Asia/Kathmandu');
    await panel.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => page.locator('footer select').inputValue())
      .toMatch(/^Asia\/Kat(h)?mandu$/);
    expect(await panel.locator('.trouble').textContent()).toBe('');
  }, 60_000);

  it.each([
    ['a phone in the dark', 'phone-dark', { ...PHONE, ...DARK }],
    ['200 %', '200-percent', ENLARGED],
    ['forced colours', 'forced-colours', FORCED],
  ] as const)(
    'have room in %s',
    async (_what, name, options) => {
      await collector.admin('PATCH', '/api/v1/projects/app', { public: true });
      const { panel } = await open(options);
      await panel.locator('pre').first().waitFor();
      await look(made.page, `settings-${name}`);
    },
    60_000,
  );

  it('are for admins: who may only read sees the pages that the collector answers', async () => {
    const answer = await collector.admin('POST', '/api/v1/tokens', { scope: 'read', project: '1' });
    const { token } = (await answer.json()) as { token: string };
    made = await visit(browser, collector, PATH, { isSignedIn: false });
    const { page } = made;
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'app', level: 1 }).waitFor();
    const shown = await page
      .getByRole('navigation', { name: 'Pages' })
      .locator('a')
      .allTextContents();
    expect(shown).toEqual(['Overview', 'Compare', 'Events', 'Live', 'Health']);
    made.trouble.splice(0); // A question before the token was 401.
  });
});
