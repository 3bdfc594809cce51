// What a warehouse is: the columnar copy of the store that answers questions. It lags by seconds, it
// may be missing, busy or damaged, and it can always be made anew; nothing is acknowledged because
// of it. A batch is in it exactly once, however often and in whatever order it is written.

import type { Answer, Question, Scalar } from '../../../schema/src/question.ts';

/** An event, as the store numbers it. */
export interface Row {
  readonly project: number;
  /** The store's number of the event: unique in the store, later events have higher ones. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly event: string;
  readonly distinctId: string;
  /** Whatever tells sessions of a project apart; null where there are none. */
  readonly session: string | null;
  /** By name of the column; what is missing is null, what is of another type too. */
  readonly values: Readonly<Record<string, Scalar | undefined>>;
}

/** What is written at once: all of it is there, under its number, or nothing is. */
export interface Batch {
  /**
   * Never two different batches of one number, since the last `reset`. A number that is 100,000 or more
   * below the highest counts as written.
   */
  readonly number: number;
  readonly rows: readonly Row[];
  /** The rest of its rows, to be read once. Where reading them fails, nothing is written. */
  readonly later?: AsyncIterable<readonly Row[]> | undefined;
  /** Events that still waited when this batch was cut, if that is known. */
  readonly waiting?: number;
}

/** How a warehouse is. */
export interface Status {
  /**
   * `ready`; `incomplete`: it answers, but only with what came since its file was found damaged, so
   * it must be rebuilt; `down`: it does not answer, and is tried again.
   */
  readonly state: 'ready' | 'incomplete' | 'down';
  /** Why it is not ready, for people. */
  readonly reason: string | null;
  /** Which store it is a copy of, as `adopt` said; null: of none yet. */
  readonly source: string | null;
  /** The highest number of a batch that was written; null: none. */
  readonly lastBatch: number | null;
  /** Events that waited behind the last batch; null: unknown. */
  readonly behind: number | null;
  /** When the last batch of this run was written, in ms since 1970; null: none yet. */
  readonly writtenMs: number | null;
  readonly rows: number;
  /** Something was erased whose bytes may still be somewhere in its file, until `compact`. */
  readonly hasErasedBytes: boolean;
  /** On disk. */
  readonly bytes: number;
  /** Resident, of the process that holds it. */
  readonly memoryBytes: number;
}

/** It cannot be asked or written now: try again. The message says what is the matter. */
export class WarehouseUnavailable extends Error {
  override name = 'WarehouseUnavailable';
}

/** Where questions are answered. Every promise may reject with `WarehouseUnavailable`. */
export interface Warehouse {
  /**
   * Rises whenever it may have lost what it held, because what holds it was started anew: whoever
   * keeps it complete looks again whose copy it is.
   */
  readonly starts: number;
  /**
   * Writes a batch, or does nothing when one of that number was written before.
   * Resolves when it is on disk: true when it was new.
   */
  write(batch: Batch): Promise<boolean>;
  /** The highest number of a batch that was written. */
  lastBatch(): Promise<number | null>;
  /** Answers. @throws QuestionError when the question is none. */
  query(question: Question): Promise<Answer>;
  /**
   * Erases what an id did in a project, and its name: from every answer, at once. Doing it twice
   * changes nothing. Resolves with the number of its events. Their bytes may stay in parts of its file
   * that it has given up, until `compact`.
   * @param untilSeq later events of the id stay; all go if it is missing
   */
  erase(project: number, distinctId: string, untilSeq?: number): Promise<number>;
  /** Erases events by their numbers. Resolves with how many of them there were. */
  eraseEvents(project: number, seqs: readonly number[]): Promise<number>;
  /** Erases a project. Resolves with the number of its events. */
  dropProject(project: number): Promise<number>;
  /** Erases events of a project that happened before an instant, in ms. Resolves with their number. */
  dropBefore(project: number, timeMs: number): Promise<number>;
  /**
   * Erases everything, numbers of batches and the source included: whoever calls writes all events
   * again, and says at last, or at least after the first event is sure to come again, `adopt`.
   */
  reset(): Promise<void>;
  /** It is a copy of this store from now on. */
  adopt(source: string): Promise<void>;
  /**
   * Leaves nothing of what was erased in its file. It may take seconds in which nothing is written, and
   * a moment in which nothing is answered.
   */
  compact(): Promise<void>;
  /** Never rejects. */
  status(): Promise<Status>;
  close(): Promise<void>;
}
