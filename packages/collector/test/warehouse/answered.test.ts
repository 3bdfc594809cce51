import { describe, expect, it } from 'vitest';
import type { Answer, Question } from '../../../schema/src/question.ts';
import { Answered } from '../../src/warehouse/duckdb/answered.ts';
import { Remembered } from '../../src/warehouse/duckdb/remembered.ts';

const asked = (project: number, to = 10): Question => ({ kind: 'totals', project, from: 0, to });

/** Answers that count how often they were worked out. */
function counting() {
  const remembered = new Remembered();
  const answered = new Answered(remembered);
  let works = 0;
  const ask = async (question: Question, of: Partial<Answer> = {}, meanwhile = () => {}) => {
    const before = works;
    await answered.of(question, async () => {
      works += 1;
      meanwhile();
      return { kind: 'totals', cut: null, data: null, ms: 5, ...of } as Answer;
    });
    return works > before ? 'worked out' : 'known';
  };
  return { remembered, ask };
}

describe('answers that still hold', () => {
  it('are not worked out again until the project is written to', async () => {
    const { remembered, ask } = counting();
    expect(await ask(asked(1))).toBe('worked out');
    expect(await ask(asked(1))).toBe('known');
    expect(await ask(asked(1, 11))).toBe('worked out');
    remembered.touch(2, 0);
    expect(await ask(asked(1))).toBe('known');
    remembered.touch(1, 0);
    expect(await ask(asked(1))).toBe('worked out');
    remembered.forget(1);
    expect(await ask(asked(1))).toBe('worked out');
    remembered.clear();
    expect(await ask(asked(1))).toBe('worked out');
  });

  it('are old when something was written while they were worked out', async () => {
    const { remembered, ask } = counting();
    await ask(asked(1), {}, () => remembered.touch(1, 0));
    expect(await ask(asked(1))).toBe('worked out');
  });

  it('are not those that had too little time, nor those that are very long', async () => {
    const { ask } = counting();
    await ask(asked(1), { cut: 'time' });
    expect(await ask(asked(1), { data: 'x'.repeat(300_000) as never })).toBe('worked out');
    expect(await ask(asked(1))).toBe('worked out');
  });

  it('take a bounded amount of memory: the one that was asked for last stays longest', async () => {
    const { ask } = counting();
    const long = { data: 'x'.repeat(190_000) as never };
    await ask(asked(1, 0), long);
    for (let to = 1; to <= 15; to++) await ask(asked(1, to), long);
    expect(await ask(asked(1, 0), long)).toBe('known');
    for (let to = 16; to <= 30; to++) await ask(asked(1, to), long);
    expect(await ask(asked(1, 0), long)).toBe('known');
    expect(await ask(asked(1, 1), long)).toBe('worked out');
  });
});
