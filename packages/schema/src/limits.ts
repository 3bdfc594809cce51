// Limits that several share: who checks them, and who documents them. Characters.

/** As PostHog has them. */
export const EVENT_NAME_CHARS = 200;
export const DISTINCT_ID_CHARS = 200;

/** A text in a column of its own (a service, a command, …). A longer one stays a property. */
export const COLUMN_CHARS = 128;
