// The live feed: what a collector tells, and a page shows, of an event that has just been stored.

import { COLUMNS, type ColumnName } from './columns.ts';

/** An event of the feed. Never an id. */
export interface LiveEvent extends Partial<Record<ColumnName, string | number | boolean>> {
  readonly project: number;
  readonly event: string;
  readonly time: string;
}

/**
 * So often something is said to who watches, if only that it is still there, in ms: a network may be gone without a
 * word.
 */
export const BEAT_MS = 15_000;

/** The columns that it tells. */
export const LIVE_COLUMNS = COLUMNS.filter(({ live }) => live);
