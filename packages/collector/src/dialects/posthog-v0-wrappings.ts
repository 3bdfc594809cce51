// The wrappings of PostHog's v0 payloads, taken off.
//
// SDKs of fifteen years wrap them in every way: the payload may be the body, a form's `data` or the
// query's `data`; it may be base64; it may be compressed and say so in the query, the form or a
// header, or not say so at all.

import type { Hold } from '../http/hold.ts';
import { Refused, tooLarge } from '../http/refused.ts';
import { type Compression, decodeBase64, looksGzipped, unpack } from '../http/unpack.ts';
import { WRAPPED_BYTES } from '../limits.ts';

export interface V0Request {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: Buffer;
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

export const emptyRequest = () => new Refused(400, 'empty_request', 'the request holds no event');

/** The JSON of a request. @throws Refused */
export async function unwrap(request: V0Request, hold: Hold): Promise<Buffer> {
  const { query, contentType, contentEncoding, body } = request;
  let hint = query.compression ?? contentEncoding;
  let bytes = body;
  let isText = false;
  if (query.data) {
    bytes = Buffer.from(query.data);
    isText = true;
  } else if (isForm(contentType, body)) {
    if (body.length > WRAPPED_BYTES) throw tooLarge();
    const form = body.toString('utf8');
    hint = fieldOf(form, 'compression') ?? hint;
    bytes = Buffer.from(fieldOf(form, 'data') ?? '');
    isText = true;
  }
  if (bytes.length === 0) throw emptyRequest();
  return takeOff(bytes, hint?.trim().toLowerCase() ?? '', isText, hold);
}

/** Some SDKs say form and send JSON. */
const isForm = (contentType: string | undefined, body: Buffer): boolean =>
  /^application\/x-www-form-urlencoded/i.test(contentType ?? '') &&
  /^[\w$%.-]+=/.test(body.subarray(0, 2048).toString('latin1').trimStart());

/** A field of a form. Only what is asked for is decoded: a form may have a million fields. */
function fieldOf(form: string, name: string): string | undefined {
  const start = form.startsWith(`${name}=`) ? 0 : form.indexOf(`&${name}=`) + 1;
  if (start === 0 && !form.startsWith(`${name}=`)) return undefined;
  const end = form.indexOf('&', start);
  // `+` in a form is a space; base64 that was not escaped is mended where it is decoded.
  const field = form.slice(start, end === -1 ? undefined : end);
  return new URLSearchParams(field).get(name) ?? undefined;
}

const isJson = (bytes: Buffer): boolean =>
  /^[\s\uFEFF]*[[{]/.test(bytes.subarray(0, 64).toString('utf8'));

async function takeOff(bytes: Buffer, hint: string, isText: boolean, hold: Hold): Promise<Buffer> {
  const compression = COMPRESSIONS[hint] ?? 'none';
  if (isJson(bytes)) return bytes; // said to be packed, but it is not
  if (compression === 'lz64') return unwrapBase64(await unpack(bytes, 'lz64', hold));
  if (!isText && looksGzipped(bytes)) return unwrapBase64(await unpack(bytes, 'gzip', hold));
  if (!isText && (compression === 'deflate' || compression === 'br')) {
    return unwrapBase64(await unpack(bytes, compression, hold));
  }
  const decoded = unwrapBase64(bytes);
  if (looksGzipped(decoded)) return unwrapBase64(await unpack(decoded, 'gzip', hold));
  if (compression === 'gzip' && !isJson(decoded)) return unpack(decoded, 'gzip', hold);
  return decoded;
}

/** Takes off base64 when what is there is base64 and nothing else. */
function unwrapBase64(bytes: Buffer): Buffer {
  return isJson(bytes) ? bytes : (decodeBase64(bytes) ?? bytes);
}
