// What `GET /api/v1/public/NAME` answers, for everybody to see. The public page and the badge show nothing else.

/** What is published of a month. */
export interface Figures {
  /** Rounded down to tens; null: fewer than ten. */
  readonly ids: number | null;
  /** The most common first; those with fewer than ten ids are missing. */
  readonly lists: Readonly<
    Record<string, readonly { readonly name: string; readonly ids: number }[]>
  >;
}

/** A month, as it was published. */
export interface PublishedMonth extends Figures {
  /** Such as `2026-01`. */
  readonly month: string;
}

/** What is published of a project. */
export interface PublicFigures {
  readonly project: string;
  /** What the ids are: `machines`, `installations`, `visitors` or `users`. */
  readonly counted: string;
  readonly time_zone: 'UTC';
  /** Figures of fewer ids are left out. */
  readonly at_least: number;
  /** Figures are multiples of it. */
  readonly rounded_down_to: number;
  /** The earliest first. */
  readonly months: readonly PublishedMonth[];
}
