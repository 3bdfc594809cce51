// A browser on a collector: signed in, and every word of trouble that the page says to its console.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { DESK } from '../../../../test/support/looks';
import { ADMIN, type Collector, event, TOKEN } from './collector';

const HOUR_MS = 3_600_000;

/** An event that happened some hours ago; `properties` replace those of a command. */
export const ago = (hours: number, distinct_id: string, extra: object = {}) =>
  event({
    distinct_id,
    timestamp: new Date(Date.now() - hours * HOUR_MS).toISOString(),
    ...extra,
  });

/** Sends events to the first project, and waits until questions are answered from them. */
export async function sendAll(collector: Collector, events: readonly object[]): Promise<void> {
  for (let at = 0; at < events.length; at += 500) {
    const batch = events.slice(at, at + 500);
    const { status } = await collector.post('/batch/', { api_key: TOKEN, batch });
    if (status !== 200) throw new Error(`the collector answered ${status}`);
  }
  await shipped(collector);
}

/** Resolves when nothing waits for the warehouse any more. */
export async function shipped(collector: Collector): Promise<void> {
  const query = `project=1&kind=totals&from=0&to=${Date.now() + HOUR_MS}`;
  for (let left = 200; left > 0; left--) {
    const answer = await collector.admin('GET', `/api/v1/query?${query}`);
    const { behind } = (await answer.json()) as { behind?: number };
    if (answer.status === 200 && behind === 0) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('the warehouse never came to the end');
}

export interface Visit {
  readonly page: Page;
  /** What the page wrote to the console, and errors in it. */
  readonly trouble: string[];
  /** Paths and parameters of questions, in the order in which they were asked. */
  readonly asked: URL[];
  /** Paths of all that was asked for, the page itself first. */
  readonly paths: string[];
  close(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly isSignedIn?: boolean;
  /** A session that no other visit has: to end it. */
  readonly hasOwnSession?: boolean;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly url: string;
  readonly httpOnly: true;
  readonly sameSite: 'Strict';
}
const cookies = new WeakMap<Collector, Cookie>();

/** Signs in, once for all visits: signing in too often is refused. */
async function cookieOf(collector: Collector, isOwn: boolean): Promise<Cookie> {
  const known = cookies.get(collector);
  if (known && !isOwn) return known;
  const answer = await collector.post('/api/v1/login', { token: ADMIN });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  if (!name || !value) throw new Error(`signing in failed: ${answer.status}`);
  const cookie = { name, value, url: collector.url, httpOnly: true, sameSite: 'Strict' } as const;
  if (!isOwn) cookies.set(collector, cookie);
  return cookie;
}

/** Opens a page of a collector, signed in unless `isSignedIn` is false. */
export async function visit(
  browser: Browser,
  collector: Collector,
  path = '/',
  { isSignedIn = true, hasOwnSession = false, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ ...DESK, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  const asked: URL[] = [];
  const paths: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports every answer that is an error.
    if (!message.text().startsWith('Failed to load resource')) trouble.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    paths.push(url.pathname);
    if (url.pathname === '/api/v1/query') asked.push(url);
  });
  if (isSignedIn) await context.addCookies([await cookieOf(collector, hasOwnSession)]);
  await page.goto(collector.url + path);
  return { page, trouble, asked, paths, close: () => context.close() };
}

/** Visits of a suite's tests: closed after each of them, and none may have had trouble. */
export function keepVisits(): { add: (made: Visit) => Visit; closeAll: () => Promise<void> } {
  const open: Visit[] = [];
  const closeAll = async () => {
    for (const each of open.splice(0)) {
      await each.close();
      expect(each.trouble).toEqual([]);
    }
  };
  afterEach(closeAll);
  const add = (made: Visit) => {
    open.push(made);
    return made;
  };
  return { add, closeAll };
}

/** With a warehouse: the pages ask it. */
export const WITH_WAREHOUSE = { COLLECTOR_WAREHOUSE: 'duckdb' } as const;
