// Every limit of the collector, in one place. Bytes, milliseconds and counts.

export { COLUMN_CHARS, DISTINCT_ID_CHARS, EVENT_NAME_CHARS } from '../../schema/src/limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** One event, as JSON, after decompression. */
export const EVENT_BYTES = 10 * KIB;
/** One event as sent: escapes make text up to six times as long. A longer one is not even parsed. */
export const EVENT_SENT_BYTES = 64 * KIB;
/** One request's body, as sent and again after decompression. */
export const REQUEST_BYTES = 20 * MIB;
/** What is still read of a body that was refused, and thrown away. */
export const DISCARDED_BYTES = 2 * REQUEST_BYTES;
/** A body in a form, in base64 or in lz64: only old browser SDKs wrap theirs so. */
export const WRAPPED_BYTES = 2 * MIB;
/** Packed lz64: unpacking it is slow, and nobody else does it for us. */
export const LZ64_BYTES = 128 * KIB;
/** The name of a time zone. */
export const ZONE_CHARS = 64;
/** One request of the installs dialect. */
export const INSTALL_BYTES = 10 * KIB;
/** A body up to this size, unpacked, and number of events is worked on at once; larger ones take turns. */
export const SMALL_BYTES = 64 * KIB;
export const SMALL_EVENTS = 1_000;
/** Up to these, they do not wait for those that are larger yet. */
export const MEDIUM_BYTES = MIB;
export const MEDIUM_EVENTS = 4_000;
/** How many of both kinds are worked on at once. */
export const MEDIUM_AT_ONCE = 2;
export const LARGE_AT_ONCE = 2;
/** How many of the large ones of one address may wait, and how long a request waits: SDKs give up after 10 s. Then: 503. */
export const LARGE_PLACES = 10;
export const LARGE_WAIT_MS = 8 * SECOND_MS;
/** What all requests hold until they are answered, and what of it only small ones may use. Beyond it: 503. */
export const HELD_BYTES = 128 * MIB;
export const HELD_FOR_SMALL_BYTES = 32 * MIB;
/** Bytes of JSON that are looked over in one turn of the event loop. */
export const SCAN_BYTES = 512 * KIB;
/** How deep a body may nest. */
export const JSON_DEPTH = 64;
/** Events in one request. */
export const REQUEST_EVENTS = 50_000;
/** Events that are built, judged and written in one go; the rest of their request comes after them. */
export const CHUNK_EVENTS = 250;
export const CHUNK_BYTES = 256 * KIB;

/** Names of properties of which it is remembered whether they name a person. */
export const NAMES_REMEMBERED = 2_000;

/** One request of a site's pages, packed and unpacked, and how many events it has. */
export const PAGE_REQUEST_BYTES = 64 * KIB;
export const PAGE_REQUEST_EVENTS = 50;
/** A site: its name, other hosts that may send for it, and how long its visits may be silent. */
export const DOMAIN_CHARS = 253;
export const SITE_HOSTS = 50;
export const SITE_SILENCE_MS = 4 * HOUR_MS;
/** Texts of a page's event: an address, a title. */
export const PAGE_ADDRESS_CHARS = 2_048;
export const PAGE_TITLE_CHARS = 200;
/** Pages in an answer about those that visits began or ended with. */
export const END_PAGES = 1_000;
/** User-Agents whose meaning is remembered. */
export const AGENTS_KNOWN = 2_000;

/** As PostHog has it. */
export const TOKEN_CHARS = 64;
/** A timestamp further ahead than this is taken for a wrong clock: the event happened now. */
export const FUTURE_MS = 23 * HOUR_MS;

/** Distinct values of one dimension of one project; the rest is counted as `(other)`. */
export const DIMENSION_VALUES = 1_000;

/** Events in one transaction, and waiting for one. Beyond the latter the answer is 503. */
export const COMMIT_EVENTS = 4_000;
export const QUEUE_EVENTS = 200_000;
/** Pages of the write-ahead log that are moved into the database at once, about, and that it has at most. */
export const CHECKPOINT_PAGES = 4_000;
export const LOG_PAGES = 16_000;

/** Dead letters kept: how many of a project, of one request, how long, and how much of a payload. */
export const DEAD_LETTERS = 10_000;
export const REQUEST_LETTERS = 100;
export const DEAD_LETTER_DAYS = 30;
export const DEAD_LETTER_BYTES = 16 * KIB;

/**
 * Work beside ingestion (erasures, retention) goes in steps: how long one should take, the transaction apart, and
 * rows that it may touch: as many as it took so far, between these.
 */
export const STEP_MS = 5;
export const STEP_ROWS_FIRST = 100;
export const STEP_ROWS_LEAST = 20;
export const STEP_ROWS = 1_000;
/** Ids that one look through all events is for, and events that one piece of it goes through. */
export const IDS_AT_ONCE = 50;
export const LOOKED_AT_ONCE = 20_000;
/** Ids that are being forgotten at a time: what arrives is compared with each. Beyond it: 503. */
export const FORGETS_AT_ONCE = 1_000;
/** Erasures that a consumer is given at once. */
export const PENDING_ERASURES = 200;

/** How long a request to forget, or to delete a project, waits for the store; then it is a 202, too. */
export const FORGET_STORE_MS = 10 * SECOND_MS;
/** How long a request to forget waits for the copies, and how often it looks; then it is a 202. */
export const FORGET_WAIT_MS = 2 * SECOND_MS;
export const FORGET_LOOK_MS = 100;
/** Receipts of erasures that are kept, when all is done. They name nobody. */
export const RECEIPTS = 10_000;
/** How long they are kept, then. */
export const RECEIPT_DAYS = 90;
/** Requests to forget with a project's token, which many may have: a minute and project. Each looks through all. */
export const FORGETS_PER_MINUTE = 10;

/** A clock that is further ahead than it can have gone on deletes nothing, until it has gone on for so long. */
export const CLOCK_JUMP_MS = 2 * DAY_MS;
export const CLOCK_SURE_MS = DAY_MS;
/** So long a machine may be off: a clock that is ahead by no more after another start of it is no alarm. */
export const CLOCK_OFF_MS = 60 * DAY_MS;

/** How long an admin stays logged in. */
export const SESSION_MS = 7 * DAY_MS;

/** Installs: requests a minute and address. */
export const INSTALLS_PER_MINUTE = 10;
/** Telemetry without a token: requests a minute and address. */
export const TOKENLESS_PER_MINUTE = 10;
/** Wrong tokens, wherever they are sent: a minute and address. */
export const GUESSES_PER_MINUTE = 10;
/** Attempts to log in: a minute and address. */
export const LOGINS_PER_MINUTE = 10;

/** Forwarding: events in a request; how long one may take, how often it is tried, and the waits between. */
export const FORWARD_EVENTS = 500;
export const FORWARD_TIMEOUT_MS = 60 * SECOND_MS;
export const FORWARD_TRIES = 8;
export const FORWARD_FIRST_WAIT_MS = 500;
export const FORWARD_WAIT_MS = 60 * SECOND_MS;
/** So many events that are refused alone, one after another: something else is wrong. */
export const FORWARD_REFUSED_IN_A_ROW = 20;

/** Exports under way at once: each has a thread, and what it holds of the data. */
export const EXPORTS_AT_ONCE = 4;
/** The end: downloads are cut off after the first, requests after the second, everything after the third. */
export const END_DOWNLOADS_MS = 1 * SECOND_MS;
export const END_REQUESTS_MS = 6 * SECOND_MS;
export const END_MS = 10 * SECOND_MS;

/** Published numbers are rounded down to this, and are never smaller. See published/figures.ts. */
export const PUBLIC_STEP = 10;
/** Values of a published list. */
export const PUBLIC_LIST = 50;
/** How long after its end a month is published: for what comes late. */
export const PUBLIC_SETTLE_MS = 3 * DAY_MS;
/** How far back months are published, in days. */
export const PUBLIC_DAYS = 5 * 365;
/** How often it is looked whether a month is to be published. */
export const PUBLIC_LOOK_MS = 10 * SECOND_MS;
/** A month of which nothing could be said is counted again after so long: late events may change that. */
export const PUBLIC_AGAIN_MS = 60 * 60 * SECOND_MS;
/** How long others may keep a badge, in seconds: proxies of READMEs ask for many people at once. */
export const BADGE_AGE_S = 300;
/** Requests for what is published, a minute and address. */
export const PUBLIC_PER_MINUTE = 300;

/** The archive: how long after an hour's end its parts are written. */
export const ARCHIVE_DELAY_MS = 10 * 60 * SECOND_MS;
/** How often it is looked whether something is to be archived or erased, and how long a lease is held. */
export const ARCHIVE_LOOK_MS = 10 * SECOND_MS;
export const ARCHIVE_LEASE_MS = 90 * SECOND_MS;
/** A step back of the clock up to this long is smoothed: no part for a second. */
export const ARCHIVE_STEP_MS = 10 * 60 * SECOND_MS;
/** Rows and bytes of a row group; rows of a part; bytes that all parts under way hold. */
export const ARCHIVE_GROUP_ROWS = 5_000;
export const ARCHIVE_GROUP_BYTES = 4 * MIB;
export const ARCHIVE_PART_ROWS = 500_000;
export const ARCHIVE_HELD_BYTES = 16 * MIB;

/** Health: how often it is looked at, and how long one check may take. */
export const HEALTH_MS = 10 * SECOND_MS;
export const HEALTH_CHECK_MS = 2 * SECOND_MS;
/** So long after the last write that failed, without another, the store may be well again. */
export const FAILURE_MS = 60 * SECOND_MS;
/** Free space on the disk of the data: so little is a problem, and with so little events are refused. */
export const FREE_BYTES_FEW = 1024 * MIB;
export const FREE_BYTES_NONE = 32 * MIB;
/** How long the command `health` waits for an answer. */
export const HEALTH_COMMAND_MS = 5 * SECOND_MS;
/** An event that was not taken in this time is worth a look. */
export const LETTER_NEW_MS = DAY_MS;
/** A last backup that is older is a problem. */
export const BACKUP_OLD_MS = 8 * DAY_MS;
/** The database is checked soon after the start and so often after that. */
export const INTEGRITY_MS = DAY_MS;
/** A warehouse that cannot be written for so long is a problem, and an archive that is so late. */
export const WAREHOUSE_LATE_MS = 60 * SECOND_MS;
export const ARCHIVE_LATE_MS = 3 * HOUR_MS;

/**
 * Events that are brought into the warehouse at once, and in parts: packing one holds up this process. Larger
 * parts are slower: they do not fit where V8 keeps what is short-lived.
 */
export const WAREHOUSE_BATCH = 60_000;
export const WAREHOUSE_PART = 1_000;
/** Between two looks for new events, and at most between two tries, when it is down. */
export const WAREHOUSE_IDLE_MS = 500;
export const WAREHOUSE_RETRY_MS = 2_000;
/** How long who asks a question waits for its turn and its answer. */
export const QUESTION_WAIT_MS = 20 * SECOND_MS;
/** From an erasure until its bytes have left the warehouse's file. */
export const WAREHOUSE_COMPACT_MS = 10 * MINUTE_MS;
