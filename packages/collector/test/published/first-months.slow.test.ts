// A project that is published just now: its page has the months as soon as they are counted, and whoever
// comes back to it sees what changed meanwhile; nobody reloads anything.

import { expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../../../test/support/browser';
import { startCollector } from '../support/collector';
import { people, settledFolder } from '../support/published';
import { sendAll, visit, WITH_WAREHOUSE } from '../support/visit';

it.runIf(hasBrowser())(
  'a page that is opened at once after Publish fills, and empties when it is taken back',
  async () => {
    const folder = await settledFolder();
    const [browser, collector] = await Promise.all([
      startBrowser(),
      startCollector(WITH_WAREHOUSE, { folder: folder.path }),
    ]);
    try {
      await sendAll(collector, people(25, 'plex', { os: 'linux' }));
      const { page, close } = await visit(browser, collector, '/?project=default&page=settings');
      await page.locator('#publishing').getByRole('button', { name: 'Publish' }).click();
      const link = page.locator('#publishing').getByRole('link', { name: 'The page' });
      await link.waitFor();
      const stranger = await visit(browser, collector, '/public/default', { isSignedIn: false });
      await stranger.page
        .locator('.headline', { hasText: '20 machines or more' })
        .waitFor({ timeout: 30_000 });
      expect(await stranger.page.locator('#list-services li').textContent()).toContain('plex');
      await page.getByRole('button', { name: 'Stop publishing' }).click();
      await page.getByText('It is not public.').waitFor();
      await stranger.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await stranger.page.getByText('Nothing is published here').waitFor();
      expect(stranger.trouble).toEqual([]);
      await Promise.all([close(), stranger.close()]);
    } finally {
      await browser.close();
      await collector.stop();
      folder.remove();
    }
  },
  90_000,
);
