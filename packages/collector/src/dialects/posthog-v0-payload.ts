// PostHog's v0 payloads: from the bytes of a request, in any of their wrappings, to events.
//
// SDKs of fifteen years wrap them in every way: the payload may be the body, a form's `data` or the
// query's `data`; it may be base64; it may be compressed and say so in the query, the form or a
// header, or not say so at all.

import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import {
  type Compression,
  decodeBase64,
  decompress,
  looksGzipped,
  parseJson,
  Refused,
} from '../http/body.ts';
import { parseTime, timeOf } from './time.ts';

export interface V0Request {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: Buffer;
}

export interface V0Payload {
  /** Undefined: the request names no project. Two: it contradicts itself. */
  readonly tokens: readonly unknown[];
  readonly candidates: Candidate[];
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  gzip: 'gzip',
  'gzip-js': 'gzip',
  deflate: 'deflate',
  br: 'br',
  lz64: 'lz64',
  'lz-string': 'lz64',
  lzstring: 'lz64',
  base64: 'base64',
};

const emptyRequest = () => new Refused(400, 'empty_request', 'the request holds no event');

/** Reads a request. @throws Refused */
export function readV0(request: V0Request, nowMs: number): V0Payload {
  return candidatesOf(unwrap(request), request, nowMs);
}

function unwrap({ query, contentType, contentEncoding, body }: V0Request): unknown {
  let hint = query.compression ?? contentEncoding;
  let bytes = body;
  let isText = false;
  if (query.data) {
    bytes = Buffer.from(query.data);
    isText = true;
  } else if (/^application\/x-www-form-urlencoded/i.test(contentType ?? '')) {
    const form = formOf(body);
    if (form) {
      hint = form.get('compression') ?? hint;
      bytes = Buffer.from(form.get('data') ?? '');
      isText = true;
    }
  }
  if (bytes.length === 0) throw emptyRequest();
  return parseJson(unpack(bytes, hint?.trim().toLowerCase() ?? '', isText));
}

/** A form, when the body is one: some SDKs say form and send JSON. */
function formOf(body: Buffer): URLSearchParams | undefined {
  const head = body.subarray(0, 2048).toString('latin1').trimStart();
  if (!/^[\w$%.-]+=/.test(head)) return undefined;
  // `+` in a form is a space; base64 that was not escaped is mended where it is decoded.
  return new URLSearchParams(body.toString('utf8'));
}

const isJson = (bytes: Buffer): boolean =>
  /^[\s\uFEFF]*[[{]/.test(bytes.subarray(0, 64).toString('utf8'));

function unpack(bytes: Buffer, hint: string, isText: boolean): Buffer {
  const compression = COMPRESSIONS[hint] ?? 'none';
  if (isJson(bytes)) return bytes; // said to be packed, but it is not
  if (compression === 'lz64') return unwrapBase64(decompress(bytes, 'lz64'));
  if (!isText && looksGzipped(bytes)) return unwrapBase64(decompress(bytes, 'gzip'));
  if (!isText && (compression === 'deflate' || compression === 'br')) {
    return unwrapBase64(decompress(bytes, compression));
  }
  const decoded = unwrapBase64(bytes);
  if (looksGzipped(decoded)) return unwrapBase64(decompress(decoded, 'gzip'));
  if (compression === 'gzip' && !isJson(decoded)) return decompress(decoded, 'gzip');
  return decoded;
}

/** Takes off base64 when what is there is base64 and nothing else. */
function unwrapBase64(bytes: Buffer): Buffer {
  if (isJson(bytes)) return bytes;
  return decodeBase64(bytes.toString('latin1')) ?? bytes;
}

function candidatesOf(payload: unknown, request: V0Request, nowMs: number): V0Payload {
  let events: unknown[];
  let envelope: Json = {};
  if (Array.isArray(payload)) events = payload;
  else if (!isObject(payload)) throw new Refused(400, 'request_parsing_error', 'not an event');
  else if (Array.isArray(payload.batch)) {
    events = payload.batch;
    envelope = payload;
  } else {
    events = [payload];
  }
  if (events.length === 0) throw emptyRequest();

  const isHistorical = envelope.historical_migration === true;
  // The query's `_` is when posthog-js sent it; in seconds, as of old, it would be near 1970.
  const fromQuery = Number(request.query._);
  const sentAt =
    envelope.sent_at ??
    (Array.isArray(payload) ? undefined : (payload as Json).sent_at) ??
    (fromQuery > Date.UTC(2021, 0, 1) ? fromQuery : undefined);

  const isEngage = /^\/engage\/?$/.test(request.path);
  const tokens = new Set<unknown>();
  const candidates = events.map((event): Candidate => {
    if (!isObject(event)) {
      return {
        event: undefined,
        distinctId: undefined,
        uuid: undefined,
        properties: { value: event },
        timeMs: nowMs,
        sentTimestamp: undefined,
      };
    }
    const properties = isObject(event.properties) ? event.properties : undefined;
    const token = event.token ?? event.api_key ?? event.$token ?? properties?.token;
    if (token !== undefined) tokens.add(token);
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
        sentAt: isHistorical || properties?.$ignore_sent_at === true ? undefined : sentAt,
        offset: event.offset,
        nowMs,
      }),
      sentTimestamp: parseTime(event.timestamp) === undefined ? undefined : event.timestamp,
    };
  });
  const ofEnvelope = envelope.api_key ?? envelope.token ?? envelope.$token;
  const { token, api_key } = request.query;
  if (ofEnvelope !== undefined) return { tokens: [ofEnvelope], candidates };
  if (tokens.size === 0 && (token ?? api_key)) return { tokens: [token ?? api_key], candidates };
  return { tokens: [...tokens], candidates };
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
