// The sender `posthog`: posthog-node makes the request, our transport carries it.

import { PostHog } from 'posthog-node';
import { PRIVACY_PROPERTIES, WIRE } from '../catalogue/catalogue';
import { propertiesOf, isEventName } from '../catalogue/validate';
import type { EventRecord } from '../journal/records';
import { type Answer, failureOf, outcomeOf, type Sender } from './sender';

/** Only what the catalogue names stays on an event, whatever the library added to it. */
function keepCatalogue(event: string, properties: Record<string, unknown>): Record<string, unknown> {
  const allowed = new Set([
    ...Object.keys(WIRE),
    ...(isEventName(event) ? Object.keys(propertiesOf(event)) : []),
  ]);
  return Object.fromEntries(Object.entries(properties).filter(([key]) => allowed.has(key)));
}

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
        before_send: (event) =>
          event && { ...event, properties: keepCatalogue(event.event, event.properties ?? {}) },
        fetch: async (url, { headers, body }) => {
          try {
            answer = await transport(
              { method: 'POST', url, headers, body: await bytesOf(body) },
              signal,
            );
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

async function bytesOf(body: unknown): Promise<string | Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return new Uint8Array(await (body as Blob).arrayBuffer());
}

function responseOf(answer: Answer) {
  return {
    status: answer.status,
    text: async () => answer.text,
    json: async () => JSON.parse(answer.text) as unknown,
    headers: { get: (name: string) => answer.headers[name.toLowerCase()] ?? null },
  };
}

