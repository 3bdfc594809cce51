// The columns that summaries break events down by.

import { type Breakdown, COLUMNS, type Column } from './columns.ts';

export type BrokenDown = Column & { readonly breakdown: Breakdown };

export const BREAKDOWNS: readonly BrokenDown[] = COLUMNS.filter(
  (column): column is BrokenDown => column.breakdown !== undefined,
);
