// Every limit of the collector, in one place. Bytes, milliseconds and counts.

export { COLUMN_CHARS, DISTINCT_ID_CHARS, EVENT_NAME_CHARS } from '../../schema/src/limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
export const SECOND_MS = 1000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** One event, as JSON, after decompression. */
export const EVENT_BYTES = 10 * KIB;
/** One request's body, as sent and again after decompression. */
export const REQUEST_BYTES = 20 * MIB;
/** One request of the installs dialect. */
export const INSTALL_BYTES = 10 * KIB;
/** All bodies being received at this moment. Beyond it the answer is 503. */
export const BODIES_BYTES = 96 * MIB;
/** Objects, arrays and members of one body: a small body must not become a huge heap. */
export const JSON_NODES = 1_500_000;
/** How deep a body may nest. */
export const JSON_DEPTH = 64;
/** Events in one request. */
export const REQUEST_EVENTS = 50_000;

/** As PostHog has it. */
export const TOKEN_CHARS = 64;
/** A timestamp further ahead than this is taken for a wrong clock: the event happened now. */
export const FUTURE_MS = 23 * HOUR_MS;

/** Distinct values of one dimension of one project; the rest is counted as `(other)`. */
export const DIMENSION_VALUES = 1_000;

/** Events in one transaction, and waiting for one. Beyond the latter the answer is 503. */
export const COMMIT_EVENTS = 4_000;
export const QUEUE_EVENTS = 200_000;

/** Dead letters kept: how many, how long, and how much of a payload. */
export const DEAD_LETTERS = 10_000;
export const DEAD_LETTER_DAYS = 30;
export const DEAD_LETTER_BYTES = 16 * KIB;

/** An aggregate that is published has at least this many ids behind it. */
export const PUBLIC_IDS = 5;
/** How long a published aggregate is reused. */
export const PUBLIC_CACHE_MS = 10 * 60 * SECOND_MS;

/** How long an admin stays logged in. */
export const SESSION_MS = 7 * DAY_MS;

/** Installs: requests a minute and address. */
export const INSTALLS_PER_MINUTE = 10;
/** Attempts to log in: a minute and address. */
export const LOGINS_PER_MINUTE = 10;
