// The sender `posthog`: posthog-node makes the request, our transport carries it.

import { PRIVACY_PROPERTIES } from '../../packages/schema/src/privacy';
import type { WIRE } from '../catalogue/catalogue';
import type { EventRecord } from '../journal/records';
import { type Answer, failureOf, NO_WIRE_FORM, outcomeOf, type Sender, wireForm } from './sender';

/** What the library may add to an event: its own name and version. Nothing else stays. */
const FROM_LIBRARY = ['$lib', '$lib_version'] as const satisfies (keyof typeof WIRE)[];

/** The properties as they go out: the record's, the three that protect, the library's two. */
function wireProperties(record: EventRecord, fromLibrary: Record<string, unknown> = {}) {
  const added = FROM_LIBRARY.map((name) => [name, fromLibrary[name]]);
  return { ...record.properties, ...PRIVACY_PROPERTIES, ...Object.fromEntries(added) };
}

/**
 * posthog-node looks for a way to compress, and by looking makes Node load its whole fetch: 9 ms
 * for nothing, as bodies are not compressed here. It stops looking where this one is missing.
 */
Reflect.deleteProperty(globalThis, 'CompressionStream');

/** A sender for a PostHog server, or anything that speaks its protocol, at `host`. */
export function posthogSender(key: string, host: string, debug: boolean): Sender {
  return {
    async send(given, transport, endMs) {
      const batch = wireForm(given);
      if (!batch) return NO_WIRE_FORM;
      const records = new Map(batch.map((record) => [record.uuid, record]));
      let answer: Answer | undefined;
      let failure: unknown;
      const { PostHog } = await import(/* webpackMode: "eager" */ 'posthog-node/edge');
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
        // Whatever the library, or the environment through it, would add is left behind here.
        before_send: (event) => {
          const record = records.get(event?.uuid ?? '');
          return event && record
            ? { ...event, properties: wireProperties(record, event.properties) }
            : null;
        },
        fetch: async (url, { headers, body }) => {
          try {
            answer = await transport({ method: 'POST', url, headers, body: String(body) }, endMs);
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
      } catch (error) {
        failure ??= error;
        if (debug) console.error(error);
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
    properties: wireProperties(event),
  };
}

function responseOf(answer: Answer) {
  return {
    // On 413 the library would send smaller batches by itself, and its last answer would speak for
    // all of them. Delivery halves batches, one request at a time.
    status: answer.status === 413 ? 400 : answer.status,
    text: async () => answer.text,
    json: async () => JSON.parse(answer.text) as unknown,
    headers: { get: (name: string) => answer.headers[name.toLowerCase()] ?? null },
  };
}
