// Every page in every state: nothing that axe finds, nothing that has to be scrolled sideways, no word
// of trouble. `npm run screenshots` also takes a picture of each, into build/screenshots, to look at.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { hasBrowser, startBrowser } from '../../../test/support/browser';
import {
  DARK,
  DOCS,
  ENLARGED,
  endOfList,
  FORCED,
  type Look,
  lookAtEach,
  openList,
  openTables,
  PHONE,
  print,
  TABLET,
} from '../../../test/support/looks';
import { type Collector, startCollector } from './support/collector';
import { makeProjects } from './support/made';
import { type VisitOptions, visit, WITH_WAREHOUSE } from './support/visit';

interface State extends Look {
  readonly path: string;
  readonly options?: VisitOptions;
}

const year = (more = '') => `/?project=year&range=year${more}`;

/** Answers every question with an error, or lets it through. */
const refuse = (page: Page) =>
  page.route('**/api/v1/query*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/json',
      body: JSON.stringify({ detail: 'the warehouse is being rebuilt. 1200 events wait for it' }),
    }),
  );

const STATES: readonly State[] = [
  { name: 'sign-in', path: '/', options: { isSignedIn: false } },
  { name: 'sign-in-dark', path: '/', options: { isSignedIn: false, ...DARK } },
  { name: 'empty', path: '/?project=empty' },
  { name: 'empty-phone', path: '/?project=empty', options: PHONE },
  { name: 'one-event', path: '/?project=one' },
  { name: 'a-day', path: '/?project=day&range=today' },
  { name: 'a-year', path: year() },
  { name: 'a-year-dark', path: year(), options: DARK },
  { name: 'a-year-phone', path: year(), options: PHONE },
  { name: 'a-year-phone-dark', path: year(), options: { ...PHONE, ...DARK } },
  { name: 'a-year-tablet', path: year(), options: TABLET },
  { name: 'a-year-200-percent', path: year(), options: ENLARGED },
  { name: 'a-year-forced-colours', path: year(), options: FORCED },
  { name: 'a-year-print', path: year(), prepare: print },
  { name: 'a-year-german', path: year(), options: { locale: 'de-DE' } },
  { name: 'a-year-tables-opened', path: year(), prepare: openTables },
  { name: 'docs', path: year(), options: DOCS, docs: 'pages-light' },
  { name: 'docs-dark', path: year(), options: { ...DOCS, ...DARK }, docs: 'pages-dark' },
  { name: 'five-years', path: '/?project=five-years&range=all' },
  { name: 'filtered', path: year('&where=os:is:linux&where=command:is:update') },
  { name: 'filtered-by-what-is-not-there', path: year('&where=os:is:beos') },
  {
    name: 'forty-services',
    path: year(),
    prepare: openList('services'),
  },
  {
    name: 'forty-services-phone',
    path: year(),
    options: PHONE,
    prepare: openList('services'),
  },
  { name: 'long-names', path: year(), prepare: endOfList('services') },
  { name: 'long-names-phone', path: year(), options: PHONE, prepare: endOfList('services') },
  {
    name: 'custom-range',
    path: year(),
    prepare: (page) => page.getByLabel('Range').selectOption('custom'),
  },
  { name: 'own-panel', path: year('&by=command') },
  {
    name: 'own-panel-phone-dark',
    path: year('&by=command'),
    options: { ...PHONE, ...DARK },
  },
  { name: 'compare-periods', path: '/?project=year&page=compare' },
  {
    name: 'compare-values',
    path: year('&page=compare&side=version:is:1.10.0&side=version:is:1.9.2'),
  },
  {
    name: 'compare-values-that-are-not-there',
    path: year('&page=compare&side=version:is:0.2&side=version:is:0.1'),
  },
  { name: 'compare-phone', path: '/?project=year&page=compare', options: PHONE },
  { name: 'compare-dark', path: '/?project=year&page=compare', options: DARK },
  { name: 'compare-forced-colours', path: '/?project=year&page=compare', options: FORCED },
  { name: 'compare-200-percent', path: '/?project=year&page=compare', options: ENLARGED },
  {
    name: 'compare-print',
    path: '/?project=year&page=compare',
    options: DARK,
    prepare: print,
  },
  {
    name: 'compare-tables-opened-phone',
    path: '/?project=year&page=compare',
    options: PHONE,
    prepare: openTables,
  },
  { name: 'events', path: year('&page=events') },
  { name: 'events-dark', path: year('&page=events'), options: DARK },
  { name: 'events-phone', path: year('&page=events'), options: PHONE },
  { name: 'live', path: '/?project=year&page=live' },
  { name: 'live-phone-dark', path: '/?project=year&page=live', options: { ...PHONE, ...DARK } },
  { name: 'dead-letters', path: '/?project=year&page=dead-letters' },
  {
    name: 'dead-letters-opened-phone-dark',
    path: '/?project=year&page=dead-letters',
    options: { ...PHONE, ...DARK },
    prepare: openTables,
  },
  { name: 'health', path: '/?project=year&page=health' },
  { name: 'health-phone-dark', path: '/?project=year&page=health', options: { ...PHONE, ...DARK } },
  { name: 'health-forced-colours', path: '/?project=year&page=health', options: FORCED },
  { name: 'installs', path: '/?project=installs&range=90d' },
  {
    name: 'installs-phone-dark',
    path: '/?project=installs&range=90d',
    options: { ...PHONE, ...DARK },
  },
  {
    name: 'installs-tables-opened',
    path: '/?project=installs&range=90d',
    options: DARK,
    prepare: openTables,
  },
  { name: 'agents', path: '/?project=agents&range=90d' },
  { name: 'agents-forced-colours', path: '/?project=agents&range=90d', options: FORCED },
  { name: 'no-such-project', path: '/?project=nowhere' },
  {
    name: 'error-at-first',
    path: '/?project=nowhere',
    prepare: async (page) => {
      await refuse(page);
      await page.getByRole('link', { name: 'year', exact: true }).click();
      await page.locator('.banner').waitFor();
    },
  },
  {
    name: 'error-later',
    path: '/?project=day&range=today',
    prepare: async (page) => {
      await refuse(page);
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.locator('.shown.stale').first().waitFor();
    },
  },
  {
    name: 'expired',
    path: year(),
    options: { hasOwnSession: true },
    prepare: async (page) => {
      await page.evaluate(() => fetch('/api/v1/logout', { method: 'POST' }));
      await page.getByRole('dialog').waitFor();
    },
  },
];

describe.runIf(hasBrowser())('every page in every state', () => {
  let browser: Browser;
  let collector: Collector;
  beforeAll(async () => {
    [browser, collector] = await Promise.all([startBrowser(), startCollector(WITH_WAREHOUSE)]);
    await makeProjects(collector);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await collector?.stop();
  });

  lookAtEach(STATES, async ({ path, options = {} }) => {
    const opened = await visit(browser, collector, path, options);
    await opened.page.waitForLoadState('networkidle');
    return opened;
  });
});
