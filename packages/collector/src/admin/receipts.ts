// A receipt of an erasure, as it is shown, and with which status.

import type { FastifyReply } from 'fastify';
import type { Receipt } from '../store/erasures.ts';

/** It names nobody. `done_at` is there only when nothing is left, in the store and in every copy. */
export const shownReceipt = ({
  id,
  requestedMs,
  doneMs,
  forgotten,
  waitingFor,
  progress,
}: Receipt) => ({
  receipt: id,
  requested_at: new Date(requestedMs).toISOString(),
  done_at: doneMs === null ? null : new Date(doneMs).toISOString(),
  waiting_for: waitingFor,
  progress: progress && { looked_at: progress.lookedAt, of: progress.of },
  forgotten: {
    events: forgotten.events,
    installs: forgotten.installs,
    dead_letters: forgotten.deadLetters,
  },
});

/**
 * 200: it is gone everywhere. 202: not yet; the same receipt will say when. Not counted: whoever asks is not told
 * whether there was anything.
 */
export function answerReceipt(
  reply: FastifyReply,
  receipt: Receipt,
  { isCounted, ...more }: { isCounted: boolean; deleted?: object },
) {
  const { forgotten, ...shown } = shownReceipt(receipt);
  return reply
    .code(receipt.doneMs === null ? 202 : 200)
    .send({ ...more, ...shown, ...(isCounted && { forgotten }) });
}
