// What can be asked, and what is answered: `GET /api/v1/query`. Pages use nothing else.
//
// Every question is about one project and a range of time, `from` included and `to` excluded, both in
// milliseconds since 1970. Days, weeks (from Monday) and months are those of its time zone. All
// filters must match. Answers are exact; what was left out because of a limit is said in `cut`.

/** What a field of an event may hold. */
export type Scalar = string | number | boolean | null;

/** A column, or a property of the JSON column by its key. */
export type Field = { readonly column: string } | { readonly property: string };

/**
 * A condition. `is_not` holds for events without the value too; `null` stands for "none"; `contains`
 * is for text and minds upper and lower case. The text of a property that is no text is its JSON;
 * compared with a number, its text is read as one.
 */
export type Filter = Field & {
  readonly op: 'is' | 'is_not' | 'contains';
  readonly value: Scalar;
};

export type Interval = 'hour' | 'day' | 'week' | 'month';

/** In whose life something happens in order. */
export type Within = 'id' | 'session';

interface Asked {
  readonly project: number;
  readonly from: number;
  readonly to: number;
  /** IANA name; UTC if it is missing. */
  readonly zone?: string | undefined;
  readonly where?: readonly Filter[] | undefined;
}

/** How many events, ids and failures; median and p95 of `measure` if it is given. */
export interface TotalsQuestion extends Asked {
  readonly kind: 'totals';
  /** A number. */
  readonly measure?: Field | undefined;
  /** Also of the period before, which is as long. */
  readonly before?: boolean | undefined;
}

/** Events, ids and failures over time; median and p95 of `measure` if it is given. */
export interface SeriesQuestion extends Asked {
  readonly kind: 'series';
  readonly interval: Interval;
  /** A number. */
  readonly measure?: Field | undefined;
  readonly before?: boolean | undefined;
}

/** What values are ranked by: how often they occur, or how many ids have them. */
export type Order = 'events' | 'ids';

/** The values of a field, those with the most events or ids first. */
export interface BreakdownQuestion extends Asked {
  readonly kind: 'breakdown';
  readonly by: Field;
  /** `events` if it is missing. */
  readonly order?: Order | undefined;
  readonly measure?: Field | undefined;
  /** 1 to 1,000; 10 if it is missing. */
  readonly limit?: number | undefined;
}

/** Ids over time, each at the first event that matches, ever. */
export interface NewIdsQuestion extends Asked {
  readonly kind: 'new_ids';
  readonly interval: Interval;
}

/** Of the ids that were new in an interval: how many came back in each later one. */
export interface RetentionQuestion extends Asked {
  readonly kind: 'retention';
  /** `week` if it is missing. */
  readonly interval?: Exclude<Interval, 'hour'> | undefined;
}

/** How many came through all of these steps, one after the other, with anything in between. */
export interface FunnelQuestion extends Asked {
  readonly kind: 'funnel';
  /** 2 to 8, each the conditions of one event. */
  readonly steps: readonly (readonly Filter[])[];
  /** `id` if it is missing. */
  readonly within?: Within | undefined;
}

/** What follows each event whose field has this value, or what came before it. */
export interface PathsQuestion extends Asked {
  readonly kind: 'paths';
  /** The field that names a step; the event's name if it is missing. Events without it are no steps. */
  readonly by?: Field | undefined;
  readonly direction: 'from' | 'to';
  readonly value: Scalar;
  /** `session` if it is missing. */
  readonly within?: Within | undefined;
  /** Steps beside the first: 1 to 5; 1 if it is missing. */
  readonly depth?: number | undefined;
  /** 1 to 1,000; 10 if it is missing. */
  readonly limit?: number | undefined;
}

/** Events, the latest first. */
export interface EventsQuestion extends Asked {
  readonly kind: 'events';
  /** 1 to 1,000; 50 if it is missing. */
  readonly limit?: number | undefined;
  /** `next` of the answer before. */
  readonly cursor?: string | undefined;
}

export type Question =
  | TotalsQuestion
  | SeriesQuestion
  | BreakdownQuestion
  | NewIdsQuestion
  | RetentionQuestion
  | FunnelQuestion
  | PathsQuestion
  | EventsQuestion;

/** Counts of some events. */
export interface Counts {
  readonly events: number;
  readonly ids: number;
  /** Failed, out of those that either succeeded or failed. */
  readonly failures: number;
  readonly judged: number;
  /** failures / judged; null when nothing was judged. */
  readonly failure_rate: number | null;
}

/** Counts, and the distribution of the measure: null without a measure, or without a value. */
export interface Measured extends Counts {
  readonly median: number | null;
  readonly p95: number | null;
}

/** Counts of an interval, and the distribution of the measure in it. */
export interface Point extends Measured {
  /** Its start, in ms since 1970; it may lie before `from`. */
  readonly start: number;
}

/** What each kind of question is answered with. */
export interface Data {
  totals: { readonly now: Measured; readonly before: Measured | null };
  /** Every interval of the range, empty ones too. */
  series: { readonly points: readonly Point[]; readonly before: readonly Point[] | null };
  breakdown: {
    readonly rows: readonly (Measured & { readonly value: Scalar })[];
    /** How many values there are, and how many events that have one. */
    readonly values: number;
    readonly events: number;
  };
  new_ids: { readonly points: readonly { readonly start: number; readonly ids: number }[] };
  /** `returned[n]`: those of the cohort that were active n intervals later; `returned[0]` are all. */
  retention: {
    readonly cohorts: readonly {
      readonly start: number;
      readonly ids: number;
      readonly returned: readonly number[];
    }[];
  };
  /** How many reached each step. */
  funnel: { readonly steps: readonly number[] };
  /** `path` in the order of time; null where nothing more came. */
  paths: {
    readonly paths: readonly { readonly path: readonly Scalar[]; readonly count: number }[];
  };
  events: {
    readonly events: readonly {
      readonly seq: number;
      readonly time: number;
      readonly event: string;
      readonly distinct_id: string;
      /** The session's key in the warehouse, 16 hex digits: it can be filtered by. */
      readonly session: string | null;
      /** What the event has in columns, by their names. */
      readonly values: Readonly<Record<string, Scalar>>;
      /** The rest of what was sent. */
      readonly properties: Readonly<Record<string, unknown>>;
    }[];
    /** The cursor for what follows; null: that was all. */
    readonly next: string | null;
  };
}

export type QuestionKind = Question['kind'];

/** An answer. */
export interface AnswerOf<K extends QuestionKind> {
  readonly kind: K;
  /**
   * null: complete. `rows`: there is more than the limit. `time`, `memory`: it took more than a
   * question may, and there is no data: ask for less.
   */
  readonly cut: null | 'rows' | 'time' | 'memory';
  /** null only when time or memory cut it. */
  readonly data: Data[K] | null;
  /** How long it took, in ms. */
  readonly ms: number;
}
export type Answer = { [K in QuestionKind]: AnswerOf<K> }[QuestionKind];

/** What `GET /api/v1/query` answers. */
export type QueryAnswer = Answer & {
  readonly project: { readonly id: number; readonly name: string };
  /** The time zone that days are of: as asked, or the project's. */
  readonly zone: string;
  /** Events that are stored and were not in this answer yet; of all projects. */
  readonly behind: number;
};

/** It is no question, or not one about these columns. The message says what to change. */
export class QuestionError extends Error {
  override name = 'QuestionError';
}
