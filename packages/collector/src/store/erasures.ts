// Erasures: what is to be gone everywhere, in the store and in every copy of its events. Each is
// written down before anything is deleted, each step with it, so that it goes on after any interruption;
// its receipt says what is left to do.

/**
 * How far an id is looked for in events of others: in the properties that SDKs name ids with, or as the whole
 * value of any property. The latter would let whoever may send events, and so knows ordinary values, take
 * those away.
 */
export type Reach = 'named' | 'anywhere';

/** What is erased: an id in a project, events of it by their numbers, or a project with everything. */
export type Erased =
  | {
      readonly what: 'id';
      readonly project: number;
      readonly distinctId: string;
      readonly reach: Reach;
    }
  | { readonly what: 'events'; readonly project: number; readonly seqs: readonly number[] }
  | { readonly what: 'project'; readonly project: number };

/** An erasure that a consumer has to follow. */
export type Erasure = Erased & {
  readonly number: number;
  /**
   * The last event (by seq) that it concerns. Later ones of the same id came after it and stay.
   */
  readonly untilSeq: number;
};

/** How much the store erased. */
export interface Forgotten {
  readonly events: number;
  readonly installs: number;
  readonly deadLetters: number;
}

/** How far the store has looked for ids. Numbers of events: those of deleted ones count as well. */
export interface Progress {
  readonly lookedAt: number;
  readonly of: number;
}

export interface Receipt {
  /** Cannot be guessed: who has it may ask how far it is. */
  readonly id: string;
  readonly requestedMs: number;
  /** When nothing was left; null: something is. */
  readonly doneMs: number | null;
  /** So far. */
  readonly forgotten: Forgotten;
  /** Where it is still to be done: `store`, and names of consumers. */
  readonly waitingFor: readonly string[];
  /** While the store looks for an id; null: it does not, or no more. */
  readonly progress: Progress | null;
}

export interface Erasures {
  /**
   * Erases an id in one project, or in all: its events with their counts, its activity, its installation,
   * its dead letters, and what names it in events, installations and letters of others. Resolves when it is
   * gone from the store, and off its disk as far as the engine can, or after `waitMs`: then it goes on, and
   * the receipt says how far it is. Consumers follow. Doing it again changes nothing; while the first is not
   * done, it gives the same receipt. `reach` is `anywhere` when it is missing.
   *
   * What arrives until the store is done counts as what was there: an event of the id is not kept (and is no
   * new one), one of another loses what names it. @throws Unavailable when too many ids are being forgotten
   */
  forget(distinctId: string, project?: number, waitMs?: number, reach?: Reach): Promise<Receipt>;
  /** Goes on with everything that was interrupted. Resolves when nothing is left for the store. */
  resume(): Promise<void>;
  /** Drops receipts of what was done long ago. */
  expire(nowMs: number): Promise<void>;
  /** The receipt of this id, for as long as receipts are kept. */
  receipt(id: string): Promise<Receipt | undefined>;
  /** The newest receipts, the latest first. */
  list(limit: number): Promise<Receipt[]>;
  /**
   * What a consumer has to erase, the oldest first: the store has done its part, and no later cut has
   * what is erased. A batch that was cut before may have it: write that one first.
   */
  pending(consumer: string): Promise<Erasure[]>;
  /** A consumer has followed. Doing it twice changes nothing. */
  done(consumer: string, number: number): Promise<void>;
}
