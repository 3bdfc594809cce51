// Request bodies: received within limits. What is in them is unpack.ts and json.ts.

import type { IncomingMessage } from 'node:http';
import { SMALL_BYTES } from '../limits.ts';
import type { Hold } from './hold.ts';
import { tooLarge } from './refused.ts';

/**
 * Reads a body whole. `hold` counts it, and waits for a slot when it is large; the small bodies of some
 * routes need none. @throws Refused
 */
export async function readBody(
  stream: IncomingMessage,
  limit: number,
  hold?: Hold,
): Promise<Buffer> {
  const announced = Number(stream.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  // Not destroyed when this gives up: the refusal has to travel over the same connection.
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > limit) throw tooLarge();
    hold?.take(piece.length);
    pieces.push(piece);
  }
  if (size > SMALL_BYTES) await hold?.slot(size);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size);
}
