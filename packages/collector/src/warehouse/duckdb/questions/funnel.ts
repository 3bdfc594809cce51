// How many came through some steps, in their order. For each step the earliest event after the
// earliest of the step before: whoever can come through at all comes through by these.

import type { FunnelQuestion } from '../../../../../schema/src/question.ts';
import type { Reading } from '../readers.ts';
import { actorSql, orderSql } from './order.ts';
import type { Result } from './questions.ts';

export async function funnel(
  reading: Reading,
  question: FunnelQuestion,
): Promise<Result<'funnel'>> {
  const { project, from, steps, within = 'id' } = question;
  const statement = reading.statement();
  const actor = actorSql(within);
  const order = orderSql(from);
  const scope = statement.scope(question);
  const reached = steps.map((step, index) => {
    const isAfter =
      index === 0 ? '' : `JOIN step${index} ON actor = ${actor} AND ${order} > reached`;
    return `step${index + 1} AS MATERIALIZED (
      SELECT ${actor} AS actor, min(${order}) AS reached FROM events ${isAfter}
      WHERE ${scope} AND ${actor} IS NOT NULL AND ${statement.all(step, project)} GROUP BY ${actor})`;
  });
  const [counts] = await reading.rows(
    statement,
    `WITH ${reached.join(', ')}
     SELECT ${steps.map((_, index) => `(SELECT count(*) FROM step${index + 1})`).join(', ')}`,
  );
  return { data: { steps: counts!.map(Number) } };
}
