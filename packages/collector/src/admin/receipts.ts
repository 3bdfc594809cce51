// A receipt of an erasure, as it is shown, and with which status. Numbers in it may be of all projects: who may
// not read all of them is told a share.

import type { FastifyReply } from 'fastify';
import type { Progress, Receipt } from '../store/erasures.ts';

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
  progress: progress && {
    percent: percentOf(progress),
    looked_at: progress.lookedAt,
    of: progress.of,
  },
  forgotten: {
    events: forgotten.events,
    installs: forgotten.installs,
    dead_letters: forgotten.deadLetters,
  },
});

/** Whole, and 100 only when all has been looked at. */
const percentOf = ({ lookedAt, of }: Progress): number =>
  of > 0 ? Math.min(100, Math.floor((lookedAt / of) * 100)) : 100;

/**
 * 200: it is gone everywhere. 202: not yet; the same receipt will say when. Not counted: whoever asks is told neither
 * whether there was anything nor how much the store has, which is of all projects.
 */
export function answerReceipt(
  reply: FastifyReply,
  receipt: Receipt,
  { isCounted, ...more }: { isCounted: boolean; deleted?: object },
) {
  const { forgotten, progress, ...shown } = shownReceipt(receipt);
  const share = progress && { percent: progress.percent };
  return reply
    .code(receipt.doneMs === null ? 202 : 200)
    .send({ ...more, ...shown, ...(isCounted ? { progress, forgotten } : { progress: share }) });
}
