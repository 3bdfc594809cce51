// The sender `http`: the collector's own batch endpoint, for those who run one.

import { PRIVACY_PROPERTIES } from '../../packages/schema/src/privacy';
import { failureOf, NO_WIRE_FORM, outcomeOf, type Sender, wireForm } from './sender';

/** The path of the collector's batch endpoint. */
const BATCH_PATH = '/api/v1/telemetry/batch';

/** A sender for the collector at `host`; `key` is the project's token there, if it has one. */
export function httpSender(key: string | undefined, host: string): Sender {
  return {
    async send(given, transport, endMs) {
      const batch = wireForm(given);
      if (!batch) return NO_WIRE_FORM;
      const body = JSON.stringify({
        anonymous_id: batch[0]?.distinct_id,
        events: batch.map(({ uuid, event, timestamp, properties }) => ({
          uuid,
          event,
          timestamp,
          properties: { ...properties, ...PRIVACY_PROPERTIES },
        })),
      });
      const headers = {
        'content-type': 'application/json',
        ...(key && { authorization: `Bearer ${key}` }),
      };
      const url = `${host}${BATCH_PATH}`;
      try {
        const answer = await transport({ method: 'POST', url, headers, body }, endMs);
        // 202 is the collector's way to say: stored. 200 is PostHog's.
        return outcomeOf(
          { ...answer, status: answer.status === 202 ? 200 : answer.status },
          Date.now(),
        );
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}
