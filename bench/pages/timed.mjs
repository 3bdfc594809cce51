// Times in a page, as its own clock has them. A view is complete when all tiles have a number, no panel
// waits for an answer, and that has been painted.

/**
 * Resolves in the page with two times since `sinceMs`: when what is on the screen was complete, and when
 * the whole page was.
 */
const complete = (sinceMs) =>
  new Promise((done) => {
    let frames = 0;
    let seenMs;
    const isOnScreen = (element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top < innerHeight && bottom > 0;
    };
    const look = () => {
      frames += 1;
      const waiting = [...document.querySelectorAll('main [aria-busy="true"]')];
      const tiles = [...document.querySelectorAll('.tile .number')];
      const hasNumbers =
        // What a click changes is marked as waiting by the second frame.
        frames > 2 &&
        tiles.length > 0 &&
        tiles.every(({ textContent }) => textContent !== '…') &&
        document.querySelector('#activity canvas') !== null;
      // What is there now is painted with this frame, and on the screen with the next.
      if (hasNumbers && !waiting.some(isOnScreen)) seenMs ??= performance.now() - sinceMs;
      const isWhole =
        hasNumbers &&
        waiting.length === 0 &&
        document.querySelector('#add') !== null &&
        !document.querySelector('footer')?.textContent.includes('Loading');
      if (!isWhole) return requestAnimationFrame(look);
      return requestAnimationFrame(() => {
        const wholeMs = performance.now() - sinceMs;
        done({ seenMs: Math.min(seenMs + 16, wholeMs), wholeMs });
      });
    };
    requestAnimationFrame(look);
  });

/** Opens an address. Resolves with the ms until its view, and all of it, was complete. */
export async function firstView(page, url) {
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForLoadState('domcontentloaded');
  return page.evaluate(complete, 0);
}

/** Clicks a name of a list. Resolves with the ms until the view, and all of it, was complete again. */
export async function click(page, list, index) {
  const name = page.locator(`#${list} li button.name`).nth(index);
  await name.evaluate((button) => {
    button.addEventListener(
      'click',
      () => {
        window.clickedMs = performance.now();
      },
      { capture: true },
    );
  });
  await name.click();
  return page.evaluate(complete, await page.evaluate(() => window.clickedMs));
}
