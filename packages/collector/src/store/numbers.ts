// The numbers that a store counts while it writes. Asked in a place of their own: whoever ingests does
// not notice.

import type { CollectorSummary } from '../../../schema/src/summary.ts';

/** A range of days, both included, of one project. */
export interface Range {
  readonly project: number;
  readonly fromDay: number;
  readonly toDay: number;
}

/** Single tables of a range: the numbers of the summary, uncut. */
export const TABLES = [
  'agents',
  'versions',
  'commands',
  'services',
  'errors',
  'performance',
] as const;
export type TableName = (typeof TABLES)[number];

export interface Numbers {
  /** Everything the dashboard shows of a range. docs/summary.md has its shape. @throws TooSlow, all three */
  summary(range: Range): Promise<CollectorSummary>;
  table(table: TableName, range: Range): Promise<Record<string, unknown>[]>;
  /** All events and ids of a project. */
  stats(project: number): Promise<{ events: number; ids: number }>;
}
