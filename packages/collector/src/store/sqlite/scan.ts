// Reads everything in pages: an export holds no long transaction and little memory, however much there is.
// In the end it is counted whether that was all: an index that is damaged leaves rows out without a word.

import type { Selection, StoredEvent } from '../events.ts';
import { damaged } from './database.ts';
import type { PageStart } from './events.ts';

const FAR_MS = 8.64e15;

/** What is read: in this thread, or in another. */
export interface Source {
  page(start: PageStart): Promise<readonly StoredEvent[]> | readonly StoredEvent[];
  /** The highest number of an event. */
  lastSeq(): number;
  /** How many events there are, by the table itself. */
  count(range: {
    project: number;
    fromMs: number;
    toMs: number;
    upToSeq: number;
  }): Promise<number> | number;
}

/**
 * Pages of events in the order of their time, one project after the other.
 * @throws StoreError when there are more than could be read
 */
export async function* scan(
  projects: readonly number[],
  { project, fromMs = -FAR_MS, toMs = FAR_MS }: Selection,
  { page, lastSeq, count }: Source,
): AsyncGenerator<readonly StoredEvent[]> {
  for (const each of projects) {
    if (project !== undefined && each !== project) continue;
    const upToSeq = lastSeq();
    let given = 0;
    let start = { project: each, afterMs: fromMs - 1, afterSeq: Number.MAX_SAFE_INTEGER, toMs };
    for (;;) {
      const events = await page(start);
      if (events.length === 0) break;
      yield events;
      // What came meanwhile does not count; what was deleted meanwhile was given too much.
      for (const { seq } of events) if (seq <= upToSeq) given++;
      const last = events.at(-1)!;
      start = { ...start, afterMs: last.timeMs, afterSeq: last.seq };
    }
    const there = await count({ project: each, fromMs, toMs, upToSeq });
    if (given < there) throw damaged(`${there - given} of ${there} events cannot be found`);
  }
}
