// Unpacks bodies, within a hard limit, whatever they promise: a kilobyte can stand for a gigabyte.
//
// Almost every body is small: it is unpacked at once. A large one waits for its turn (lanes.ts), and
// zlib then works on it in another thread.

import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  inflate,
  inflateSync,
} from 'node:zlib';
import { LZ64_BYTES, MEDIUM_BYTES, REQUEST_BYTES, SMALL_BYTES, WRAPPED_BYTES } from '../limits.ts';
import type { Hold } from './hold.ts';
import { TooLong, unpackLz64 } from './lz64.ts';
import { Refused, tooLarge } from './refused.ts';

export type Compression = 'gzip' | 'deflate' | 'br' | 'lz64' | 'base64' | 'none';

type Packed = Exclude<Compression, 'base64' | 'none'>;

const ZLIB = {
  gzip: { now: gunzipSync, later: promisify(gunzip) },
  deflate: { now: inflateSync, later: promisify(inflate) },
  // Even a small one takes megabytes to unpack; no SDK sends it.
  br: { now: brotliDecompressSync, later: promisify(brotliDecompress) },
} as const;

/** Says whether bytes begin as gzip does. */
export const looksGzipped = (bytes: Buffer): boolean =>
  bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

/** Unpacks; the result is counted in `hold`. @throws Refused */
export async function unpack(bytes: Buffer, how: Compression, hold: Hold): Promise<Buffer> {
  if (how === 'none' || how === 'base64') return bytes;
  if (how === 'lz64' && bytes.length > LZ64_BYTES) throw tooLarge();
  const small = bytes.length <= SMALL_BYTES && how !== 'br' ? unpackSmall(bytes, how) : undefined;
  if (small) {
    hold.take(small.length);
    return small;
  }
  if (how !== 'lz64' && bytes.length <= MEDIUM_BYTES) {
    await hold.slot(bytes.length);
    const medium = await unpackWithin(bytes, how, MEDIUM_BYTES, hold);
    if (medium) return medium;
  }
  // Even a short one: it unpacks to more than its length says.
  await hold.slot(REQUEST_BYTES);
  const limit = how === 'lz64' ? WRAPPED_BYTES : REQUEST_BYTES;
  const large = await unpackWithin(bytes, how, limit, hold);
  if (!large) throw tooLarge();
  return large;
}

/** Undefined: it is more than a small body. */
function unpackSmall(bytes: Buffer, how: Packed): Buffer | undefined {
  try {
    if (how === 'lz64') return fromLz64(bytes, SMALL_BYTES);
    return ZLIB[how].now(bytes, { maxOutputLength: SMALL_BYTES });
  } catch (error) {
    if (isTooLong(error)) return undefined;
    throw undecodable(how);
  }
}

/** Undefined: it is more than that. */
async function unpackWithin(
  bytes: Buffer,
  how: Packed,
  limit: number,
  hold: Hold,
): Promise<Buffer | undefined> {
  hold.take(limit);
  let unpacked: Buffer | undefined;
  try {
    unpacked =
      how === 'lz64'
        ? fromLz64(bytes, limit)
        : await ZLIB[how].later(bytes, { maxOutputLength: limit, chunkSize: 256 * 1024 });
  } catch (error) {
    if (!isTooLong(error)) throw undecodable(how);
  }
  hold.give(limit - (unpacked?.length ?? 0));
  return unpacked;
}

const undecodable = (how: string) =>
  new Refused(400, 'request_decoding_error', `invalid ${how} data`);

const isTooLong = (error: unknown): boolean =>
  error instanceof TooLong || (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';

function fromLz64(bytes: Buffer, limit: number): Buffer {
  // `+` arrives as a space when a form was not escaped.
  const packed = Buffer.from(bytes.toString('latin1').trim(), 'latin1');
  for (let at = packed.indexOf(SPACE); at !== -1; at = packed.indexOf(SPACE, at + 1)) {
    packed[at] = PLUS;
  }
  const unpacked = Buffer.from(unpackLz64(packed.toString('latin1'), limit), 'utf8');
  if (unpacked.length > limit) throw new TooLong();
  return unpacked;
}

const LETTERS = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') {
  LETTERS[letter.charCodeAt(0)] = 1;
}
const SPACE = 0x20;
const PLUS = 0x2b;
const EQUALS = 0x3d;

/** Decodes base64 (either alphabet) when the bytes are that and nothing else. */
export function decodeBase64(bytes: Buffer): Buffer | undefined {
  if (bytes.length > WRAPPED_BYTES) return undefined;
  let start = 0;
  let end = bytes.length;
  while (start < end && bytes[start]! <= SPACE) start++;
  while (end > start && bytes[end - 1]! <= SPACE) end--;
  if (end - start < 4) return undefined;
  const text = Buffer.from(bytes.subarray(start, end));
  let last = text.length;
  for (let padding = 0; padding < 2 && text[last - 1] === EQUALS; padding++) last--;
  for (let at = 0; at < last; at++) {
    // `+` arrives as a space when a form was not escaped.
    if (text[at] === SPACE) text[at] = PLUS;
    else if (LETTERS[text[at]!] === 0) return undefined;
  }
  return Buffer.from(text.toString('latin1'), 'base64');
}
