// The summary: what a report or a dashboard shows of a range, as one JSON. docs/summary.md has its shape.
//
// Two make it: the shim, of the journal on one machine, and a collector, of many machines. What only one
// of them knows is optional here, and required in the type that it answers with.

/** Something counted. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** A value with its share of all events that carry one. */
export interface Shared extends Counted {
  readonly share: number;
}

/** A service or an override, with how often each of its events happened. */
export interface Use extends Counted {
  readonly events: Readonly<Record<string, number>>;
}

/** Runs that somebody ended with Ctrl-C or a signal: neither a success nor a failure. */
interface Interrupted {
  readonly interrupted: number;
}

export interface CommandSummary extends Counted, Partial<Interrupted> {
  readonly failures: number;
  /** Failures among the runs that ended by themselves. */
  readonly failure_rate: number;
  readonly median_ms: number | null;
  readonly p95_ms: number | null;
}

/** What happened in a time. */
interface Happened {
  readonly events: number;
  readonly commands: number;
  readonly failures: number;
}

export interface DaySummary extends Happened, Partial<Interrupted> {
  readonly day: string;
}

export interface HourSummary extends Happened, Partial<Interrupted> {
  /** As 2026-01-31T13. */
  readonly hour: string;
}

export interface ErrorSummary {
  readonly type: string;
  readonly command: string | null;
  readonly count: number;
}

/** How many ids were active in a day, week or month, by its first day. */
export interface ActiveIds {
  readonly start: string;
  readonly ids: number;
}

interface Totals extends Partial<Interrupted> {
  readonly events: number;
  readonly commands: number;
  readonly failures: number;
  readonly failure_rate: number;
  readonly errors: number;
}

/** How many people there are: only a collector knows. */
interface IdTotals {
  readonly active_ids: number;
  readonly installations: number;
  readonly new_ids: number;
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

/** What only a collector knows. */
interface CollectorParts {
  readonly project: { readonly id: number; readonly name: string };
  readonly active: Readonly<Record<'day' | 'week' | 'month', readonly ActiveIds[]>>;
  readonly adoption: readonly { readonly day: string; readonly new_ids: number }[];
  readonly shares: Readonly<Record<string, readonly Shared[]>>;
  readonly installs: {
    readonly started: number;
    readonly completed: number;
    readonly failed: number;
  };
}

/** A summary of either kind: what a page takes. */
export interface Summary extends Partial<CollectorParts> {
  /** The first and the last day; null where there is no event. */
  readonly from: string | null;
  readonly to: string | null;
  readonly generated_at: string;
  readonly totals: Totals & Partial<IdTotals>;
  readonly activity: readonly DaySummary[];
  /** Its hours, where all of it is of one day. */
  readonly hours?: readonly HourSummary[];
  readonly events: readonly Counted[];
  readonly services: readonly Use[];
  readonly overrides: readonly Use[];
  readonly commands: readonly CommandSummary[];
  readonly errors: readonly ErrorSummary[];
  readonly waiting: number;
  readonly dropped: number;
  readonly record?: RecordSummary;
}

/** The shim's: days are of the machine's own time zone, quantiles exact. */
export interface LocalSummary extends Summary {
  readonly totals: Totals & Interrupted;
  readonly activity: readonly (DaySummary & Interrupted)[];
  readonly hours?: readonly (HourSummary & Interrupted)[];
  readonly commands: readonly (CommandSummary & Interrupted)[];
  readonly record: RecordSummary;
}

/** A collector's: days are in UTC, quantiles right to within 5 %. */
export type CollectorSummary = Summary & CollectorParts & { readonly totals: Totals & IdTotals };

/** Whether something looks like a summary: a server may answer with anything. */
export function isSummary(value: unknown): value is Summary {
  const summary = value as Partial<Summary> | null;
  return (
    typeof summary === 'object' &&
    summary !== null &&
    typeof summary.totals === 'object' &&
    Array.isArray(summary.activity) &&
    Array.isArray(summary.commands)
  );
}
