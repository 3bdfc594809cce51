// Events wait here for each other, and for a network: several go in one request; what fails waits in the browser for
// the next page. The server knows an event by its uuid, so that one sent twice counts once.

import {
  BATCH_EVENTS,
  BATCH_LETTERS,
  BATCH_MS,
  BEACON_LETTERS,
  KEPT_EVENTS,
  KEPT_MS,
} from './limits.ts';
import { CACHE, KEPT, type Storage } from './storage.ts';

export interface Payload {
  readonly uuid: string;
  readonly at: number;
  readonly [name: string]: unknown;
}

export interface Queue {
  /** With `now`, it does not wait for others. */
  add(payload: Payload, now?: boolean): void;
  /** Sends what waits. With `isLeaving`, in a way that outlives the page. */
  flush(isLeaving?: boolean): void;
}

export function makeQueue(endpoint: string, siteId: string, storage: Storage): Queue {
  // The page may replace it later, by something that counts, logs or waits.
  const { fetch } = window;
  let waiting: Payload[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const kept = () => {
    const found = storage.get(KEPT);
    const oldestMs = Date.now() - KEPT_MS;
    return Array.isArray(found) ? found.filter((payload: Payload) => payload?.at > oldestMs) : [];
  };
  const keep = (payloads: readonly Payload[]) =>
    storage.set(KEPT, [...kept(), ...payloads].slice(-KEPT_EVENTS));

  const send = async (payloads: readonly Payload[], body: string) => {
    try {
      const response = await fetch.call(window, endpoint, {
        method: 'POST',
        body,
        keepalive: body.length < BEACON_LETTERS,
        credentials: 'omit',
      });
      if (response.ok) storage.set(CACHE, (await response.json()).cache);
      else if (response.status > 428) keep(payloads);
    } catch {
      keep(payloads);
    }
  };

  const flush = (isLeaving?: boolean) => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length) {
      const payloads: Payload[] = [];
      let body = '';
      do {
        payloads.push(waiting.shift()!);
        body = JSON.stringify({ siteId, sentAt: Date.now(), events: payloads });
      } while (waiting.length && payloads.length < BATCH_EVENTS && body.length < BATCH_LETTERS);
      if (!isLeaving || body.length > BEACON_LETTERS || !navigator.sendBeacon) send(payloads, body);
      else if (!navigator.sendBeacon(endpoint, body)) keep(payloads);
    }
  };

  waiting = kept();
  storage.set(KEPT, undefined);

  return {
    add(payload, now) {
      waiting.push(payload);
      if (waiting.length >= BATCH_EVENTS) flush();
      else if (now || timer === undefined) {
        clearTimeout(timer);
        timer = setTimeout(flush, now ? 0 : BATCH_MS);
      }
    },
    flush,
  };
}
