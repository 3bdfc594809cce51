// Events as the store gives them back: in ranges of time for exports, and in the order in which they
// were written for whoever keeps a copy of them.

import type { Event } from '../event.ts';

/** An event with what the store knows of it. */
export interface StoredEvent extends Event {
  /**
   * Its number: unique in the store, higher than that of every event written before, and never used
   * again, whatever is deleted.
   */
  readonly seq: number;
  readonly project: number;
  /** When it was written, in milliseconds since 1970; null for events that came before 1.2. */
  readonly receivedMs: number | null;
}

/** An event as copies take it: nobody there asks for its uuid, and it costs as much as the rest. */
export type CopiedEvent = Omit<StoredEvent, 'uuid'>;

/** Events of a project, or of all, by when they happened: from `fromMs` on, before `toMs`. */
export interface Selection {
  readonly project?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Single events, for those who may look into them. */
export interface Events {
  /** The event of this uuid (16 bytes). */
  get(project: number, uuid: Buffer): Promise<StoredEvent | undefined>;
  /** Those whose name begins with `prefix`, the latest first. */
  latest(project: number, prefix: string, limit: number): Promise<StoredEvent[]>;
  /**
   * Writes another event in the place of one: with its uuid and its time of receipt, under a new number.
   * Copies follow, as after an erasure. False: there is none.
   */
  replace(project: number, uuid: Buffer, event: Event): Promise<boolean>;
  /** Deletes one, with its counts; its copies follow, as an erasure. False: there is none. */
  remove(project: number, uuid: Buffer): Promise<boolean>;
}

/** A batch as an outbox cuts it. */
export interface Cut {
  /** Higher than all before. */
  readonly number: number;
  readonly events: readonly CopiedEvent[];
  /** About how many events wait behind it: never fewer than there are. */
  readonly waiting: number;
}

/** The same batch, a page at a time: so that it is carried on while the next page is read. */
export interface PagedCut extends Omit<Cut, 'events'> {
  /** To be read once. What is erased while it is read may be missing in it. */
  readonly pages: AsyncIterable<readonly CopiedEvent[]>;
}

/**
 * What waits for one consumer (the warehouse, the archive): a position in the order in which events were
 * written. Nothing is copied, and an outbox that nobody uses costs nothing.
 */
export interface Outbox {
  /**
   * The batch that is under way, or else a new one of at most `limit` events, the oldest first;
   * undefined when nothing waits. Resolves when the cut is on disk: until `done` every call gives the
   * same batch, after a restart too. What is erased or too old meanwhile is missing in it, so that it
   * may be empty.
   */
  cut(limit: number): Promise<Cut | undefined>;
  /** As `cut`, in pages of at most so many events. */
  cutPages(limit: number, page: number): Promise<PagedCut | undefined>;
  /** The batch of this number has been taken over. Doing it twice changes nothing. */
  done(number: number): Promise<void>;
  /** From the first event again, under new numbers: the copy is made anew. */
  restart(): Promise<void>;
  /** About how many events have not been taken over. */
  waiting(): Promise<number>;
}
