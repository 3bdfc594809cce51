// What a dialect hands to ingest: events that are built one by one, when their turn has come.

import type { Candidate } from '../event.ts';
import { OVERSIZED, type SentEvents } from '../http/json.ts';

/** Events to come. Each is asked for once, in order. */
export interface Batch {
  readonly length: number;
  /** How many bytes of the request an event has. */
  size(index: number): number;
  at(index: number): Candidate;
}

/** The events of a request, through a dialect's eyes. */
export function batchOf(
  events: SentEvents,
  candidateOf: (event: unknown, index: number) => Candidate,
  nowMs: number,
): Batch {
  return {
    length: events.length,
    size: (index) => events.size(index),
    at: (index) => {
      const event = events.at(index);
      if (event !== OVERSIZED) return candidateOf(event, index);
      // The gate says of it that it is too large.
      return { ...nothing(nowMs), properties: OVERSIZED };
    },
  };
}

/** A batch of one. */
export const batchOfOne = (candidate: Candidate): Batch => ({
  length: 1,
  size: () => 0,
  at: () => candidate,
});

/** A candidate for what is no event at all. */
export const nothing = (nowMs: number): Candidate => ({
  event: undefined,
  distinctId: undefined,
  uuid: undefined,
  properties: undefined,
  timeMs: nowMs,
  sentTimestamp: undefined,
});
