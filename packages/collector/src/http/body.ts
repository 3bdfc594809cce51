// Request bodies: received within limits, decompressed within limits, parsed within limits.

import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { BODIES_BYTES, JSON_DEPTH, JSON_NODES, REQUEST_BYTES } from '../limits.ts';
import { TooLong, unpackLz64 } from './lz64.ts';

/** A request that is refused, with the status and the words its client gets. */
export class Refused extends Error {
  override name = 'Refused';
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const tooLarge = () => new Refused(413, 'payload_too_large', 'the request is too large');
const undecodable = (how: string) => new Refused(400, 'request_decoding_error', `invalid ${how}`);

/** What all requests hold in memory at this moment. */
let heldBytes = 0;

/** Reads a body whole. All bodies together are bounded: beyond that, the answer is 503. */
export async function readBody(stream: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(stream.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    // Not destroyed when this gives up: the refusal has to travel over the same connection.
    for await (const piece of stream.iterator({ destroyOnReturn: false })) {
      size += piece.length;
      heldBytes += piece.length;
      if (size > limit) throw tooLarge();
      if (heldBytes > BODIES_BYTES) {
        throw new Refused(503, 'busy', 'too many large requests at this moment');
      }
      pieces.push(piece);
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size);
  } finally {
    heldBytes -= size;
  }
}

export type Compression = 'gzip' | 'deflate' | 'br' | 'lz64' | 'base64' | 'none';

/** Says whether bytes begin as gzip does. */
export const looksGzipped = (bytes: Buffer): boolean =>
  bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

/** Decompresses; the result is bounded, whatever the input promises. */
export function decompress(bytes: Buffer, how: Compression): Buffer {
  const options = { maxOutputLength: REQUEST_BYTES };
  try {
    if (how === 'gzip') return gunzipSync(bytes, options);
    if (how === 'deflate') return inflateSync(bytes, options);
    if (how === 'br') return brotliDecompressSync(bytes, options);
    if (how === 'lz64') return fromLz64(bytes);
    return bytes;
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (error instanceof TooLong) throw tooLarge();
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw undecodable(`${how} data`);
  }
}

function fromLz64(bytes: Buffer): Buffer {
  // `+` arrives as a space when a form was not escaped.
  const packed = bytes.toString('latin1').trim().replaceAll(' ', '+');
  const text = unpackLz64(packed, REQUEST_BYTES);
  const unpacked = Buffer.from(text, 'utf8');
  if (unpacked.length > REQUEST_BYTES) throw tooLarge();
  return unpacked;
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}\s*$/;

/** Decodes base64 (either alphabet) when the text is that and nothing else. */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = text.trim().replaceAll(' ', '+');
  if (compact.length < 4 || !BASE64.test(compact)) return undefined;
  return Buffer.from(compact, 'base64');
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Looks over JSON before it is parsed: a parser spends many bytes on each of `[[[[`. */
function checkShape(bytes: Buffer): void {
  let depth = 0;
  let nodes = 0;
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      // Jumps over the text: `indexOf` is far faster than looking at every byte here.
      let end = bytes.indexOf(QUOTE, at + 1);
      while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
      if (end === -1) return; // not JSON: the parser says so
      at = end;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      nodes++;
      if (++depth > JSON_DEPTH) throw new Refused(400, 'too_deep', 'the JSON nests too deep');
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--;
    } else if (byte === COMMA) {
      nodes++;
    }
  }
  if (nodes > JSON_NODES) throw tooLarge();
}

function isEscaped(bytes: Buffer, quote: number): boolean {
  let at = quote - 1;
  while (bytes[at] === BACKSLASH) at--;
  return (quote - at) % 2 === 0;
}

/** Parses JSON within bounds. @throws Refused */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > REQUEST_BYTES) throw tooLarge();
  checkShape(bytes);
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw new Refused(400, 'request_parsing_error', 'invalid JSON');
  }
}
