// Every kind of question, and who answers it.

import {
  type Answer,
  type Data,
  type Question,
  QuestionError,
  type QuestionKind,
} from '../../../../../schema/src/question.ts';
import type { Readers, Reading } from '../readers.ts';
import { breakdown } from './breakdown.ts';
import { events } from './events.ts';
import { funnel } from './funnel.ts';
import { newIds } from './new-ids.ts';
import { paths } from './paths.ts';
import { retention } from './retention.ts';
import { series } from './series.ts';
import { totals } from './totals.ts';

/** What a question came to. */
export interface Result<K extends QuestionKind> {
  readonly data: Data[K];
  /** There is more than the limit of rows. */
  readonly hasMore?: boolean;
}

type Answers = {
  [K in QuestionKind]: (reading: Reading, question: Question & { kind: K }) => Promise<Result<K>>;
};

const ANSWERS: Answers = {
  totals,
  series,
  breakdown,
  new_ids: newIds,
  retention,
  funnel,
  paths,
  events,
};

/** Answers a question that was checked. */
export async function answer(readers: Readers, question: Question): Promise<Answer> {
  const { kind, project } = question;
  const work = ANSWERS[kind] as
    | ((reading: Reading, question: Question) => Promise<Result<QuestionKind>>)
    | undefined;
  if (!work) throw new QuestionError('kind: no such question');
  const startMs = performance.now();
  const outcome = await readers.run(project, (reading) => work(reading, question));
  const ms = Math.round(performance.now() - startMs);
  if ('cut' in outcome) return { kind, cut: outcome.cut, data: null, ms } as Answer;
  const { data, hasMore } = outcome.value;
  return { kind, cut: hasMore ? 'rows' : null, data, ms } as Answer;
}
