// How long a browser takes to show a page that is a file: from asking for it to its last panel.

import { pathToFileURL } from 'node:url';
import { startBrowser } from '../test/support/browser';

/** Opens the report `runs` times, each in a window of its own. @returns the times in ms */
export async function openedMs(file: string, runs: number): Promise<number[]> {
  const browser = await startBrowser();
  const times: number[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
      const page = await context.newPage();
      const startMs = performance.now();
      await page.goto(pathToFileURL(file).href);
      await page.locator('#events li').first().waitFor();
      // Two frames: all that was made has been painted.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      times.push(performance.now() - startMs);
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return times;
}
