// Long work beside ingestion: in steps, each a short transaction, with rests between them while others write.
// What a step may touch is counted in rows, and follows from how long the last one took.

import { STEP_MS, STEP_ROWS, STEP_ROWS_FIRST, STEP_ROWS_LEAST } from '../../limits.ts';
import type { GroupCommit } from './commit.ts';

/** So many times as long as a step took, others have for themselves. */
const REST = 2;

export class Steps {
  private rows = STEP_ROWS_FIRST;

  constructor(private readonly commits: GroupCommit) {}

  /**
   * A step: `work` touches so many rows at most, and says how many it did. It may be run twice, when others in
   * its transaction were at fault. Resolves when it is committed, and others have had their time. True: it did
   * as much as it might, so there may be more.
   */
  async take(work: (rows: number) => number): Promise<boolean> {
    const { rows } = this;
    const { added } = this.commits;
    let tookMs = 0;
    const did = await this.commits.add(1, () => {
      const startMs = performance.now();
      const did = work(rows);
      tookMs = performance.now() - startMs;
      return did;
    });
    if (tookMs > STEP_MS) {
      const fewer = Math.floor((rows * STEP_MS) / tookMs);
      this.rows = Math.max(STEP_ROWS_LEAST, fewer);
    } else if (did >= rows && tookMs < STEP_MS / 2) {
      this.rows = Math.min(STEP_ROWS, 2 * rows);
    }
    if (this.commits.added > added + 1) await rest(tookMs);
    return did >= rows;
  }

  /** Steps, until one had nothing left to do. */
  async repeat(work: (rows: number) => number): Promise<void> {
    while (await this.take(work));
  }
}

const rest = (ms: number): Promise<void> =>
  new Promise((wake) => setTimeout(wake, Math.ceil(REST * ms)));
