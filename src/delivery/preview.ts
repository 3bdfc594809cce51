// Looks at a request instead of sending it: the sender runs, the transport keeps what it is given.

import { gunzipSync } from 'node:zlib';
import type { EventRecord } from '../journal/records';
import type { Request, Sender } from './sender';

/** The body of a request as text, unpacked when it is packed. */
export function readableBody(request: Request): string {
  const bytes = Buffer.from(request.body as Uint8Array);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The very request that `sender` would make for `batch`. Nothing is sent. */
export async function requestOf(
  sender: Sender,
  batch: readonly EventRecord[],
): Promise<Request | undefined> {
  let seen: Request | undefined;
  await sender.send(
    batch,
    async (request) => {
      seen = request;
      return { status: 200, headers: {}, text: '{}' };
    },
    new AbortController().signal,
  );
  return seen;
}
