// The same page, served by a collector: it asks for the summary, offers what the server offers, and
// shows what only a collector knows.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from './support/browser';
import { paintedOn } from './support/pixels';
import { ROOT } from './support/run';
import { acceptSocket } from './support/socket';

/** A summary as the collector answers it; docs/summary.md. */
function summaryOf(project: string, from: string, to: string) {
  const shares = [
    { name: 'linux', count: 30, share: 0.75 },
    { name: 'darwin', count: 10, share: 0.25 },
  ];
  return {
    project: { id: Number(project || 1), name: project === '2' ? 'Second' : 'First' },
    from,
    to,
    generated_at: '2026-11-20T12:00:00.000Z',
    totals: {
      events: 40,
      active_ids: 7,
      installations: 9,
      new_ids: 2,
      commands: 20,
      failures: 5,
      failure_rate: 0.25,
      errors: 5,
    },
    active: {
      day: [{ start: to, ids: 3 }],
      week: [{ start: to, ids: 5 }],
      month: [{ start: to, ids: 7 }],
    },
    adoption: [{ day: to, new_ids: 2 }],
    activity: [{ day: to, events: 40, commands: 20, failures: 5 }],
    events: [{ name: 'command_executed', count: 20 }],
    services: [{ name: 'plex', count: 12, events: { enabled: 8, started: 4 } }],
    overrides: [{ name: 'plex-nfs', count: 3, events: { enabled: 3 } }],
    commands: [
      { name: 'build', count: 20, failures: 5, failure_rate: 0.25, median_ms: 800, p95_ms: 90_000 },
    ],
    errors: [{ type: 'exit_2', command: 'build', count: 5 }],
    shares: { os: shares, node: [], package_manager: [], version: [], ci: [], scaffold: [] },
    installs: { started: 3, completed: 2, failed: 1 },
    waiting: 0,
    dropped: 0,
  };
}

describe.runIf(hasBrowser())('the page on a collector', () => {
  let browser: Browser;
  let server: Server;
  let url: string;
  let page: Page;
  let isSignedIn: boolean;
  let asked: string[];
  let sendLive: ((text: string) => void) | undefined;
  const trouble: string[] = [];

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(readFileSync(join(ROOT, 'packages/dashboard/dist/index.html')));
      return;
    }
    asked.push(request.url!);
    if (pathname === '/api/v1/login') {
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => {
        isSignedIn = text === '{"token":"right"}';
        json({}, isSignedIn ? 200 : 401);
      });
      return;
    }
    const of = (name: string) => searchParams.get(name) ?? '';
    const first = { id: 1, name: 'First' };
    if (!isSignedIn) json({}, 401);
    else if (pathname === '/api/v1/projects') {
      json({ projects: [first, { id: 2, name: 'Second' }] });
    } else json(summaryOf(of('project'), of('from'), of('to')));
  }

  beforeAll(async () => {
    browser = await startBrowser();
    server = createServer(answer);
    server.on('upgrade', (request, socket) => {
      sendLive = acceptSocket(request, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });
  beforeEach(async () => {
    isSignedIn = true;
    asked = [];
    sendLive = undefined;
    page = await browser.newPage();
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => {
      // The browser itself reports every answer of 401.
      if (!message.text().includes('status of 401')) trouble.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    expect(trouble.splice(0)).toEqual([]);
  });

  it('draws what a collector knows: people, shares, installations', async () => {
    await page.goto(url);
    await page.locator('#adoption').waitFor();
    const ids = (await paintedOn(page, ['a', 'c'])).map(({ id, colours }) => {
      expect(colours.a! + colours.c!, id).toBeGreaterThan(100);
      return id.replace('chart-', '');
    });
    expect(ids).toEqual(
      expect.arrayContaining(['active-day', 'active-week', 'adoption', 'share-os', 'installs']),
    );
    expect(ids).not.toContain('share-node');
    expect(ids).not.toContain('record');
    const totals = await page.locator('#totals').innerText();
    expect(totals).toMatch(/Active ids\s+7/);
    expect(totals).not.toContain('Waiting');
  });

  it('asks for the project and the range that are chosen, and keeps them in the address', async () => {
    await page.goto(url);
    await page.locator('#adoption').waitFor();
    await page.getByLabel('Project').selectOption('2');
    await page.locator('h1', { hasText: 'Usage of Second' }).waitFor();
    await page.getByLabel('Range').selectOption('7');
    const last = () => new URL(asked.at(-1)!, url).searchParams;
    const days = () =>
      (Date.parse(last().get('to')!) - Date.parse(last().get('from')!)) / 86_400_000;
    await expect.poll(days).toBe(6);
    const query = last();
    expect(query.get('project')).toBe('2');
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await page.locator('h1', { hasText: 'Usage of Second' }).waitFor();
    expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe(query.get('from'));
  });

  it('asks who it is, says when the token is wrong, and goes on when it is right', async () => {
    isSignedIn = false;
    await page.goto(url);
    const token = page.getByLabel('Admin token');
    await token.fill('wrong');
    await token.press('Enter');
    await page.locator('#message.error', { hasText: 'not the token' }).waitFor();
    await token.fill('right');
    await token.press('Enter');
    await page.locator('#adoption').waitFor();
    expect(await page.locator('#message').textContent()).toBe('');
    expect(page.url()).not.toContain('right');
  });

  it('shows events as they arrive, of the chosen project only', async () => {
    await page.goto(url);
    await page.locator('#adoption').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText('Connected').waitFor();
    const event = { time: '2026-11-20T12:00:00.000Z', event: 'service_enabled' };
    const events = [
      { ...event, project: 1, service: 'plex' },
      { ...event, project: 2, service: 'hidden' },
    ];
    sendLive!(JSON.stringify({ events, more: 0 }));
    await page.locator('#live li', { hasText: 'service_enabled plex' }).waitFor();
    expect(await page.locator('#live li').count()).toBe(1);
  });

  it('says in words when the server is gone', async () => {
    await page.goto(url);
    await page.locator('#adoption').waitFor();
    await page.route('**/api/v1/summary*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.getByLabel('Range').selectOption('90');
    await page.locator('#message.error', { hasText: 'status 503' }).waitFor();
    trouble.splice(0);
  });
});
