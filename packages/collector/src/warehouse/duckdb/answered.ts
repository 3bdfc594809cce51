// Answers that still hold: who opens a page again, or goes back, asks what was asked before, and nothing
// was written to the project since. In memory only, and little of it.

import type { Answer, Question } from '../../../../schema/src/question.ts';
import type { Moment, Remembered } from './remembered.ts';

/** Characters of all answers together, and of one. */
const MOST = 4_000_000;
const MOST_OF_ONE = 200_000;

interface Kept {
  readonly at: Moment;
  readonly answer: Answer;
  readonly size: number;
}

export class Answered {
  private size = 0;
  /** The one that was asked for last comes last. */
  private readonly answers = new Map<string, Kept>();

  constructor(private readonly remembered: Remembered) {}

  /** The answer that is known, if nothing changed since; otherwise that of `work`, which is kept when it is whole. */
  async of(question: Question, work: () => Promise<Answer>): Promise<Answer> {
    const key = JSON.stringify(question);
    const known = this.answers.get(key);
    if (known) this.drop(key, known);
    if (known && known.at >= this.remembered.changed(question.project)) {
      this.keep(key, known);
      return { ...known.answer, ms: 0 };
    }
    // Before it is read: what is written meanwhile makes it old.
    const at = this.remembered.now();
    const answer = await work();
    const isWhole = answer.cut === null || answer.cut === 'rows';
    const size = isWhole ? key.length + JSON.stringify(answer).length : 0;
    if (isWhole && size <= MOST_OF_ONE) this.keep(key, { at, answer, size });
    return answer;
  }

  private keep(key: string, kept: Kept): void {
    const twin = this.answers.get(key);
    if (twin) this.drop(key, twin);
    this.answers.set(key, kept);
    this.size += kept.size;
    for (const [oldest, each] of this.answers) {
      if (this.size <= MOST) break;
      this.drop(oldest, each);
    }
  }

  private drop(key: string, { size }: Kept): void {
    this.answers.delete(key);
    this.size -= size;
  }
}
