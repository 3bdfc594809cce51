// Hours, days, weeks and months of a time zone, as plain arithmetic on milliseconds.
//
// Between two changes of the clock a zone is a constant offset. So a bucket of local time costs a
// sum and a division, here as in a warehouse; asking a time zone library for every event costs twenty times that.

import type { Interval } from './question.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Nowhere does a clock change twice in a day. */
const PROBE = DAY;
/** The start of a month, and some: buckets may start before their range. */
const MARGIN = 40 * DAY;
/** Zones and years whose changes are remembered. */
const REMEMBERED = 1_000;

/** From an instant on, local time is UTC plus offset. Milliseconds. */
export interface Shift {
  readonly from: number;
  readonly offset: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= REMEMBERED) formats.clear();
  formats.set(zone, made);
  return made;
}

/** Is this a time zone that can be computed with? */
export function isZone(zone: string): boolean {
  try {
    format(zone);
    return true;
  } catch {
    return false;
  }
}

function offsetAt(zone: string, ms: number): number {
  const second = Math.floor(ms / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(second)) part[type] = Number(value);
  const { year, month, day, hour, minute, second: s } = part as Record<string, number>;
  return Date.UTC(year!, month! - 1, day, hour, minute, s) - second;
}

const years = new Map<string, readonly Shift[]>();

/** The offsets of a year of UTC: one at its start, one at each change. */
function shiftsOfYear(zone: string, year: number): readonly Shift[] {
  const key = `${year} ${zone}`;
  const known = years.get(key);
  if (known) return known;
  const end = Date.UTC(year + 1, 0);
  let at = Date.UTC(year, 0);
  const shifts: Shift[] = [{ from: at, offset: offsetAt(zone, at) }];
  for (; at < end; at += PROBE) {
    const before = shifts.at(-1)!.offset;
    const next = Math.min(at + PROBE, end - 1000);
    if (offsetAt(zone, next) === before) continue;
    let low = at;
    let high = next;
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (offsetAt(zone, middle) === before) low = middle;
      else high = middle;
    }
    shifts.push({ from: high, offset: offsetAt(zone, high) });
  }
  if (years.size >= REMEMBERED) years.clear();
  years.set(key, shifts);
  return shifts;
}

function shiftsOf(zone: string, from: number, to: number): Shift[] {
  const shifts: Shift[] = [];
  const last = new Date(to).getUTCFullYear();
  for (let year = new Date(from).getUTCFullYear(); year <= last; year++) {
    for (const shift of shiftsOfYear(zone, year)) {
      if (shift.offset !== shifts.at(-1)?.offset) shifts.push(shift);
    }
  }
  // What ended before the range or begins after it would only lengthen the SQL.
  return shifts.filter(
    (shift, index) => shift.from < to && (shifts[index + 1]?.from ?? Infinity) > from,
  );
}

const floor = (a: number, b: number): number => Math.floor(a / b);

/** Local time of a zone in a range of instants. A bucket is told by a number, its key. */
export class Calendar {
  /** The offsets of the range, in order. */
  readonly shifts: readonly Shift[];

  /** `from` and `to` in ms. */
  constructor(
    zone: string,
    private readonly from: number,
    private readonly to: number,
  ) {
    this.shifts = shiftsOf(zone, from - MARGIN, to + MARGIN);
  }

  /** The key of the bucket that holds an instant. */
  keyOf(ms: number, interval: Interval): number {
    const offset = this.offsetAt(ms);
    const local = ms + offset;
    if (interval === 'hour') return floor(local, HOUR) * HOUR - offset;
    return this.keyOfDay(floor(local, DAY), interval);
  }

  /** The instant at which a bucket starts, in ms. */
  startOf(key: number, interval: Interval): number {
    if (interval === 'hour') {
      // A clock that changes by half an hour starts an hour in its middle.
      return this.keyOf(key, 'hour') === key ? key : this.nextChange(key);
    }
    const day =
      interval === 'day'
        ? key
        : interval === 'week'
          ? key * 7 - 3
          : Date.UTC(1970 + floor(key, 12), ((key % 12) + 12) % 12) / DAY;
    for (const [index, { from, offset }] of this.shifts.entries()) {
      // A day that starts while the clock jumps starts when it has jumped.
      const start = index === 0 ? day * DAY - offset : Math.max(from, day * DAY - offset);
      if (start < (this.shifts[index + 1]?.from ?? Infinity)) return start;
    }
    return day * DAY;
  }

  /** The instant at which a bucket ends, in ms. */
  endOf(key: number, interval: Interval): number {
    if (interval !== 'hour') return this.startOf(key + 1, interval);
    return Math.min(key + HOUR, this.nextChange(this.startOf(key, interval)));
  }

  /** The keys of all buckets of the range, in order. */
  keys(interval: Interval): number[] {
    if (this.to <= this.from) return [];
    const keys: number[] = [];
    if (interval === 'hour') {
      for (let at = this.from; at < this.to; ) {
        const key = this.keyOf(at, 'hour');
        if (key !== keys.at(-1)) keys.push(key);
        at = Math.max(at + 1, Math.min(key + HOUR, this.nextChange(at)));
      }
      return keys;
    }
    const last = this.keyOf(this.to - 1, interval);
    for (let key = this.keyOf(this.from, interval); key <= last; key++) {
      // A day that a zone skipped (Samoa had no 30 December 2011) is none.
      if (this.startOf(key, interval) < this.startOf(key + 1, interval)) keys.push(key);
    }
    return keys;
  }

  private keyOfDay(day: number, interval: Interval): number {
    if (interval === 'day') return day;
    if (interval === 'week') return floor(day + 3, 7);
    const date = new Date(day * DAY);
    return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  }

  private offsetAt(ms: number): number {
    let { offset } = this.shifts[0]!;
    for (const shift of this.shifts) if (shift.from <= ms) offset = shift.offset;
    return offset;
  }

  private nextChange(ms: number): number {
    return this.shifts.find(({ from }) => from > ms)?.from ?? Infinity;
  }
}

/** The period before a range: as many local days if the range is whole days, else as many ms. */
export function periodBefore(zone: string, from: number, to: number): { from: number; to: number } {
  const span = to - from;
  const calendar = new Calendar(zone, Math.max(0, from - span - DAY), to);
  const localDay = (ms: number): number | undefined => {
    const day = calendar.keyOf(ms, 'day');
    return calendar.startOf(day, 'day') === ms ? day : undefined;
  };
  const [first, end] = [localDay(from), localDay(to)];
  const start =
    first === undefined || end === undefined
      ? from - span
      : calendar.startOf(first - (end - first), 'day');
  return { from: Math.max(0, start), to: from };
}

/**
 * The instant at which a day starts in a zone, in ms; undefined when it is no day.
 * @param date as 2026-01-31
 */
export function startOfDate(zone: string, date: string): number | undefined {
  const ms = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes 31 February for a day of March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) return undefined;
  return new Calendar(zone, Math.max(0, ms - 2 * DAY), ms + 2 * DAY).startOf(ms / DAY, 'day');
}
