// The dimensions that are counted, and what an event adds to each. Numbers are stored: never reuse.

import type { Event } from '../event.ts';

export const DIMENSION = {
  event: 1,
  service: 2,
  override: 3,
  command: 4,
  error: 5,
  duration: 6,
  os: 7,
  node: 8,
  packageManager: 9,
  version: 10,
  ci: 11,
  library: 12,
  scaffold: 13,
} as const;
export type Dimension = (typeof DIMENSION)[keyof typeof DIMENSION];

/** Rare enough, or wide enough, that only days are kept. */
export const DAYS_ONLY: ReadonlySet<number> = new Set([
  DIMENSION.duration,
  DIMENSION.os,
  DIMENSION.node,
  DIMENSION.packageManager,
  DIMENSION.version,
  DIMENSION.ci,
  DIMENSION.library,
  DIMENSION.scaffold,
]);

/** Durations are counted in buckets that grow by a tenth: a quantile is right to within 5 %. */
const GROWTH = Math.log(1.1);
export const bucketOf = (ms: number): number =>
  ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / GROWTH);
/** The middle of a bucket, in milliseconds. */
export const middleOf = (bucket: number): number =>
  bucket === 0 ? 0 : Math.round(Math.exp((bucket - 0.5) * GROWTH));

/** One count: a dimension, its value, and a second value (a name of another dimension, a bucket). */
export type Count = (
  dimension: Dimension,
  value: string,
  sub: { dimension: Dimension; value: string } | number,
  failed: boolean,
) => void;

/** Says everything that an event counts for. */
export function countsOf(event: Event, count: Count): void {
  const failed = event.success === false;
  const asEvent = { dimension: DIMENSION.event, value: event.name } as const;
  count(DIMENSION.event, event.name, 0, failed);
  if (event.service !== undefined) count(DIMENSION.service, event.service, asEvent, failed);
  if (event.override !== undefined) count(DIMENSION.override, event.override, asEvent, failed);
  if (event.command !== undefined) {
    if (event.errorType !== undefined) {
      const asCommand = { dimension: DIMENSION.command, value: event.command } as const;
      count(DIMENSION.error, event.errorType, asCommand, true);
    } else {
      count(DIMENSION.command, event.command, 0, failed);
      if (event.durationMs !== undefined) {
        count(DIMENSION.duration, event.command, bucketOf(event.durationMs), failed);
      }
    }
  } else if (event.errorType !== undefined) {
    count(DIMENSION.error, event.errorType, 0, true);
  }
  if (event.hasScaffold !== undefined) {
    count(DIMENSION.scaffold, String(event.hasScaffold), 0, failed);
  }
  if (event.os !== undefined) count(DIMENSION.os, event.os, 0, failed);
  if (event.node !== undefined) count(DIMENSION.node, event.node, 0, failed);
  if (event.packageManager !== undefined) {
    count(DIMENSION.packageManager, event.packageManager, 0, failed);
  }
  if (event.version !== undefined) count(DIMENSION.version, event.version, 0, failed);
  if (event.ci !== undefined) count(DIMENSION.ci, String(event.ci), 0, failed);
}
