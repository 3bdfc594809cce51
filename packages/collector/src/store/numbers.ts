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

/** The days of a published summary. Ranges of one's own choice could be subtracted from each other. */
export const PUBLIC_DAYS = [30, 90, 365] as const;

export interface Numbers {
  /** Everything the dashboard shows of a range. docs/summary.md has its shape. */
  summary(range: Range): Promise<CollectorSummary>;
  table(table: TableName, range: Range): Promise<Record<string, unknown>[]>;
  /** All events and ids of a project. */
  stats(project: number): Promise<{ events: number; ids: number }>;
  /** What may be published of the last whole days. Slow: it reads raw events. */
  published(project: number, days: number, nowMs: number): Promise<unknown>;
}
