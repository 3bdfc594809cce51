// The sender `posthog`: posthog-node makes the request, our transport carries it.

import { PostHog } from 'posthog-node/edge';
import { PRIVACY_PROPERTIES, WIRE } from '../catalogue/catalogue';
import { isEventName, propertiesOf } from '../catalogue/validate';
import type { EventRecord } from '../journal/records';
import { type Answer, failureOf, outcomeOf, type Sender } from './sender';

/** Only what the catalogue names stays on an event, whatever the library added to it. */
function keepCatalogue(
  event: string,
  properties: Record<string, unknown>,
): Record<string, unknown> {
  const allowed = new Set([
    ...Object.keys(WIRE),
    ...(isEventName(event) ? Object.keys(propertiesOf(event)) : []),
  ]);
  return Object.fromEntries(Object.entries(properties).filter(([key]) => allowed.has(key)));
}

/**
 * posthog-node looks for a way to compress, and by looking makes Node load its whole fetch: 9 ms
 * for nothing, as bodies are not compressed here. It stops looking where this one is missing.
 */
Reflect.deleteProperty(globalThis, 'CompressionStream');

/** A sender for a PostHog server, or anything that speaks its protocol, at `host`. */
export function posthogSender(key: string, host: string, debug: boolean): Sender {
  return {
    async send(batch, transport, signal) {
      let answer: Answer | undefined;
      let failure: unknown;
      const client = new PostHog(key, {
        host,
        // One request, made by `flush` below: nothing is sent by itself, nothing is tried again.
        flushAt: batch.length + 1,
        maxBatchSize: batch.length,
        flushInterval: 0,
        fetchRetryCount: 0,
        disableGeoip: true,
        isServer: false,
        // The body on the wire is the body that `preview` shows.
        disableCompression: true,
        before_send: (event) =>
          event && { ...event, properties: keepCatalogue(event.event, event.properties ?? {}) },
        fetch: async (url, { headers, body }) => {
          try {
            answer = await transport({ method: 'POST', url, headers, body: String(body) }, signal);
          } catch (error) {
            failure = error;
            throw error;
          }
          return responseOf(answer);
        },
      });
      if (debug) client.debug();
      client.on('error', () => {}); // The outcome tells; the library need not.
      for (const event of batch) client.capture(messageOf(event));
      try {
        await client.flush();
      } catch {
        // As above.
      }
      return answer ? outcomeOf(answer, Date.now()) : failureOf(failure);
    },
  };
}

function messageOf(event: EventRecord) {
  return {
    distinctId: event.distinct_id,
    event: event.event,
    uuid: event.uuid,
    timestamp: new Date(event.timestamp),
    properties: { ...event.properties, ...PRIVACY_PROPERTIES },
  };
}

function responseOf(answer: Answer) {
  return {
    status: answer.status,
    text: async () => answer.text,
    json: async () => JSON.parse(answer.text) as unknown,
    headers: { get: (name: string) => answer.headers[name.toLowerCase()] ?? null },
  };
}
