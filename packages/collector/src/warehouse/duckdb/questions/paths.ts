// What follows the events of a value, or what came before them, and how often.

import type { PathsQuestion, Scalar } from '../../../../../schema/src/question.ts';
import type { Reading } from '../readers.ts';
import { actorSql, orderSql } from './order.ts';
import type { Result } from './questions.ts';

/** Paths of an answer, unless it is said. */
const LIMIT = 10;

export async function paths(reading: Reading, question: PathsQuestion): Promise<Result<'paths'>> {
  const { project, from, by = { column: 'event' }, direction, value } = question;
  const { within = 'session', depth = 1, limit = LIMIT } = question;
  const statement = reading.statement();
  const actor = actorSql(within);
  const scope = statement.scope(question);
  const field = statement.field(by);
  const isStart = statement.filter({ ...by, op: 'is', value }, project);
  const steps = Array.from({ length: depth }, (_, index) => `step${index + 1}`);
  const look = direction === 'from' ? 'lead' : 'lag';
  const ahead = steps.map((step, index) => `${look}(value, ${index + 1}) OVER life AS ${step}`);

  const found = await reading.rows(
    statement,
    `WITH starts AS MATERIALIZED (
       SELECT DISTINCT ${actor} AS actor FROM events WHERE ${scope} AND ${isStart}
     ), lives AS (
       SELECT ${actor} AS actor, ${orderSql(from)} AS position, ${field} AS value, ${isStart} AS is_start
       FROM events WHERE ${scope} AND ${field} IS NOT NULL
       AND ${actor} IN (SELECT actor FROM starts)
     )
     SELECT value, ${steps.join(', ')}, count(*) AS n
     FROM (SELECT value, is_start, ${ahead.join(', ')} FROM lives
           WINDOW life AS (PARTITION BY actor ORDER BY position))
     WHERE is_start GROUP BY ALL ORDER BY n DESC, ${steps.join(', ')} LIMIT ${limit + 1}`,
  );
  return {
    data: {
      paths: found.slice(0, limit).map((cells) => {
        const path = cells.slice(0, -1) as Scalar[];
        return { path: direction === 'from' ? path : path.reverse(), count: Number(cells.at(-1)) };
      }),
    },
    hasMore: found.length > limit,
  };
}
