// Visits: what the visitors of a site did in one go. The store decides, with every event that it writes, which
// visit the event belongs to; what a visit says is always what its events say together.

/** A visit. */
export interface Visit {
  /** Unique in the store, and never used again. */
  readonly number: number;
  /** When it began and when something was last heard of it, in ms since 1970. */
  readonly startMs: number;
  readonly lastMs: number;
  /** Pages that were shown. The same page again within two seconds is one. */
  readonly views: number;
  /** Events of the site's own. */
  readonly events: number;
  /** How long pages were read. */
  readonly engagedMs: number;
  /** Its first page and its last; null: it saw none. */
  readonly entry: string | null;
  readonly exit: string | null;
}

/** Visits that began in a range, together. */
export interface VisitTotals {
  readonly visits: number;
  /** Different visitors: each once, however often they came. */
  readonly visitors: number;
  readonly views: number;
  readonly events: number;
  readonly bounces: number;
  /** How long all of them took. */
  readonly durationMs: number;
}

/** A page at one end of visits. */
export interface EndPage {
  readonly page: string;
  readonly visits: number;
  readonly visitors: number;
  readonly bounces: number;
}

/** Visits by when they began: from `fromMs` on, before `toMs`. */
export interface VisitRange {
  readonly project: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reading visits. Each is as it is on disk at that moment. */
export interface Visits {
  /** In the order in which they began; those that began together by their numbers. */
  list(range: VisitRange & { readonly limit: number }): Promise<readonly Visit[]>;
  totals(range: VisitRange): Promise<VisitTotals>;
  /** The pages that visits began or ended with, the most frequent first; of equals, by name. */
  ends(
    range: VisitRange & { readonly end: 'entry' | 'exit'; readonly limit: number },
  ): Promise<readonly EndPage[]>;
}

/** What an event is to a visit. */
export interface Part {
  readonly timeMs: number;
  readonly role: Role;
  readonly page: string | null;
  readonly engagedMs: number;
}

/** view: a page is shown. own: an event of the site's own. along: it belongs to a visit, and begins none. */
export type Role = 'view' | 'own' | 'along';

export const VIEW = '$pageview';
/** A page that was shown again at once: kept, and not counted. */
export const AGAIN = '$pageview_again';

/** The role of an event, by its name. Names with a `$` are of trackers and SDKs. */
export function roleOf(name: string): Role {
  if (name === VIEW) return 'view';
  return name.startsWith('$') ? 'along' : 'own';
}

/** Half an hour without an event ends a visit, where a site says nothing else. */
export const SILENCE_MS = 30 * 60_000;
/** The same page again within so long is the same view: somebody clicked twice, or a script ran twice. */
export const AGAIN_MS = 2_000;
/** Who has read for so long has not left at once. */
export const BOUNCE_MS = 10_000;

type Counted = Pick<Visit, 'startMs' | 'lastMs' | 'views' | 'events' | 'engagedMs'>;

/** One page, nothing done, hardly read. */
export const isBounce = ({ views, events, engagedMs }: Counted): boolean =>
  views === 1 && events === 0 && engagedMs < BOUNCE_MS;

/** How long a visit took. The last page of it is only known to have been read if somebody said so. */
export const durationMs = ({ startMs, lastMs, engagedMs }: Counted): number =>
  Math.max(lastMs - startMs, engagedMs);
