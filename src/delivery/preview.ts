// Looks at a request instead of sending it: the sender runs, the transport keeps what it is given.

import type { EventRecord } from '../journal/records';
import type { Request, Sender } from './sender';

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
    Number.POSITIVE_INFINITY,
  );
  return seen;
}
