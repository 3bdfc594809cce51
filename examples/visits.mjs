// People on the example site: real visits, each in a browser of its own that knows nothing of the others.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];

const DESKTOP =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

/** Where there is a browser; undefined: nowhere. */
export const browserPath = () => process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));

/** What somebody does, and what there is to be counted of it. */
const PEOPLE = [
  {
    who: 'reads prices, orders, writes to us',
    agent: DESKTOP,
    context: { locale: 'de-DE' },
    from: 'https://www.google.com/',
    async does(page, site) {
      await page.goto(`${site}/?utm_source=letter&utm_campaign=may`, { referer: this.from });
      await page.click('main a');
      await page.click('#order');
      await page.click('nav a[href="/contact"]');
      await page.fill('input', 'Is there rye?');
      await page.click('form button');
      await page.waitForURL('**/thanks?*');
    },
    views: 4,
    events: 2,
  },
  {
    who: 'uses the app: three pages of one document, then back',
    agent: DESKTOP,
    context: { locale: 'en-GB' },
    async does(page, site) {
      await page.goto(`${site}/app/`);
      await page.click('main a[href="/app/orders"]');
      await page.click('main a[href="/app/settings"]');
      await page.goBack();
      await page.waitForURL('**/app/orders');
    },
    views: 4,
    events: 0,
  },
  {
    who: 'follows a dead link on a phone, and leaves',
    agent: PHONE,
    context: { locale: 'fr-FR', viewport: { width: 390, height: 844 } },
    from: 'https://news.ycombinator.com/',
    async does(page, site) {
      await page.goto(`${site}/no/such/page`, { referer: this.from });
    },
    views: 1,
    events: 1,
  },
  {
    who: 'looks at the first page, and leaves',
    agent: PHONE,
    context: { locale: 'de-DE', viewport: { width: 390, height: 844 } },
    async does(page, site) {
      await page.goto(`${site}/`);
    },
    views: 1,
    events: 0,
  },
];

/** What all of them together are to be counted as. */
export const EXPECTED = {
  visits: PEOPLE.length,
  views: PEOPLE.reduce((sum, { views }) => sum + views, 0),
  events: PEOPLE.reduce((sum, { events }) => sum + events, 0),
};

/** Drives them, one after another. `tell` hears of each before it begins. */
export async function visitAll(site, tell = () => {}) {
  for (const person of PEOPLE) {
    tell(person.who);
    const browser = await chromium.launch({
      executablePath: browserPath(),
      // Of the whole browser: what a page sends when it is left does not ask the page who it is.
      args: [...ARGS, `--user-agent=${person.agent}`],
    });
    try {
      await visit(await browser.newContext(person.context), person, site);
    } finally {
      await browser.close();
    }
  }
}

async function visit(context, person, site) {
  // A browser that is driven says so, and is not counted; people's do not.
  await context.addInitScript(
    'Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false })',
  );
  const page = await context.newPage();
  await person.does(page, site);
  // A browser that is closed by force sends nothing more, unlike one that is left.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
}
