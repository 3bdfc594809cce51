// The report's page in every state: nothing that axe finds, nothing that has to be scrolled sideways, no
// word of trouble, no connection. `npm run screenshots` also takes a picture of each, into
// build/screenshots, to look at, and those of the docs.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { cli, history } from '../packages/collector/test/support/made';
import { hasBrowser, startBrowser } from './support/browser';
import { type Host, makeHost } from './support/host';
import { writeEvents } from './support/journal';
import {
  DARK,
  DESK,
  DOCS,
  DOCS_PHONE,
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
} from './support/looks';

/** Records: so many days with so many events. */
const RECORDS = {
  empty: [],
  'one-event': history(0.01, 1, 1, cli),
  'a-day': history(0.4, 120, 1, cli),
  'a-month': history(28, 900, 1, cli),
  'a-year': history(365, 12_000, 1, cli),
  'five-years': history(1_825, 6_000, 1, cli),
} as const;
type Record = keyof typeof RECORDS;

/** `name` is what is added to the name of the record. */
interface State extends Partial<Look> {
  readonly record: Record;
}

const moreServices = openList('services');

const STATES: readonly State[] = [
  { record: 'empty' },
  { record: 'empty', name: 'phone-dark', options: { ...PHONE, ...DARK } },
  { record: 'one-event' },
  { record: 'one-event', name: 'phone', options: PHONE },
  { record: 'a-day' },
  { record: 'a-month' },
  { record: 'a-year' },
  { record: 'a-year', name: 'dark', options: DARK },
  { record: 'a-year', name: 'phone', options: PHONE },
  { record: 'a-year', name: 'phone-dark', options: { ...PHONE, ...DARK } },
  { record: 'a-year', name: 'tablet', options: TABLET },
  { record: 'a-year', name: '200-percent', options: ENLARGED },
  { record: 'a-year', name: 'forced-colours', options: FORCED },
  { record: 'a-year', name: 'forced-colours-dark', options: { ...FORCED, ...DARK } },
  { record: 'a-year', name: 'print', options: DARK, prepare: print },
  { record: 'a-year', name: 'german', options: { locale: 'de-DE' } },
  { record: 'a-year', name: 'tables-opened', prepare: openTables },
  { record: 'a-year', name: 'tables-opened-phone', options: PHONE, prepare: openTables },
  { record: 'a-year', name: 'forty-services', prepare: moreServices },
  { record: 'a-year', name: 'forty-services-phone', options: PHONE, prepare: moreServices },
  { record: 'a-year', name: 'long-names', prepare: endOfList('services') },
  { record: 'a-year', name: 'docs', options: DOCS, docs: 'report-light' },
  { record: 'a-year', name: 'docs-dark', options: { ...DOCS, ...DARK }, docs: 'report-dark' },
  { record: 'a-year', name: 'docs-phone', options: DOCS_PHONE, docs: 'report-phone' },
  { record: 'five-years' },
  { record: 'five-years', name: 'phone', options: PHONE },
];

describe.runIf(hasBrowser())('the report in every state', () => {
  let browser: Browser;
  const hosts = new Map<Record, Host>();
  beforeAll(async () => {
    browser = await startBrowser();
    for (const [name, events] of Object.entries(RECORDS)) {
      const host = await makeHost();
      hosts.set(name as Record, host);
      writeEvents(host.root, events);
      const { status, stderr } = await host.shim(['report', '--html', 'report.html']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    for (const host of hosts.values()) host.remove();
  });

  const states = STATES.map((state) => ({
    ...state,
    name: [state.record, state.name].filter(Boolean).join('-'),
  }));
  lookAtEach(
    states,
    async ({ record, options = {} }) => {
      const context = await browser.newContext({ ...DESK, ...options });
      const page = await context.newPage();
      const trouble: string[] = [];
      const url = pathToFileURL(join(hosts.get(record)!.root, 'report.html')).href;
      page.on('console', (message) => trouble.push(message.text()));
      page.on('pageerror', (error) => trouble.push(String(error)));
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().startsWith('data:')) {
          trouble.push(request.url());
        }
      });
      await page.goto(url);
      return { page, trouble, close: () => context.close() };
    },
    { prefix: 'report-' },
  );
});
