// A real browser, headless: Debian's `chromium` or what is like it, driven by playwright-core, which
// brings none. The variable CHROMIUM names another one.

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const EXECUTABLE = process.env.CHROMIUM ?? KNOWN.find((path) => existsSync(path)) ?? KNOWN[0]!;

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether there is a browser. Says so loudly, once, where there is none. */
export function hasBrowser(): boolean {
  if (existsSync(EXECUTABLE)) return true;
  console.warn(
    `\n!!! NO BROWSER at ${EXECUTABLE}: the page is NOT TESTED. Install chromium, or set CHROMIUM.\n`,
  );
  return false;
}

/** Starts it. Close it in the end. `without`: what playwright would have it do, and people's does not. */
export function startBrowser(without: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ARGS,
    ignoreDefaultArgs: without,
    timeout: 60_000,
  });
}
