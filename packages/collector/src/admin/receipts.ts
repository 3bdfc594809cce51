// A receipt of an erasure, as it is shown.

import type { Receipt } from '../store/erasures.ts';

/** `done` only when nothing is left, in the store and in every copy. */
export const shownReceipt = ({ id, requestedMs, doneMs, forgotten, waitingFor }: Receipt) => ({
  receipt: id,
  requested_at: new Date(requestedMs).toISOString(),
  done: doneMs !== null,
  waiting_for: waitingFor,
  forgotten: {
    events: forgotten.events,
    installs: forgotten.installs,
    dead_letters: forgotten.deadLetters,
  },
});
