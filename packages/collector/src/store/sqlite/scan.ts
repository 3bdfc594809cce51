// Reads everything in pages: an export holds no long transaction and little memory, however much there is.

import type { Selection, StoredEvent } from '../events.ts';
import type { PageStart } from './events.ts';

const FAR_MS = 8.64e15;

/** Pages of events in the order of their time, one project after the other. `page` reads one. */
export async function* scan(
  projects: readonly number[],
  { project, fromMs = -FAR_MS, toMs = FAR_MS }: Selection,
  page: (start: PageStart) => Promise<readonly StoredEvent[]> | readonly StoredEvent[],
): AsyncGenerator<readonly StoredEvent[]> {
  for (const each of projects) {
    if (project !== undefined && each !== project) continue;
    let start = { project: each, afterMs: fromMs - 1, afterSeq: Number.MAX_SAFE_INTEGER, toMs };
    for (;;) {
      const events = await page(start);
      if (events.length === 0) break;
      yield events;
      const last = events.at(-1)!;
      start = { ...start, afterMs: last.timeMs, afterSeq: last.seq };
    }
  }
}
