// When an event happened, by the collector's clock.

import { FUTURE_MS } from '../limits.ts';

const CIVIL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Reads a time: ISO 8601 (UTC unless it says otherwise), RFC 2822, or a number of (milli)seconds. */
export function parseTime(value: unknown): number | undefined {
  let ms: number;
  if (typeof value === 'number') ms = fromNumber(value);
  else if (typeof value !== 'string' || value.length > 64) return undefined;
  else if (/^\d{9,14}(\.\d+)?$/.test(value)) ms = fromNumber(Number(value));
  else if (CIVIL.test(value)) ms = Date.parse(`${value.replace(' ', 'T')}Z`);
  else ms = Date.parse(value);
  return Number.isFinite(ms) && ms >= 0 && ms <= LATEST_MS ? Math.trunc(ms) : undefined;
}

// Seconds have ten digits until the year 2286.
const fromNumber = (value: number): number => (value < 1e11 ? value * 1000 : value);

export interface Clocks {
  readonly timestamp: unknown;
  /** When the client sent it, by the client's clock; undefined: do not correct. */
  readonly sentAt?: unknown;
  /** How many milliseconds before sending it happened. Stronger than the timestamp. */
  readonly offset?: unknown;
  readonly nowMs: number;
}

/** The time of an event, corrected by how far the client's clock is off. */
export function timeOf({ timestamp, sentAt, offset, nowMs }: Clocks): number {
  let ms = nowMs;
  const happened = parseTime(timestamp);
  if (happened !== undefined) {
    const sent = parseTime(sentAt);
    ms = sent === undefined ? happened : nowMs + (happened - sent);
  }
  if (typeof offset === 'number' && Number.isFinite(offset)) ms = nowMs - offset;
  if (ms > nowMs + FUTURE_MS || ms < 0) return nowMs;
  return Math.trunc(ms);
}
