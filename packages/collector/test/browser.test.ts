// An unmodified posthog-js, in a real browser, on a page of another origin.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Collector, startCollector, TOKEN } from './support/collector';

const BROWSER = [
  process.env.TEST_BROWSER ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));

const library = readFileSync(
  join(
    dirname(createRequire(import.meta.url).resolve('posthog-js/package.json')),
    'dist/array.full.no-external.js',
  ),
);

const LOADED = '<script src="/library.js"></script>';

/** The snippet that PostHog's page "HTML snippet" gives, as it is. */
const SNIPPET = `<script>
!function(t,e){var o,n,p,r;e.__SV||(window.posthog=e,e._i=[],e.init=function(i,s,a){function g(t,e){var o=e.split(".");2==o.length&&(t=t[o[0]],e=o[1]),t[e]=function(){t.push([e].concat(Array.prototype.slice.call(arguments,0)))}}(p=t.createElement("script")).type="text/javascript",p.crossOrigin="anonymous",p.async=!0,p.src=s.api_host.replace(".i.posthog.com","-assets.i.posthog.com")+"/static/array.js",(r=t.getElementsByTagName("script")[0]).parentNode.insertBefore(p,r);var u=e;for(void 0!==a?u=e[a]=[]:a="posthog",u.people=u.people||[],u.toString=function(t){var e="posthog";return"posthog"!==a&&(e+="."+a),t||(e+=" (stub)"),e},u.people.toString=function(){return u.toString(1)+".people (stub)"},o="init capture register register_once register_for_session unregister unregister_for_session getFeatureFlag getFeatureFlagPayload isFeatureEnabled reloadFeatureFlags identify setPersonProperties group resetGroups reset get_distinct_id alias set_config opt_in_capturing opt_out_capturing".split(" "),n=0;n<o.length;n++)g(u,o[n]);e._i.push([i,s,a])},e.__SV=1)}(document,window.posthog||[]);
</script>`;

let collector: Collector;
let site: Server;
let complaints: string[];

/** A page that does what the script says, once posthog-js has loaded. */
async function servePage(script: string, head = LOADED): Promise<string> {
  site = createServer((request, response) => {
    if (request.url === '/library.js') {
      response.setHeader('content-type', 'application/javascript');
      response.end(library);
    } else if (request.url?.startsWith('/complain')) {
      complaints.push(decodeURIComponent(request.url));
      response.end();
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><title>page</title>
         <script>addEventListener('error', (e) => fetch('/complain?' + encodeURIComponent(e.message)));
           addEventListener('unhandledrejection', (e) => fetch('/complain?' + encodeURIComponent(String(e.reason))));</script>
         ${head}
         <script>${script}</script>`,
      );
    }
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
}

async function browse(url: string, until: () => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const child = spawn(
    BROWSER!,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      `--user-data-dir=${profile}`,
      url,
    ],
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise((done) => child.on('exit', done));
  try {
    await vi.waitFor(until, { timeout: 20_000, interval: 250 });
  } finally {
    process.kill(-child.pid!, 'SIGKILL'); // its own process group: the browser and its helpers
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

describe.skipIf(!BROWSER)('posthog-js in a browser delivers', () => {
  beforeEach(async () => {
    complaints = [];
    // A site's SDK names visitors.
    collector = await startCollector({ COLLECTOR_PROJECT_KIND: 'web' });
  });
  afterEach(async () => {
    site.closeAllConnections();
    site.close();
    await collector.stop();
  });

  // `opt_out_useragent_filter`: posthog-js is silent in a browser that looks automated.
  it.each<[string, object]>([
    ['compressed, as it does by itself', {}],
    ['not compressed', { disable_compression: true }],
    ['one request for each event', { request_batching: false }],
  ])('%s', async (_name, settings) => {
    const options = JSON.stringify({
      api_host: collector.url,
      opt_out_useragent_filter: true,
      ...settings,
    });
    const url = await servePage(
      `posthog.init(${JSON.stringify(TOKEN)}, ${options});
       posthog.capture('from_the_browser', { n: 1, nested: { text: 'é' } });
       posthog.identify('id-of-the-browser', { plan: 'x' });
       posthog.capture('second');`,
    );
    await browse(url, async () => {
      const events = await collector.events();
      expect(events.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['$pageview', 'from_the_browser', '$identify', 'second']),
      );
    });
    const events = await collector.events();
    const named = (name: string) => events.filter(({ event }) => event === name);
    expect(named('from_the_browser')).toMatchObject([
      { properties: { n: 1, nested: { text: 'é' }, $lib: 'web' } },
    ]);
    expect(named('second')).toMatchObject([{ distinct_id: 'id-of-the-browser' }]);
    expect(complaints).toEqual([]);
    // Nothing was refused, and nothing is sent again and again.
    const metrics = await (await collector.admin('GET', '/metrics')).text();
    expect(metrics).not.toMatch(/collector_requests_total\{route="[^"]*",status="[45]/);
    expect(JSON.stringify(events)).not.toContain('127.0.0.1');
  });

  it('from PostHog’s HTML snippet, which loads it from the collector', async () => {
    const options = JSON.stringify({ api_host: collector.url, opt_out_useragent_filter: true });
    const url = await servePage(
      `posthog.init(${JSON.stringify(TOKEN)}, ${options});
       posthog.capture('from_the_snippet', { n: 1 });`,
      SNIPPET,
    );
    await browse(url, async () => {
      expect((await collector.events()).map(({ event }) => event)).toEqual(
        expect.arrayContaining(['$pageview', 'from_the_snippet']),
      );
    });
    expect(complaints).toEqual([]);
    const metrics = await (await collector.admin('GET', '/metrics')).text();
    expect(metrics).not.toMatch(/collector_requests_total\{route="[^"]*",status="[45]/);
  });

  it('as a beacon when the page is left', async () => {
    const options = JSON.stringify({
      api_host: collector.url,
      opt_out_useragent_filter: true,
      capture_pageview: false,
    });
    const url = await servePage(
      `if (location.search) { /* the second page does nothing */ } else {
         posthog.init(${JSON.stringify(TOKEN)}, ${options});
         posthog.capture('before_leaving');
         location.href = '/?left';
       }`,
    );
    await browse(url, async () => {
      expect((await collector.events()).map(({ event }) => event)).toContain('before_leaving');
    });
    expect(complaints).toEqual([]);
  });
});
