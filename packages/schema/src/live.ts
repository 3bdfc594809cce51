// The live feed: what a collector tells, and a page shows, of an event that has just been stored.

import { COLUMNS, type ColumnName } from './columns.ts';

/** An event of the feed. Never an id. */
export interface LiveEvent extends Partial<Record<ColumnName, string | number | boolean>> {
  readonly project: number;
  readonly event: string;
  readonly time: string;
}

/** The columns that it tells. */
export const LIVE_COLUMNS = COLUMNS.filter(({ live }) => live);
