// One tracker at work: what a page does becomes events.

import { flat } from './data.ts';
import { makeEngaged } from './engaged.ts';
import { isListed, pageOf, watchHistory } from './pages.ts';
import { makeQueue } from './queue.ts';
import type { Settings } from './settings.ts';
import { CACHE, makeStorage, VISITOR } from './storage.ts';
import { uuid } from './uuid.ts';

/** What a page can call. */
export interface Tracker {
  /** Reports an event. `data`: a flat object of texts, finite numbers, booleans and dates. */
  track(name: string, data?: object): void;
  /** Says who the visitor is, by an id of the site's own. */
  identify(id: string, data?: object): void;
  /** Counts the page as it is now. */
  trackPageView(): void;
  /** Sends what waits, stops, and takes away what was put into the page. */
  destroy(): void;
}

/** Starts counting. */
export function startTracker(settings: Settings): Tracker {
  const { siteId, endpoint, isAuto, hasHash, hasStorage, exclude, query } = settings;
  const storage = makeStorage(hasStorage);
  const queue = makeQueue(endpoint, siteId, storage);
  const undo: (() => void)[] = [];
  const listen = (target: EventTarget, type: string, does: (event: Event) => void) => {
    const options = { capture: true, passive: true };
    target.addEventListener(type, does, options);
    undo.push(() => target.removeEventListener(type, does, options));
  };
  const engaged = makeEngaged(listen);
  if (!storage.get(VISITOR)) storage.set(VISITOR, uuid());
  let shown = pageOf(query, hasHash);
  let { referrer } = document;
  let isCounted = false;
  let isOver = false;

  const send = (type: string, more?: object, isUrgent?: boolean) => {
    if (isOver || isListed(exclude, location.pathname)) return;
    const payload = {
      uuid: uuid(),
      at: Date.now(),
      website: siteId,
      type,
      url: shown.url,
      referrer,
      title: document.title,
      screen: `${screen.width}x${screen.height}`,
      language: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      cache: storage.get(CACHE),
      // Where nothing is kept, there is none: then the server tells visitors apart, for a day.
      visitorId: storage.get(VISITOR),
      ...more,
    };
    queue.add(payload, isUrgent);
  };
  const view = () => {
    isCounted = true;
    engaged.restart();
    send('pageview', undefined, true);
  };
  const leave = () => {
    const ms = engaged.take();
    // A page that closes is first left and then hidden: that is said once.
    if (isCounted && ms > 50) send('page_exit', { engaged: ms });
  };
  const moved = () => {
    const next = pageOf(query, hasHash);
    if (next.key === shown.key) return;
    leave();
    referrer = location.origin + shown.url;
    shown = next;
    view();
  };
  const end = () => {
    leave();
    queue.flush(true);
  };

  listen(document, 'visibilitychange', () =>
    document.visibilityState === 'hidden' ? end() : engaged.restart(),
  );
  listen(window, 'pagehide', end);
  if (isAuto) {
    listen(window, 'popstate', moved);
    if (hasHash) listen(window, 'hashchange', moved);
    // Back on a page that the browser had put aside.
    listen(window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && view());
    undo.push(watchHistory(moved));
    view();
  }

  return {
    track: (name, data) => send('event', { name: `${name}`, data: flat(data) }),
    identify: (id, data) => send('identify', { id: `${id}`, data: flat(data) }),
    trackPageView() {
      shown = pageOf(query, hasHash);
      view();
    },
    destroy() {
      end();
      isOver = true;
      for (const restore of undo) restore();
    },
  };
}
