// The tracker of a site: `<script defer src="https://HOST/tracker.js" data-site-id="ID"></script>`. It counts
// pageviews, sends what the page tells it, and says how long a page was read. No cookies. It never throws into the
// page, never blocks it, and leaves nothing behind after `destroy()`.

import { isRefused, readSettings } from './settings.ts';
import { startTracker, type Tracker } from './tracker.ts';

const page = window as unknown as { littlestats?: Tracker; [name: string]: unknown };
const { prerendering } = document as Document & { prerendering?: boolean };

/** Whatever goes wrong in here is not the page's. */
function safely(does: () => void): void {
  try {
    does();
  } catch {}
}

function install(): void {
  const settings = readSettings();
  if (page.littlestats || !settings) return;
  let tracker: Tracker | undefined;
  let early: (() => void)[] = [];
  const call =
    (name: keyof Tracker) =>
    (...args: unknown[]): void =>
      safely(() => {
        const does = () =>
          (tracker?.[name] as ((...all: unknown[]) => void) | undefined)?.(...args);
        if (tracker) does();
        else if (early.length < 50) early.push(does);
      });
  const start = () =>
    safely(() => {
      if (isRefused()) return;
      tracker = startTracker(settings);
      for (const does of early) does();
      early = [];
    });
  page.littlestats = {
    track: call('track'),
    identify: call('identify'),
    trackPageView: call('trackPageView'),
    destroy: call('destroy'),
  };
  page.track ??= page.littlestats.track;
  page.identify ??= page.littlestats.identify;
  // Nobody has seen a page that the browser prepared.
  if (prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
}

safely(install);
