// PostHog's v0 payloads, out of their wrappings: an event, a list of them, or a list in an envelope.

import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import type { Hold } from '../http/hold.ts';
import { readSent, type SentEvents } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { type Batch, batchOf, nothing } from './batch.ts';
import { emptyRequest, unwrap, type V0Request } from './posthog-v0-wrappings.ts';
import { parseTime, timeOf } from './time.ts';
import { unauthorized } from './token.ts';

/** What a request names its project with, and its events, which are not built yet. */
export interface V0Payload {
  /** Undefined: the request names no project. */
  readonly token: unknown;
  readonly batch: Batch;
}

/** Events without an envelope have their own tokens; one of the first so many has to have one. */
const TOKEN_EVENTS = 100;

/** Reads a request. @throws Refused */
export async function readV0(request: V0Request, nowMs: number, hold: Hold): Promise<V0Payload> {
  const sent = await readSent(await unwrap(request, hold), 'batch', hold);
  let envelope: Json = {};
  let events: SentEvents;
  if (sent.events) {
    events = sent.events;
    if (isObject(sent.envelope)) envelope = sent.envelope;
  } else {
    const event = sent.envelope;
    if (!isObject(event)) throw new Refused(400, 'request_parsing_error', 'not an event');
    events = { length: 1, size: () => 0, at: () => event };
  }
  if (events.length === 0) throw emptyRequest();

  const ofEnvelope = envelope.api_key ?? envelope.token ?? envelope.$token;
  const ofEvents = ofEnvelope === undefined ? firstToken(events) : undefined;
  const read = eventReader(request, envelope, !sent.events, nowMs);
  return {
    token: ofEnvelope ?? ofEvents ?? request.query.token ?? request.query.api_key,
    batch: batchOf(
      events,
      (event) => {
        if (!isObject(event)) return { ...nothing(nowMs), properties: { value: event } };
        const token = ofEvents === undefined ? undefined : tokenOf(event);
        if (token !== undefined && token !== ofEvents) {
          throw unauthorized('the events have different api_keys');
        }
        return read(event);
      },
      nowMs,
    ),
  };
}

const propertiesOf = (event: Json): Json | undefined =>
  isObject(event.properties) ? event.properties : undefined;

const tokenOf = (event: Json): unknown =>
  event.token ?? event.api_key ?? event.$token ?? propertiesOf(event)?.token;

function firstToken(events: SentEvents): unknown {
  for (let index = 0; index < Math.min(events.length, TOKEN_EVENTS); index++) {
    const event = events.at(index);
    const token = isObject(event) ? tokenOf(event) : undefined;
    if (token !== undefined) return token;
  }
  return undefined;
}

function eventReader(
  { path, query }: V0Request,
  envelope: Json,
  isSingle: boolean,
  nowMs: number,
): (event: Json) => Candidate {
  const isHistorical = envelope.historical_migration === true;
  // The query's `_` is when posthog-js sent it; in seconds, as of old, it would be near 1970.
  const fromQuery = Number(query._);
  const sentAtOf = (event: Json) =>
    envelope.sent_at ??
    (isSingle ? event.sent_at : undefined) ??
    (fromQuery > Date.UTC(2021, 0, 1) ? fromQuery : undefined);
  const isEngage = /^\/engage\/?$/.test(path);
  return (event) => {
    const properties = propertiesOf(event);
    return {
      event: event.event ?? (isEngage ? '$identify' : undefined),
      distinctId:
        event.distinct_id ??
        event.$distinct_id ??
        properties?.distinct_id ??
        properties?.$distinct_id,
      uuid: event.uuid ?? properties?.uuid,
      properties: withPerson(event, properties ?? event.properties),
      timeMs: timeOf({
        timestamp: event.timestamp,
        // A migration tells when things happened; there is no clock to correct.
        sentAt: isHistorical || properties?.$ignore_sent_at === true ? undefined : sentAtOf(event),
        offset: event.offset,
        nowMs,
      }),
      sentTimestamp: parseTime(event.timestamp) === undefined ? undefined : event.timestamp,
    };
  };
}

/** `$set` and `$set_once` beside the properties belong into them. */
function withPerson(event: Json, properties: unknown): unknown {
  if (event.$set === undefined && event.$set_once === undefined) return properties ?? {};
  if (properties !== undefined && !isObject(properties)) return properties;
  const { $set, $set_once } = event;
  return {
    ...($set !== undefined && { $set }),
    ...($set_once !== undefined && { $set_once }),
    ...(properties as Json | undefined),
  };
}
