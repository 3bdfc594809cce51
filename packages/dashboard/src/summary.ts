// The summary, as both hosts give it: docs/summary.md. What only one of them knows is optional.

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Shared extends Counted {
  readonly share: number;
}

export interface Use extends Counted {
  readonly events: Readonly<Record<string, number>>;
}

export interface Command extends Counted {
  readonly failures: number;
  /** Runs that ended neither well nor badly: somebody stopped them. */
  readonly interrupted?: number;
  readonly failure_rate: number;
  readonly median_ms: number | null;
  readonly p95_ms: number | null;
}

export interface Period {
  readonly start: string;
  readonly ids: number;
}

export interface Summary {
  readonly project?: { readonly id: number; readonly name: string };
  readonly from: string | null;
  readonly to: string | null;
  readonly generated_at: string;
  readonly totals: {
    readonly events: number;
    readonly commands: number;
    readonly failures: number;
    readonly failure_rate: number;
    readonly errors: number;
    readonly active_ids?: number;
    readonly installations?: number;
    readonly new_ids?: number;
  };
  readonly active?: Readonly<Record<'day' | 'week' | 'month', readonly Period[]>>;
  readonly adoption?: readonly { readonly day: string; readonly new_ids: number }[];
  readonly activity: readonly {
    readonly day: string;
    readonly events: number;
    readonly commands: number;
    readonly failures: number;
  }[];
  readonly events: readonly Counted[];
  readonly services: readonly Use[];
  readonly overrides: readonly Use[];
  readonly commands: readonly Command[];
  readonly errors: readonly {
    readonly type: string;
    readonly command: string | null;
    readonly count: number;
  }[];
  readonly shares?: Readonly<Record<string, readonly Shared[]>>;
  readonly installs?: {
    readonly started: number;
    readonly completed: number;
    readonly failed: number;
  };
  readonly waiting: number;
  readonly dropped: number;
  readonly record?: {
    readonly local: number;
    readonly waiting: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly unknown: number;
    readonly reasons: readonly { readonly why: string; readonly count: number }[];
    readonly damaged: number;
  };
}

/** Whether something looks like one: a server may answer with anything. */
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
