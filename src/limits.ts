// Every limit and default of the shim, in one place.

/** The whole of one delivery, process start and exit included. `ONRAMP_ANALYTICS_TIMEOUT_MS`. */
export const DEADLINE_MS = { default: 1000, min: 100, max: 60_000 } as const;

/** Time kept back from the deadline for writing the outcome down and leaving. */
export const LEAVE_MS = 25;

/** No more events than this are recorded within a window; the rest is dropped unseen. */
export const RECORD_LIMITS = [
  { events: 60, windowMs: 60_000 },
  { events: 1000, windowMs: 3_600_000 },
] as const;

/**
 * One request carries at most this many events, and at most this many bytes of journal. One process
 * makes at most this many requests: it stays small, and the next command goes on. No more than so
 * many lines are looked at before what they came to is written down.
 */
export const BATCH = {
  events: 100,
  bytes: 512 * 1024,
  perDelivery: 3,
  lines: 5_000,
} as const;

/** The journal forgets what is older, and its older half when it grows beyond the size. */
export const JOURNAL = { maxBytes: 96 * 1024 * 1024, maxAgeMs: 400 * 24 * 3_600_000 } as const;

/** A larger .env file is not read. */
export const ENV_FILE_MAX_BYTES = 1024 * 1024;

/** After this many failures in a row, delivery waits: the first pause, doubled up to the longest. */
export const BACKOFF = { afterFailures: 3, firstMs: 60_000, longestMs: 3_600_000 } as const;

/** How long `forget` waits for the server: a person is waiting for it, too. */
export const FORGET_MS = 10_000;

/** An answer longer than this is not read to its end. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** How long a process may hold a acquire, and how long another waits for it. */
export const LEASE = {
  state: { holdMs: 5_000, waitMs: 10_000 },
  journal: { holdMs: 5_000, waitMs: 2_000 },
} as const;

/** A make command whose end nobody saw is given up after this long, even if its pid is in use. */
export const RUN_ABANDONED_MS = 7 * 24 * 3_600_000;

/** The longest `duration_ms`: a month. A longer number is none of ours. */
export const COUNT_MAX = 31 * 24 * 3_600_000;

/** Names longer than this are not names of services, overrides or commands. */
export const NAME_MAX = 64;
