// The summary: what a report shows, as one JSON. docs/summary.md has its shape, which is also that
// of the collector; parts that only a collector can know (how many people, which systems) are absent.

/** Something counted. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** A service or an override, with how often each of its events happened. */
export interface Use extends Counted {
  readonly events: Readonly<Record<string, number>>;
}

export interface CommandSummary extends Counted {
  readonly failures: number;
  /** Runs that somebody ended with Ctrl-C or a signal: neither a success nor a failure. */
  readonly interrupted: number;
  /** Failures among the runs that ended by themselves. */
  readonly failure_rate: number;
  readonly median_ms: number | null;
  readonly p95_ms: number | null;
}

export interface DaySummary {
  readonly day: string;
  readonly events: number;
  readonly commands: number;
  readonly failures: number;
  readonly interrupted: number;
}

export interface ErrorSummary {
  readonly type: string;
  readonly command: string | null;
  readonly count: number;
}

/** What became of the events: only the machine that recorded them knows. */
export interface RecordSummary {
  readonly local: number;
  readonly waiting: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly unknown: number;
  readonly reasons: readonly { readonly why: string; readonly count: number }[];
  readonly damaged: number;
}

export interface Summary {
  /** The first and the last day with an event, in the time of this machine; null without events. */
  readonly from: string | null;
  readonly to: string | null;
  readonly generated_at: string;
  readonly totals: {
    readonly events: number;
    readonly commands: number;
    readonly failures: number;
    readonly interrupted: number;
    readonly failure_rate: number;
    readonly errors: number;
  };
  readonly activity: readonly DaySummary[];
  readonly events: readonly Counted[];
  readonly services: readonly Use[];
  readonly overrides: readonly Use[];
  readonly commands: readonly CommandSummary[];
  readonly errors: readonly ErrorSummary[];
  readonly waiting: number;
  readonly dropped: number;
  readonly record: RecordSummary;
}

/** Rows of a list; what comes after them is in the exports. */
export const TOP = 50;

/** Four digits of a share are enough. */
export const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;
