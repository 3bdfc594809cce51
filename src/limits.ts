// Every limit and default of the shim, in one place.

/** The whole of one delivery, process start and exit included. `ONRAMP_ANALYTICS_TIMEOUT_MS`. */
export const DEADLINE_MS = { default: 1000, min: 100, max: 60_000 } as const;

/** Time kept back from the deadline for writing the outcome down and leaving. */
export const LEAVE_MS = 25;

/** No more events than this are recorded within a window; the rest is counted (journal/beyond-limits.ts). */
export const RECORD_LIMITS = [
  { events: 60, windowMs: 60_000 },
  { events: 1000, windowMs: 3_600_000 },
] as const;

/** For these limits no more than so much of the journal's end is looked at: an hour fits in. */
export const RECENT_BYTES = 2 * 1024 * 1024;

/**
 * One request carries at most this many events, and at most this many bytes of journal. One delivery
 * makes at most this many requests: the process stays small, and the next command goes on. At most
 * `lines` journal lines are scanned before progress is written down.
 */
export const BATCH = {
  events: 100,
  bytes: 512 * 1024,
  perDelivery: 3,
  lines: 5_000,
} as const;

/** The journal loses what is older (journal/age.ts), and its older half when it outgrows the size. */
export const JOURNAL = { maxBytes: 96 * 1024 * 1024, maxAgeMs: 400 * 24 * 3_600_000 } as const;

/** A larger .env file is not read. */
export const ENV_FILE_MAX_BYTES = 1024 * 1024;

/** After this many failures in a row, delivery waits: the first pause, doubled up to the longest. */
export const BACKOFF = { afterFailures: 3, firstMs: 60_000, longestMs: 3_600_000 } as const;

/** How long `forget` waits for the server: a person is waiting for it, too. */
export const FORGET_MS = 10_000;

/** An answer longer than this is not read to its end. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * How long a process may hold a lease, and how long another waits for it. A holder that ends itself at
 * its deadline is given a margin: the machine may have been asleep.
 */
export const LEASE = {
  state: { holdMs: 5_000, waitMs: 10_000 },
  journal: { holdMs: 5_000, waitMs: 2_000 },
  delivery: { holdMs: 5_000 },
  marginMs: 1_000,
} as const;

/**
 * A collector that nobody waits for stays so long after its last work, and looks so often for more: in a loop
 * of commands, one process serves many.
 */
export const LINGER = { forMs: 200, lookEveryMs: 20 } as const;

/**
 * When a make command whose end nobody saw is given up: one of another container, whose processes
 * nobody here can see; and any, even if there is a process of its number.
 */
export const RUN_GIVEN_UP_MS = { elsewhere: 24 * 3_600_000, any: 7 * 24 * 3_600_000 } as const;

/** So many commands that were taken for interrupted are remembered, so that none counts twice. */
export const GIVEN_UP_KEPT = 50;

/** A note without its last newline may be written just now; later, it was cut off by a full disk. */
export const NOTE_TORN_MS = 60_000;

/** Where clock and uptime differ by more than this about a command, somebody has set the clock. */
export const UPTIME_DIFFERS_MS = 1000;

/** No more files than this are kept in the spool: make/track notes nothing then, nor does the shim. */
export const SPOOL_MAX_FILES = 240;

/** A larger file of reports is not read: it is not what recipes write. */
export const REPORTS_MAX_BYTES = 4 * 1024 * 1024;

/** With less room on the disk nothing can be recorded: one block of a usual file system. */
export const DISK_FULL_BYTES = 4096;

/** The longest `duration_ms`: a month. Larger values are rejected. */
export const COUNT_MAX = 31 * 24 * 3_600_000;

/** Names longer than this are not names of services, overrides or commands. */
export const NAME_MAX = 64;
