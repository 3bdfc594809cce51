// Intervals of a series that were counted once and have not been written to since. New events fall
// into the last interval: of a year by day, one day is counted anew and 364 are remembered. In memory only:
// after a start the first question counts them all.

const DAY = 86_400_000;
/** What is remembered of all series together: intervals, and for each 64 bytes of bits one more. */
const MOST = 200_000;
const BYTES = 64;

/** A moment: what was counted at it has seen every write before it. */
export type Moment = number;

/** What was counted of some events. */
export interface Tally {
  readonly events: number;
  /** How many distinct ids. */
  readonly ids: number;
  readonly failures: number;
  readonly judged: number;
  /** Of a measure, where one was asked for: null without a value. */
  readonly median?: number | null;
  readonly p95?: number | null;
  /** Which ids, where that is kept: a bit for each, by its number in the project. */
  readonly bits?: Uint8Array | undefined;
}

/** What was counted of an interval, and when. No tally: it had no events. */
export interface Counted {
  readonly at: Moment;
  readonly tally: Tally | undefined;
}

const sizeOf = ({ tally }: Counted): number => 1 + Math.ceil((tally?.bits?.length ?? 0) / BYTES);

export class Remembered {
  private moment = 0;
  private cleared = 0;
  private size = 0;
  /** When a day (of UTC) of a project was last written to. */
  private readonly days = new Map<number, Map<number, Moment>>();
  /** When a project was last written to. */
  private readonly writes = new Map<number, Moment>();
  /** When a project lost events. */
  private readonly losses = new Map<number, Moment>();
  /** Series → start of an interval → counts; the series that was asked for last comes last. */
  private readonly series = new Map<string, Map<number, Counted>>();

  /** Take it before counting. */
  now(): Moment {
    return this.moment;
  }

  /** An event of this time was written, and is committed. */
  touch(project: number, timeMs: number): void {
    let days = this.days.get(project);
    if (!days) {
      days = new Map();
      this.days.set(project, days);
    }
    days.set(Math.floor(timeMs / DAY), ++this.moment);
    this.writes.set(project, this.moment);
  }

  /** The last moment at which anything of the project changed. */
  changed(project: number): Moment {
    return Math.max(this.cleared, this.writes.get(project) ?? 0, this.losses.get(project) ?? 0);
  }

  /** Events of the project were erased. */
  forget(project: number): void {
    this.losses.set(project, ++this.moment);
  }

  clear(): void {
    this.cleared = ++this.moment;
    this.writes.clear();
    this.days.clear();
    this.losses.clear();
    this.series.clear();
    this.size = 0;
  }

  /** Counts of intervals of a series: only those that still hold. */
  get(key: string, project: number, spans: readonly Span[]): (Counted | undefined)[] {
    const known = this.series.get(key);
    if (!known) return spans.map(() => undefined);
    this.series.delete(key);
    this.series.set(key, known);
    const loss = this.losses.get(project) ?? 0;
    const days = this.days.get(project);
    return spans.map(({ from, to }) => {
      const counted = known.get(from);
      if (!counted || counted.at < loss) return undefined;
      for (let day = Math.floor(from / DAY); day * DAY < to; day++) {
        if ((days?.get(day) ?? 0) > counted.at) return undefined;
      }
      return counted;
    });
  }

  /** Remembers an interval of a series. */
  set(key: string, from: number, counted: Counted): void {
    let known = this.series.get(key);
    if (!known) {
      known = new Map();
      this.series.set(key, known);
    }
    const before = known.get(from);
    this.size += sizeOf(counted) - (before ? sizeOf(before) : 0);
    known.set(from, counted);
    for (const [oldest, intervals] of this.series) {
      if (this.size <= MOST || oldest === key) break;
      this.series.delete(oldest);
      for (const each of intervals.values()) this.size -= sizeOf(each);
    }
  }
}

/** An interval, in ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
