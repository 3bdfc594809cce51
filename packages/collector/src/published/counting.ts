// Counts what a month is published from: distinct ids, by the warehouse, away from what is ingested.

import { BREAKDOWNS } from '../../../schema/src/breakdowns.ts';
import type { Answer, Data, Question } from '../../../schema/src/question.ts';
import type { Project } from '../event.ts';
import type { ExactCounts } from './figures.ts';
import type { Month } from './months.ts';

/** The most values of a list that are looked at: those with the most ids. */
const VALUES = 1_000;

/** The lists that are published: one column each, never two of them crossed. */
export const PUBLISHED = BREAKDOWNS.filter(({ breakdown }) => breakdown.published);

/** Counts a month of a project. @throws what `ask` throws, and when an answer was cut short */
export async function countIds(
  ask: (question: Question) => Promise<Answer>,
  { id: project, kind }: Pick<Project, 'id' | 'kind'>,
  { fromMs, toMs }: Month,
): Promise<ExactCounts> {
  const range = { project, from: fromMs, to: toMs };
  const totals = dataOf(await ask({ kind: 'totals', ...range }), 'totals');
  const lists: Record<string, { name: string; ids: number }[]> = {};
  // One after the other: nobody waits for it, and everybody else's questions come between.
  const columns = PUBLISHED.filter(({ kinds }) => kinds.includes(kind));
  for (const { name, breakdown } of totals.now.ids > 0 ? columns : []) {
    const by = { column: name };
    const answer = await ask({ kind: 'breakdown', ...range, by, order: 'ids', limit: VALUES });
    const { rows } = dataOf(answer, 'breakdown');
    lists[breakdown.list] = rows
      .filter(({ value }) => value !== null)
      .map(({ value, ids }) => ({ name: String(value), ids }));
  }
  return { ids: totals.now.ids, lists };
}

function dataOf<K extends 'totals' | 'breakdown'>(answer: Answer, kind: K): Data[K] {
  if (answer.kind !== kind || answer.data === null) {
    throw new Error(`a question about a month was cut: ${answer.cut}`);
  }
  return answer.data as Data[K];
}
