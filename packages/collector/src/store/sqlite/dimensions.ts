// The dimensions that are counted, and what an event adds to each. Numbers are stored: never reuse.

import { BREAKDOWNS } from '../../../../schema/src/breakdowns.ts';
import { type Breakdown, type ColumnName, fieldOf } from '../../../../schema/src/columns.ts';
import type { Event } from '../../event.ts';

const dimensionOf = (column: ColumnName): number =>
  BREAKDOWNS.find(({ name }) => name === column)!.breakdown.dimension;

/** The dimensions that are counted or asked for by name. */
export const DIMENSION = {
  event: 1,
  service: dimensionOf('service'),
  override: dimensionOf('override'),
  command: dimensionOf('command'),
  error: dimensionOf('error_type'),
  duration: dimensionOf('duration_ms'),
  version: dimensionOf('version'),
  agent: dimensionOf('agent'),
} as const;

const countedBy = (by: Breakdown['by']) =>
  BREAKDOWNS.filter(({ breakdown }) => breakdown.by === by).map((column) => ({
    field: fieldOf(column),
    values: column.values,
    ...column.breakdown,
  }));

/** The columns whose values alone are counted. */
export const SHARES = countedBy('value');
const USES = countedBy('value and event');

/** Durations are counted in buckets that grow by a tenth: a quantile is right to within 5 %. */
const GROWTH = Math.log(1.1);
export const bucketOf = (ms: number): number =>
  ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / GROWTH);
/** The middle of a bucket, in milliseconds. */
export const middleOf = (bucket: number): number =>
  bucket === 0 ? 0 : Math.round(Math.exp((bucket - 0.5) * GROWTH));

/** One count: a dimension, its value, and a second value of another dimension, or none. */
export type Count = (
  dimension: number,
  value: string,
  sub: { dimension: number; value: string } | 0,
  failed: boolean,
) => void;

/** What decides what an event counts for, its duration apart; each with a character of its own. */
const DECIDING: ReadonlyMap<string, string> = new Map(
  ['success', ...BREAKDOWNS.map(fieldOf).filter((field) => field !== 'durationMs')].map(
    (field, index) => [field, `\0${String.fromCharCode(index)}`],
  ),
);

/** Events of one signature count for the same, but for how long they took. No text of an event has a NUL. */
export function signatureOf(event: Event): string {
  let signature = event.name;
  for (const field in event) {
    const mark = DECIDING.get(field);
    if (mark !== undefined) signature += mark + event[field as keyof Event];
  }
  return signature;
}

/** Does it count for how long its command took? */
export const hasDuration = (
  event: Event,
): event is Event & { command: string; durationMs: number } =>
  event.errorType === undefined && event.command !== undefined && event.durationMs !== undefined;

/** Says everything that an event counts for, its duration apart. */
export function countsOf(event: Event, count: Count): void {
  const failed = event.success === false;
  count(DIMENSION.event, event.name, 0, failed);
  for (const { field, dimension } of SHARES) {
    if (event[field] !== undefined) count(dimension, String(event[field]), 0, failed);
  }
  for (const { field, dimension } of USES) {
    if (event[field] === undefined) continue;
    count(
      dimension,
      String(event[field]),
      { dimension: DIMENSION.event, value: event.name },
      failed,
    );
  }
  const { command, errorType } = event;
  if (errorType !== undefined) {
    const sub = command === undefined ? 0 : { dimension: DIMENSION.command, value: command };
    count(DIMENSION.error, errorType, sub, true);
  } else if (command !== undefined) {
    count(DIMENSION.command, command, 0, failed);
  }
}
