// What the store keeps for everybody to see: which projects are published, and their months, each made once
// and never changed. Changing one would tell something: who asks before and after an erasure could subtract.

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

export interface Published {
  /** Whether a project is published. From memory: strangers ask. */
  has(project: number): boolean;
  /** Publishes a project, or stops. What was made stays, and is the same when it is published again. */
  set(project: number, isPublic: boolean): Promise<void>;
  /** Its months, the earliest first. From memory. */
  months(project: number): readonly PublishedMonth[];
  /** Keeps a month for good. One that is there already stays as it is. */
  freeze(project: number, month: PublishedMonth): Promise<void>;
}
