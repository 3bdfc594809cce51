// Every limit of the tracker.

/** A batch goes when it has so many events, or so many letters, or its first event is so old. */
export const BATCH_EVENTS = 10;
export const BATCH_LETTERS = 32_000;
export const BATCH_MS = 5_000;

/** What browsers let a page send that is closed: 64 KiB. */
export const BEACON_LETTERS = 60_000;

/** What could not be sent waits for the next page: so many events, so long. */
export const KEPT_EVENTS = 50;
export const KEPT_MS = 24 * 3_600_000;

/** Who did nothing for so long is not reading any more. */
export const IDLE_MS = 60_000;

/** Properties of an event. */
export const KEYS = 30;
export const KEY_LETTERS = 40;
export const TEXT_LETTERS = 500;
